"""A model as an ONNX file: its lifted forward program, line by line, with the rows as a free axis.

The program is traced for a prime number of rows that no other size is a multiple of, so that the rows are known
wherever they stand in a shape.  Where they cannot be free, as where single numbers of them are picked, the program of
one row is written, and the rows go through it one by one, by ONNX's Scan.  What was written is computed for other
numbers of rows, and compared with the model.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np

from autograd import no_grad
from autograd.compile import compile_forward
from autograd.compile.ir.program import Array, Program
from autograd.rules.maths import FLOATS, Maths
from autograd.rules.operation import TABLE
from autograd.support.files import check_folder, write_file
from autograd.support.messages import missing_extra
from nn.layers.dense import Layer
from nn.layers.module import run_in_use
from nn.support.guesses import GUESSES
from nn.support.validate import checked_inputs

__all__ = ["save_onnx"]

PRIMES: Final = (11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
OPSET: Final = 18
# What the maths of rules is called in ONNX; what is not here is below, or computed by its own rule.
FUNCTIONS: Final = {
    "abs": "Abs", "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "sin": "Sin", "cos": "Cos", "tan": "Tan", "asin": "Asin",
    "acos": "Acos", "atan": "Atan", "sinh": "Sinh", "cosh": "Cosh", "asinh": "Asinh", "acosh": "Acosh",
    "atanh": "Atanh", "tanh": "Tanh", "power": "Pow", "isnan": "IsNaN", "equal": "Equal",
    "relu": "Relu", "sigmoid": "Sigmoid",
}  # fmt: skip


@GUESSES
def save_onnx(model: Any, path: str | PathLike[str], rows: Any = None, *, double: bool = False) -> None:
    """Leave an ONNX file of the model in its behavior for use: "rows" in, any number of them, "predictions" out.

    Numbers are 32 bits wide, or 64 with `double`.  `rows` are a few rows such as the model takes; without them it is
    one of numbers, as many as the first Layer takes.  Before the file is written, the graph is computed for other
    numbers of rows and compared with the model.
    Raises ImportError naming the extra where onnx is missing, TypeError or ValueError for a model that cannot be
    written so, as one whose scalars have no structure.
    """
    onnx = _library("onnx")
    check_folder(path)
    given = checked_inputs(_example(model) if rows is None else rows)
    sizes = {n for row in given for n in np.shape(row)} | {n for _, p in model.named_modules() for n in _sizes(p)}
    count = next((p for p in PRIMES if not any(n and n % p == 0 for n in sizes)), PRIMES[-1])
    try:
        made = _written(onnx, model, given, count, double)
    except _MixedRowsError:
        made = _written(onnx, model, given, 1, double)
    write_file(Path(path), made.SerializeToString())


class _MixedRowsError(ValueError):
    """The rows cannot be a free axis of the program."""


def _written(onnx: Any, model: Any, given: list[Any], count: int, double: bool) -> Any:
    """Return the model as ONNX has it, from the program for so many rows, checked and compared with the model."""
    sample = np.array([given[i % len(given)] for i in range(count)])
    forward = compile_forward(lambda x: list(model.batch(x)), model.parameters(), rows=count)
    _in_use(model, lambda: forward(sample))
    compiled = forward._programs.latest
    theta = np.array([p.data for p in model.parameters()])[compiled.program.order]
    made = _Graph(onnx, compiled.program, theta, compiled.arguments([sample]), sample, double).model()
    onnx.checker.check_model(made)
    _compare(made, model, [given[i % len(given)] for i in range(count + 3)], sample.dtype, double)
    return made


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise ImportError(missing_extra("ONNX files are written by onnx", "onnx")) from None


def _example(model: Any) -> list[list[float]]:
    for _, module in model.named_modules():
        if isinstance(module, Layer):
            width = len(module.neurons[0].weights)
            return [[math.sin(1.0 + i + 2.5 * k) for k in range(width)] for i in range(3)]
    raise TypeError("save_onnx(model, path, rows): this model begins with no Layer, so give a few rows that it takes")


def _sizes(module: Any) -> list[int]:
    return [len(x) for x in vars(module).values() if hasattr(x, "__len__") and not isinstance(x, str)]


def _in_use(model: Any, run: Callable[[], Any]) -> Any:
    with no_grad():
        return run_in_use([module for _, module in model.named_modules()], run)


def _numbers(x: Any) -> Any:
    return [_numbers(y) for y in x] if isinstance(x, list | tuple) else float(getattr(x, "data", x))


def _compare(made: Any, model: Any, rows: list[Any], kind: Any, double: bool) -> None:
    """Raise ValueError if the graph does not compute what the model does, for one row and for many."""
    run = import_module("onnx.reference").ReferenceEvaluator(made)
    for part in (rows[:1], rows):
        wanted = np.array(_in_use(model, lambda part=part: _numbers(model.batch(part))))  # type: ignore[misc]
        (found,) = run.run(None, {"rows": np.array(part).astype(_kind(kind, double))})
        scale = max(1.0, float(np.abs(wanted[np.isfinite(wanted)]).max(initial=0.0)))
        near = 1e-12 if double else 1e-5
        if found.shape != wanted.shape or not np.allclose(found, wanted, rtol=near, atol=near * scale, equal_nan=True):
            raise _MixedRowsError(
                "what ONNX computes of this model is not what the model does: it mixes rows or counts them"
            )


def _kind(kind: Any, double: bool) -> Any:
    return np.int64 if np.dtype(kind).kind in "iub" else np.float64 if double else np.float32


class _Node:
    """A result in the graph: arithmetic on it adds nodes, as the rules of the table write it."""

    __array_ufunc__ = None

    def __init__(self, graph: _Graph, name: str, is_truth: bool = False) -> None:
        self.graph, self.name, self.is_truth = graph, name, is_truth

    def __neg__(self) -> _Node:
        return self.graph.add("Neg", self)

    def __pos__(self) -> _Node:
        return self


def _binary(op: str, swapped: bool = False, is_truth: bool = False) -> Callable[[Any, Any], _Node]:
    def method(self: _Node, other: Any) -> _Node:
        return self.graph.add(op, *((other, self) if swapped else (self, other)), is_truth=is_truth)

    return method


for _name, _op in (("add", "Add"), ("sub", "Sub"), ("mul", "Mul"), ("truediv", "Div")):
    setattr(_Node, f"__{_name}__", _binary(_op))
    setattr(_Node, f"__r{_name}__", _binary(_op, swapped=True))
for _name, _op in (("lt", "Less"), ("le", "LessOrEqual"), ("gt", "Greater"), ("ge", "GreaterOrEqual")):
    setattr(_Node, f"__{_name}__", _binary(_op, is_truth=True))


class _OnnxMaths(Maths):
    """The primitives as nodes of the graph; numbers among themselves are computed on the spot."""

    def __init__(self, graph: _Graph) -> None:
        self._graph = graph

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a function of ONNX's, or else what the operation's own rule computes."""
        if name not in FUNCTIONS:
            return super().__getattr__(name)

        def function(*inputs: Any) -> Any:
            if not any(isinstance(x, _Node) for x in inputs):
                return getattr(FLOATS, name)(*inputs)
            return self._graph.add(FUNCTIONS[name], *inputs, is_truth=name in ("isnan", "equal"))

        return function

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        """Return x where the condition holds, else y."""
        if not isinstance(condition, _Node):
            return x if condition else y
        return self._graph.add("Where", self._graph.truth(condition), x, y)

    def expm1(self, x: Any) -> Any:
        """Return eˣ − 1: near 0 as 2t / (1 − t) with t = tanh(x/2)."""
        t = self.tanh(x * 0.5)
        return self.where(self.abs(x) < 1.0, 2.0 * t / (1.0 - t), self.exp(x) - 1.0)

    def log1p(self, x: Any) -> Any:
        """Return log(1 + x) by Kahan's correction of what 1 + x lost."""
        u = x + 1.0
        lost = self.where(self.equal(u, 1.0), 1.0, u - 1.0)
        near = self.where(self.equal(u, 1.0), x, self.log(u) * (x / lost))
        return self.where(u < math.inf, near, self.log(u))

    def log2(self, x: Any) -> Any:
        """Return log(x) / log(2)."""
        return self.log(x) / math.log(2.0)

    def log10(self, x: Any) -> Any:
        """Return log(x) / log(10)."""
        return self.log(x) / math.log(10.0)

    def erf(self, x: Any) -> Any:
        """Return the error function, which those who run ONNX have in 32 bits alone."""
        if self._graph.float is np.float64:
            raise TypeError("erf and gelu are 32 bits wide where ONNX is run: save this model without double=True")
        return self._graph.add("Erf", x)

    def erfc(self, x: Any) -> Any:
        """Return 1 − erf(x)."""
        return 1.0 - self.erf(x)

    def sign(self, x: Any) -> Any:
        """Return the sign of x."""
        return self._graph.add("Sign", x)


