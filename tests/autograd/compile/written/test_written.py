"""What each backend writes for known programs is what is kept, to the letter."""

import pytest

from tests.autograd.compile.written.writing import KINDS, kept


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, (_, names) in KINDS.items() for name in names])
def test_what_is_written_is_what_is_kept(kind, name):
    if kind == "native":
        pytest.importorskip("llvmlite")
    write, _ = KINDS[kind]
    assert write(name) == kept(kind)[name], (
        "what is written has changed: if that is meant, run python -m tests.autograd.compile.written.store, "
        "and read the difference"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_kept_of_what_is_not_written(kind):
    assert list(kept(kind)) == KINDS[kind][1]
