"""Short programs to read, run and change: `python -m demos.xor`, `python -m demos.first_expression`, and so on."""

from demos.terminal import prepare

prepare()  # here, so that no demo can forget it