class _Graph:
    """The graph under construction: nodes, initializers, and for each array of the program its result."""

    def __init__(
        self, onnx: Any, program: Program, theta: Any, arguments: Sequence[Any], sample: Any, double: bool
    ) -> None:
        self.onnx, self.program, self.theta, self.arguments = onnx, program, theta, arguments
        self.sample, self.is_one = sample, len(sample) == 1
        self.count = 2**61 - 1 if self.is_one else len(sample)  # which no size is a multiple of
        self.float = np.float64 if double else np.float32
        self.kind = _kind(sample.dtype, double)
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self._known: dict[Any, str] = {}
        self.maths = _OnnxMaths(self)
        self.given = _Node(self, "row" if self.is_one else "rows")
        if not self.is_one:
            self.rows = self.add("Shape", self.given, start=0, end=1)

    # ---------------------------------------------------------------------------------------- pieces
    def add(self, op: str, *inputs: Any, is_truth: bool = False, **attributes: Any) -> _Node:
        """Return the result of a new node."""
        name = f"{op.lower()}_{len(self.nodes) + 1}"
        names = [self._float(x).name for x in inputs]
        self.nodes.append(self.onnx.helper.make_node(op, names, [name], **attributes))
        return _Node(self, name, is_truth)

    def _float(self, x: Any) -> _Node:
        return x if isinstance(x, _Node) else self.constant(np.array(x, dtype=self.float))

    def constant(self, x: Any, name: str = "") -> _Node:
        """Return an array as an initializer, each once."""
        key = (x.dtype.str, x.shape, x.tobytes())
        if key not in self._known:
            taken = {i.name for i in self.initializers}
            self._known[key] = name if name and name not in taken else f"constant_{len(self.initializers) + 1}"
            self.initializers.append(self.onnx.numpy_helper.from_array(x, self._known[key]))
        return _Node(self, self._known[key])

    def truth(self, x: _Node) -> _Node:
        """Return where a number is not 0, as truth values."""
        return x if x.is_truth else self.add("Cast", x, is_truth=True, to=self.onnx.TensorProto.BOOL)

    def shape(self, shape: Sequence[int]) -> _Node:
        """Return a shape as whole numbers, in which the rows are as many as there are."""
        if not any(n % self.count == 0 for n in shape):
            return self.constant(np.array(shape, dtype=np.int64))
        sizes = []
        for n in shape:
            if n % self.count:
                sizes.append(self.constant(np.array([n], dtype=np.int64)))
            else:
                times = n // self.count
                sizes.append(self.rows if times == 1 else self.add("Mul", self.rows, self.constant(np.array([times]))))
        return self.add("Concat", *sizes, axis=0) if len(sizes) > 1 else sizes[0]

    def has_rows(self, *shapes: Sequence[int]) -> bool:
        """Whether the rows stand in one of the shapes."""
        return any(n % self.count == 0 for shape in shapes for n in shape)

    # ---------------------------------------------------------------------------------------- the whole
    def model(self) -> Any:
        """Return the model that the program is."""
        known: dict[Array, _Node] = {}
        for a in self.program.lines[: self.program.forward]:
            known[a] = self._line(a, [known[x] for x in a.operands])
        loss, helper = self.program.loss, self.onnx.helper
        to_type = helper.np_dtype_to_tensor_dtype
        if self.is_one:
            self.add("Reshape", known[loss], self.constant(np.array(loss.shape[1:], dtype=np.int64)))
            self.nodes[-1].output[0] = "prediction"
            kinds = [(self.given.name, self.kind, self.sample.shape[1:]), ("prediction", self.float, loss.shape[1:])]
            ends = [helper.make_tensor_value_info(n, to_type(np.dtype(k)), shape) for n, k, shape in kinds]
            body = helper.make_graph(self.nodes, "row", ends[:1], ends[1:], self.initializers)
            self.nodes = [helper.make_node("Scan", ["rows"], ["predictions"], body=body, num_scan_inputs=1)]
            self.initializers = []
        else:
            self.add("Identity", known[loss])
            self.nodes[-1].output[0] = "predictions"
        given = helper.make_tensor_value_info("rows", to_type(np.dtype(self.kind)), ["count", *self.sample.shape[1:]])
        made = helper.make_tensor_value_info("predictions", to_type(np.dtype(self.float)), ["count", *loss.shape[1:]])
        graph = helper.make_graph(self.nodes, "model", [given], [made], self.initializers)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)

    def _line(self, a: Array, operands: list[_Node]) -> _Node:
        if a.op in LINES:
            return LINES[a.op](self, a, operands)
        if a.op not in TABLE:
            raise TypeError(f"this model cannot be written as ONNX: its program has {a.op}, which has no form there")
        inputs = [x.number if x.number is not None else node for x, node in zip(a.operands, operands, strict=True)]
        found = (
            TABLE[a.op].rule(self.maths, *inputs)[0] if a.op not in FUNCTIONS else getattr(self.maths, a.op)(*inputs)
        )
        if not isinstance(found, _Node):
            return self._float(found)
        to_type = self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(self.float))
        return self.add("Cast", found, to=to_type) if found.is_truth else found


