"""Every reader of array programs has one table, and every table holds every operation, or says why not."""

import math
from importlib import import_module

import pytest

from autograd import Value, certify, op
from autograd import compile as compiled
from autograd.compile import emit
from autograd.compile.backends.javascript.operations import Emitted, script
from autograd.compile.ir.program import STRUCTURAL
from autograd.rules.maths import FloatMaths
from autograd.rules.operation import NEAR_0, TABLE
from autograd.rules.reduction_record import ROWS
from autograd.rules.source import primitives
from tests.support.web import run

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


# What each reader has for a function of mathematics that no others compose.
FUNCTIONS = {
    "compile.backends.numpy.operations": lambda reader, name: reader.called(name) in reader.NAMESPACE,
    "compile.backends.jax.source": lambda reader, name: callable(getattr(reader.MATHS, name)),
    "compile.backends.javascript.operations": lambda reader, name: name in reader.PRIMITIVES,
    "compile.backends.c.source": lambda reader, name: name in reader.LIBM,
    "compile.backends.native.emit.maths": lambda reader, name: hasattr(reader.VectorMaths, name),
    "explain.digits.balls": lambda reader, name: reader.primitive(name) is not None,
}
OF_MATHEMATICS = {name for name, x in primitives().items() if getattr(x, "__module__", "") == "math"}


@pytest.mark.parametrize("where", FUNCTIONS)
def test_every_reader_has_every_function_of_mathematics_and_names_one_that_it_lacks(where):
    for module, extra in (("native", "llvmlite"), ("jax", "jax"), ("balls", "flint")):
        if module in where:
            pytest.importorskip(extra)
    reader = import_module(f"autograd.{where}")
    assert len(OF_MATHEMATICS) > 20
    assert not [name for name in sorted(OF_MATHEMATICS) if not FUNCTIONS[where](reader, name)]


@pytest.mark.parametrize("reader", ["numpy", "jax", "native", "javascript", "certify"])
@pytest.mark.parametrize("row", ROWS)
def test_every_reader_computes_every_reduction_and_its_gradient(row, reader):
    pytest.importorskip({"native": "llvmlite", "certify": "flint", "jax": "jax"}.get(reader, "numpy"))
    weights, data = [Value(x) for x in (0.5, -1.5, 1.25)], [[1.0, 2.0, 0.75], [0.5, -0.25, 3.0]]

    def function(rows):
        terms = [TABLE[row]([w * x for w, x in zip(weights, xs, strict=True)]) for xs in rows]
        return 2.0 * terms[0] + 3.0 * terms[1]

    root = function(data)
    root.backward()
    truth = pytest.approx([root.data, *[w.grad for w in weights]], rel=1e-14)
    if reader == "certify":
        assert certify(root).digits > 14.0
    elif reader == "javascript":
        source = script("P", {"run": emit(function, [(2, 3)], weights, ["rows"]).source})
        given, slopes = [x for xs in data for x in xs], "const slopes = new Float64Array(3);\n"
        program = f"P.run(Float64Array.of({', '.join(str(w.data) for w in weights)}), slopes)"
        found = run(f"{source}{slopes}const p = {program};", f"[p.forward({given}), p.backward({given}), ...slopes]")
        assert [found[0], *found[2:]] == truth
    else:
        loss, gradient = compiled(function, parameters=weights, backend=reader).value_and_gradient(data)
        assert [loss, *gradient] == truth


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
