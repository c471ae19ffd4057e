"""Every reader of array programs has one table, and every table holds every operation, or says why not."""

import math
from importlib import import_module

import pytest

from autograd import Value, certify, op
from autograd import compile as compiled
from autograd.compile.backends.javascript.operations import Emitted, script
from autograd.compile.ir.program import STRUCTURAL
from autograd.rules.maths import FloatMaths
from autograd.rules.operation import NEAR_0, TABLE
from autograd.rules.source import primitives

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
    "backends.latex.structural:LATEX": dict.fromkeys(LEAVES, "is a name or a number in an equation"),
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


# Where the functions of mathematics stand that no others compose: for each reader, the tables that share them.
FUNCTIONS = [
    "compile.backends.numpy.operations:NAMESPACE,RENAMED",
    "compile.backends.jax.source:JaxMaths",
    "compile.backends.javascript.operations:PRIMITIVES",
    "compile.backends.c.source:LIBM",
    "compile.backends.native.emit.maths:VectorMaths",
    "explain.digits.balls:PRIMITIVES,ELEMENTARY",
]
OF_MATHEMATICS = {name for name, x in primitives().items() if getattr(x, "__module__", "") == "math"}


@pytest.mark.parametrize("where", FUNCTIONS)
def test_every_reader_has_every_function_of_mathematics_and_names_one_that_it_lacks(where):
    module, names = where.split(":")
    for extra in ("llvmlite",) * ("native" in module) + ("jax",) * ("jax" in module):
        pytest.importorskip(extra)
    tables = [getattr(import_module(f"autograd.{module}"), name) for name in names.split(",")]
    held = {name for table in tables for name in (vars(table) if isinstance(table, type) else table)}
    assert len(OF_MATHEMATICS) > 20
    assert not OF_MATHEMATICS - held


@pytest.mark.parametrize("reader", ["numpy", "jax", "native", "javascript", "certify"])
def test_a_function_that_a_reader_lacks_is_refused_by_its_name(reader):
    pytest.importorskip({"native": "llvmlite", "certify": "flint", "jax": "jax"}.get(reader, "numpy"))
    FloatMaths.lacking = staticmethod(math.atan)
    try:

        @op(smooth_on=[(NEAR_0,)])
        def lacking(maths, x):
            """The inverse tangent, by a name that no reader knows."""
            return maths.lacking(x), (1.0 / (1.0 + x * x),)

        x = Value(0.5)
        read = {
            "certify": lambda: certify(lacking(x)),
            "javascript": lambda: script("f", {"f": Emitted("", frozenset({"lacking"}))}),
        }.get(reader, lambda: compiled(lambda v: lacking(x * v), parameters=[x], backend=reader)(1.0))
        with pytest.raises(
            NotImplementedError, match=r"lacking is not composed of other operations: autograd\..* needs"
        ):
            read()
    finally:
        del TABLE["lacking"], FloatMaths.lacking