def _parameter(g: _Graph, a: Array, operands: list[_Node]) -> _Node:
    start = a.detail or 0
    return g.constant(g.theta[start : start + a.size].reshape(a.shape).astype(g.float), a.name)


def _constant(g: _Graph, a: Array, operands: list[_Node]) -> _Node:
    x = np.array(a.detail, dtype=g.float)
    for axis, n in enumerate(x.shape):
        if n % g.count == 0:
            if not (x == x.take([0], axis)).all():
                raise _MixedRowsError("constants that differ from row to row")
            x = x.take([0], axis)
    return g.constant(x)


def _input(g: _Graph, a: Array, operands: list[_Node]) -> _Node:
    which, shape, whole = g.program.arguments[a.detail]
    if which:
        return g.constant(np.asarray(g.arguments[a.detail], dtype=g.float))
    node = g.given
    if not whole and g.kind is np.int64:
        node = g.add("Cast", node, to=g.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(g.float)))
    return node if shape == g.sample.shape and not g.is_one else g.add("Reshape", node, g.shape(shape))


def _sum(g: _Graph, a: Array, operands: list[_Node]) -> _Node:
    (x,) = a.operands
    axes = g.constant(np.array(a.detail, dtype=np.int64))
    kept = tuple(1 if i in a.detail else n for i, n in enumerate(x.shape))
    found = g.add("ReduceSum", operands[0], axes, keepdims=1)
    return found if a.shape == kept else g.add("Reshape", found, g.shape(a.shape))


