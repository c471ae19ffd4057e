"""Make every picture of the README again, beside this file."""

from pathlib import Path

from demos.pictures import PICTURES

for name, picture in PICTURES.items():
    print(f"wrote {picture().save(Path(__file__).with_name(name))}")
