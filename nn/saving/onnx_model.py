"""A model as an ONNX file: its lifted forward program, line by line, with the rows as a free axis.

The program is traced for a prime number of rows that no other size is a multiple of, so that the rows are known
wherever they stand in a shape.  Where they cannot be free, as where single numbers of them are picked, the program of
one row is written, and the rows go through it one by one, by ONNX's Scan.  What was written is computed for other
numbers of rows, and compared with the model.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np

from autograd import no_grad
from autograd.compile import compile_forward
from autograd.compile.ir.program import Array, Program, kept_shape
from autograd.rules.operation import TABLE
from autograd.rules.reduction_record import REDUCTIONS
from autograd.support.files import check_folder, write_file
from autograd.support.messages import missing_extra
from nn.layers.dense import Layer
from nn.layers.module import run_in_use
from nn.saving.onnx_maths import FUNCTIONS, Node, OnnxMaths
from nn.support.foreign_names import GUESSES
from nn.support.validate import checked_inputs, plain_numbers

PRIMES: Final = (11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
OPSET: Final = 18


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


def _compare(made: Any, model: Any, rows: list[Any], kind: Any, double: bool) -> None:
    """Raise ValueError if the graph does not compute what the model does, for one row and for many."""
    run = import_module("onnx.reference").ReferenceEvaluator(made)
    for part in (rows[:1], rows):
        wanted = np.array(_in_use(model, lambda part=part: plain_numbers(model.batch(part))))  # type: ignore[misc]
        with np.errstate(over="ignore", invalid="ignore"):
            (found,) = run.run(None, {"rows": np.array(part).astype(_kind(kind, double))})
        scale = max(1.0, float(np.abs(wanted[np.isfinite(wanted)]).max(initial=0.0)))
        near = 1e-12 if double else 1e-5
        if found.shape != wanted.shape or not np.allclose(found, wanted, rtol=near, atol=near * scale, equal_nan=True):
            if not np.isfinite(found).all() and np.isfinite(wanted).all():
                advice = "" if double else ", or numbers of 64 bits: save_onnx(…, double=True)"
                raise ValueError(
                    f"numbers on the way from these rows are out of the range of floats: give smaller rows{advice}"
                )
            raise _MixedRowsError(
                "what ONNX computes of this model is not what the model does: it mixes rows or counts them"
            )


def _kind(kind: Any, double: bool) -> Any:
    return np.int64 if np.dtype(kind).kind in "iub" else np.float64 if double else np.float32


class _Graph:
    """The graph under construction: nodes, initializers, and for each array of the program its result."""

    def __init__(
        self, onnx: Any, program: Program, theta: Any, arguments: Sequence[Any], sample: Any, double: bool
    ) -> None:
        self.onnx, self.program, self.theta, self.arguments = onnx, program, theta, arguments
        self.sample, self.is_one = sample, len(sample) == 1
        self.count = sys.maxsize if self.is_one else len(sample)  # which no size is a multiple of
        self.float = np.float64 if double else np.float32
        self.kind = _kind(sample.dtype, double)
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self._known: dict[Any, str] = {}
        self.maths = OnnxMaths(self)
        self.given = Node(self, "row" if self.is_one else "rows")
        if not self.is_one:
            self.rows = self.add("Shape", self.given, start=0, end=1)

    # ---------------------------------------------------------------------------------------- pieces
    def add(self, op: str, *inputs: Any, is_truth: bool = False, **attributes: Any) -> Node:
        """Return the result of a new node."""
        name = f"{op.lower()}_{len(self.nodes) + 1}"
        names = [self._float(x).name for x in inputs]
        self.nodes.append(self.onnx.helper.make_node(op, names, [name], **attributes))
        return Node(self, name, is_truth)

    def _float(self, x: Any) -> Node:
        return x if isinstance(x, Node) else self.constant(np.array(x, dtype=self.float))

    def constant(self, x: Any, name: str = "") -> Node:
        """Return an array as an initializer, each once."""
        key = (x.dtype.str, x.shape, x.tobytes())
        if key not in self._known:
            taken = {i.name for i in self.initializers}
            self._known[key] = name if name and name not in taken else f"constant_{len(self.initializers) + 1}"
            self.initializers.append(self.onnx.numpy_helper.from_array(x, self._known[key]))
        return Node(self, self._known[key])

    def truth(self, x: Node) -> Node:
        """Return where a number is not 0, as truth values."""
        return x if x.is_truth else self.add("Cast", x, is_truth=True, to=self.onnx.TensorProto.BOOL)

    def shape(self, shape: Sequence[int]) -> Node:
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
        known: dict[Array, Node] = {}
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

    def _line(self, a: Array, operands: list[Node]) -> Node:
        if a.op in LINES:
            return LINES[a.op](self, a, operands)
        if a.op not in TABLE:
            raise TypeError(f"this model cannot be written as ONNX: its program has {a.op}, which has no form there")
        inputs = [x.number if x.number is not None else node for x, node in zip(a.operands, operands, strict=True)]
        found = (
            TABLE[a.op].rule(self.maths, *inputs)[0] if a.op not in FUNCTIONS else getattr(self.maths, a.op)(*inputs)
        )
        if not isinstance(found, Node):
            return self._float(found)
        to_type = self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(self.float))
        return self.add("Cast", found, to=to_type) if found.is_truth else found


def _parameter(g: _Graph, a: Array, operands: list[Node]) -> Node:
    start = a.detail or 0
    return g.constant(g.theta[start : start + a.size].reshape(a.shape).astype(g.float), a.name)


def _constant(g: _Graph, a: Array, operands: list[Node]) -> Node:
    x = np.array(a.detail, dtype=g.float)
    for axis, n in enumerate(x.shape):
        if n % g.count == 0:
            if not (x == x.take([0], axis)).all():
                raise _MixedRowsError("constants that differ from row to row")
            x = x.take([0], axis)
    return g.constant(x)


def _input(g: _Graph, a: Array, operands: list[Node]) -> Node:
    which, shape, whole = g.program.arguments[a.detail]
    if which:
        return g.constant(np.asarray(g.arguments[a.detail], dtype=g.float))
    node = g.given
    if not whole and g.kind is np.int64:
        node = g.add("Cast", node, to=g.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(g.float)))
    return node if shape == g.sample.shape and not g.is_one else g.add("Reshape", node, g.shape(shape))


def _reduction(g: _Graph, a: Array, operands: list[Node]) -> Node:
    (x,) = a.operands
    axes = g.constant(np.array(a.detail, dtype=np.int64))
    found = g.add(f"Reduce{REDUCTIONS[a.op].function.title()}", operands[0], axes, keepdims=1)
    return found if a.shape == kept_shape(x, a.detail) else g.add("Reshape", found, g.shape(a.shape))


def _slice(g: _Graph, a: Array, operands: list[Node]) -> Node:
    (x,) = a.operands
    parts = [(axis, *part) for axis, (part, n) in enumerate(zip(a.detail, x.shape, strict=True)) if part != (0, n, 1)]
    if any(x.shape[axis] % g.count == 0 for axis, *_ in parts):
        raise _MixedRowsError("some of the rows are cut out")
    axes, starts, stops, steps = (np.array(numbers, dtype=np.int64) for numbers in zip(*parts, strict=True))
    return g.add("Slice", operands[0], *map(g.constant, (starts, stops, axes, steps)))


def _assemble(g: _Graph, a: Array, operands: list[Node]) -> Node:
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


def _gather(g: _Graph, a: Array, operands: list[Node]) -> Node:
    if g.has_rows(a.operands[0].shape, a.shape):
        raise _MixedRowsError("single numbers of the rows are picked")
    vector = g.add("Reshape", operands[0], g.constant(np.array([-1])))
    return g.add("Gather", vector, g.constant(np.asarray(a.detail, dtype=np.int64)))


def _rows(g: _Graph, a: Array, operands: list[Node]) -> Node:
    index = g.add("Reshape", operands[1], g.constant(np.array([-1])))
    return g.add("Gather", operands[0], index, axis=0)


def _pick(g: _Graph, a: Array, operands: list[Node]) -> Node:
    index = g.add("Reshape", operands[1], g.constant(np.array([-1, 1])))
    return g.add("GatherElements", operands[0], index, axis=1)


LINES: Final[dict[str, Callable[[_Graph, Array, list[Node]], Node]]] = {  # what no row of the table is
    "theta": _parameter,
    "parameter": _parameter,
    "constant": _constant,
    "input": _input,
    "matmul": lambda g, a, operands: g.add("MatMul", *operands),
    **dict.fromkeys(REDUCTIONS, _reduction),
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