def _largest(g: _Graph, a: Array, operands: list[_Node]) -> _Node:
    return g.add("ReduceMax", operands[0], g.constant(np.array([a.detail], dtype=np.int64)), keepdims=1)


def _slice(g: _Graph, a: Array, operands: list[_Node]) -> _Node:
    (x,) = a.operands
    parts = [(axis, *part) for axis, (part, n) in enumerate(zip(a.detail, x.shape, strict=True)) if part != (0, n, 1)]
    if any(x.shape[axis] % g.count == 0 for axis, *_ in parts):
        raise _MixedRowsError("some of the rows are cut out")
    axes, starts, stops, steps = (np.array(numbers, dtype=np.int64) for numbers in zip(*parts, strict=True))
    return g.add("Slice", operands[0], *map(g.constant, (starts, stops, axes, steps)))


def _assemble(g: _Graph, a: Array, operands: list[_Node]) -> _Node:
    """Write parts of a shape: side by side along an axis where they fill it so, else each between zeros, added up."""
    places = list(zip(a.detail, operands, strict=True))
    for axis, n in enumerate(a.shape):
        places.sort(key=lambda place: place[0][axis][0])
        at, fits = 0, True
        for ranges, _ in places:
            others = [r for i, r in enumerate(ranges) if i != axis]
            fits = fits and ranges[axis][0] == at and ranges[axis][2] == 1
            fits = fits and others == [(0, m, 1) for i, m in enumerate(a.shape) if i != axis]
            at = ranges[axis][1]
        if fits and at == n:
            return g.add("Concat", *[node for _, node in places], axis=axis)
    if g.has_rows(a.shape):
        raise _MixedRowsError("parts are put together that leave gaps")
    whole = None
    for ranges, node in places:
        if any(step != 1 for _, _, step in ranges):
            raise TypeError("this model cannot be written as ONNX: its program puts numbers at every other place")
        before, after = [start for start, _, _ in ranges], [n - r[1] for n, r in zip(a.shape, ranges, strict=True)]
        part = g.add("Pad", node, g.constant(np.array([*before, *after], dtype=np.int64)))
        whole = part if whole is None else g.add("Add", whole, part)
    assert whole is not None  # a shape has parts
    return whole


