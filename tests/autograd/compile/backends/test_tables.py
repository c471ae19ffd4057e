"""Every reader of array programs has one table, and every table holds every operation, or says why not."""

from importlib import import_module

import pytest

from autograd.compile.ir.program import STRUCTURAL

VIEWS = {"transpose", "reshape", "slice", "broadcast"}
LEAVES = {"theta", "parameter", "input", "constant"}
BACKWARD = {"first", "scatter", "add_rows", "put", "levels_reached", "levels_backward"}
MOVES = {"join", "gather", "rows", "pick", "put", "assemble", "first"}

# The table (or two that share the work), and the operations that it need not hold, each with the reason.
TABLES = {
    "ir.vjps:VJPS": {
        **dict.fromkeys(LEAVES, "has no operands"),
        **dict.fromkeys(BACKWARD, "is written by the backward pass, which is not differentiated again"),
    },
    "ir.masks:MASKS": {
        **dict.fromkeys(LEAVES, "a mask known before the program runs is a constant, and is looked at first"),
        **dict.fromkeys(("matmul", "largest", "first"), "no mask goes through it"),
        **dict.fromkeys(("rows", "pick", "add_rows", "put"), "where it puts anything depends on an argument"),
        **dict.fromkeys(("levels", "levels_reached", "levels_backward"), "depends on numbers"),
        "gather": "no backward pass gathers masks",
    },
    "ir.program:FLOPS": {
        **dict.fromkeys(LEAVES | VIEWS | MOVES, "only moves or compares numbers"),
    },
    "ir.names:LETTERS": {
        **dict.fromkeys(("theta", "input"), "has its name from elsewhere"),
    },
    "backends.numpy.structural:NUMPY": {
        **dict.fromkeys(LEAVES, "is a name or a number in the source"),
        "assemble": "is several statements, not an expression: NumpyWriter._assemble",
    },
    "backends.javascript.structural:JAVASCRIPT,VIEWS": {
        **dict.fromkeys(LEAVES, "is a name or a number in the source"),
        **dict.fromkeys(("levels", "levels_reached", "levels_backward"), "is refused, with the way out"),
    },
    "backends.native.emit.loops:NATIVE": {
        **dict.fromkeys(LEAVES, "lies in memory before the program runs"),
        **dict.fromkeys(VIEWS, "is another look at the same memory, or else a kernel of the kind copy"),
        **dict.fromkeys(("sum", "largest"), "ends a kernel of the kind map"),
    },
    "backends.jax.source:JAX": {
        **dict.fromkeys(("theta", "parameter", "input"), "is what the function is given"),
    },
}


@pytest.mark.parametrize("where", TABLES)
def test_every_table_holds_every_operation_or_says_why_not(where):
    module, names = where.split(":")
    for extra in ("llvmlite",) * ("native" in module) + ("jax",) * ("jax" in module):
        pytest.importorskip(extra)
    tables = [getattr(import_module(f"autograd.compile.{module}"), name) for name in names.split(",")]
    held = {op for table in tables for op in table} & STRUCTURAL
    missing = STRUCTURAL - held - TABLES[where].keys()
    assert not missing, f"{where} lacks {sorted(missing)}"
    assert not held & TABLES[where].keys(), "an exception that is none any more"
    assert not TABLES[where].keys() - STRUCTURAL