def _gather(g: _Graph, a: Array, operands: list[_Node]) -> _Node:
    if g.has_rows(a.operands[0].shape, a.shape):
        raise _MixedRowsError("single numbers of the rows are picked")
    vector = g.add("Reshape", operands[0], g.constant(np.array([-1])))
    return g.add("Gather", vector, g.constant(np.asarray(a.detail, dtype=np.int64)))


def _rows(g: _Graph, a: Array, operands: list[_Node]) -> _Node:
    index = g.add("Reshape", operands[1], g.constant(np.array([-1])))
    return g.add("Gather", operands[0], index, axis=0)


def _pick(g: _Graph, a: Array, operands: list[_Node]) -> _Node:
    index = g.add("Reshape", operands[1], g.constant(np.array([-1, 1])))
    return g.add("GatherElements", operands[0], index, axis=1)


LINES: Final[dict[str, Callable[[_Graph, Array, list[_Node]], _Node]]] = {  # what no row of the table is
    "theta": _parameter,
    "parameter": _parameter,
    "constant": _constant,
    "input": _input,
    "matmul": lambda g, a, operands: g.add("MatMul", *operands),
    "sum": _sum,
    "largest": _largest,
    "transpose": lambda g, a, operands: g.add("Transpose", operands[0], perm=list(a.detail)),
    "reshape": lambda g, a, operands: g.add("Reshape", operands[0], g.shape(a.shape)),
    "slice": _slice,
    "broadcast": lambda g, a, operands: g.add("Expand", operands[0], g.shape(a.shape)),
    "join": lambda g, a, operands: g.add(
        "Concat", *[g.add("Reshape", x, g.constant(np.array([-1]))) for x in operands], axis=0
    ),
    "assemble": _assemble,
    "gather": _gather,
    "rows": _rows,
    "pick": _pick,
}
