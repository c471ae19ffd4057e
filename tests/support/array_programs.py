"""Random array programs and a plain interpreter for them: what every backend's loops and layouts are held to."""

import math
import random

import numpy as np

from autograd.compile.ir.backward_pass import BackwardPass
from autograd.compile.ir.program import Builder, Program, needed
from autograd.rules.operation import TABLE

UNARY = (
    "negative", "abs", "exp", "expm1", "tanh", "sigmoid", "softplus", "relu", "silu", "gelu", "gelu_tanh", "sin", "cos",
    "erf", "erfc", "log", "log1p", "sqrt", "elu", "leaky_relu", "tan", "atan", "sinh", "cosh", "asinh", "log2", "log10",
    "log_sigmoid", "softsign", "mish", "selu",
)  # fmt: skip
BINARY = (
    "add", "subtract", "multiply", "divide", "maximum", "minimum", "greater", "less_equal", "equal", "where", "power",
)  # fmt: skip
SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 13, 16)


class Writer:
    """Writes a program at random: any operation on any of the arrays before it whose shapes fit."""

    def __init__(self, seed):
        self.random, self.numbers = random.Random(seed), np.random.default_rng(seed)
        self.b = Builder()
        self.sizes = [self.random.choice(SIZES) for _ in range(3)]
        self.parameters = self.random.choice((3, 7, 12, 20, 48))
        self.theta = self.b.make("theta", (), (self.parameters,))
        self.pool, self.shapes = [], []
        self.leaves()
        for _ in range(self.random.randint(3, 14)):
            recent = self.pool[-6:] if self.random.random() < 0.7 else self.pool
            array = self.random.choice(self.steps())(self.random.choice(recent))
            if array is not None and array.number is None and array.size < 600:
                self.pool.append(array)

    def shape(self, most):
        return tuple(self.random.choice(self.sizes) for _ in range(self.random.randint(1, most)))

    def leaves(self):
        at = 0
        while at < self.parameters:
            shape = self.shape(2)
            shape = shape if at + math.prod(shape) <= self.parameters else (self.parameters - at,)
            self.pool.append(self.b.make("parameter", (), shape, at))
            at += math.prod(shape)
        for k in range(self.random.randint(1, 3)):
            self.shapes.append(self.shape(3))
            self.pool.append(self.b.make("input", (), self.shapes[-1], k))
        self.pool.append(self.b.make("constant", (), (self.sizes[0],), self.numbers.normal(size=self.sizes[0])))
        if self.random.random() < 0.3:
            self.pool.append(self.theta)

    def steps(self):
        return [
            self.unary, self.unary, self.binary, self.binary, self.product, self.product, self.reduction,
            self.transposed, self.reshaped, self.sliced, self.gathered, self.joined,
        ]  # fmt: skip

    def tame(self, x):
        return self.b.apply("tanh", x)

    def positive(self, x):
        return self.b.apply("add", self.b.apply("multiply", x, x), self.b.number(0.5))

    def unary(self, x):
        op = self.random.choice(UNARY)
        if op in ("elu", "leaky_relu"):
            return self.b.apply(op, x, self.b.number(0.3))
        return self.b.apply(op, self.positive(x) if op in ("log", "log1p", "log2", "log10", "sqrt") else self.tame(x))

    def binary(self, x):
        op, y = self.random.choice(BINARY), self.random.choice(self.pool)
        try:
            np.broadcast_shapes(x.shape, y.shape)
        except ValueError:
            y = self.b.number(self.random.uniform(-2.0, 2.0))
        if op == "where":
            return self.b.apply("where", self.b.apply("greater", x, y), x, self.b.number(0.25))
        if op == "power":
            return self.b.apply("power", self.positive(x), self.b.number(self.random.choice((3.0, -2.0, 1.5, 0.5))))
        return self.tame(self.b.apply(op, x, self.positive(y) if op == "divide" else y))

    def product(self, x):
        b = self.b
        pairs = [(x, y) for y in self.pool if len(x.shape) == len(y.shape) == 1 and x.shape == y.shape]
        for y in self.pool:
            if len(x.shape) == len(y.shape) > 1 and x.shape[:-2] == y.shape[:-2]:
                pairs += [(x, y)] * (x.shape[-1] == y.shape[-2])
                pairs += [(x, b.transpose(y))] * (x.shape[-1] == y.shape[-1])
                pairs += [(b.transpose(x), y)] * (x.shape[-2] == y.shape[-2])
        pairs = [(x, y) for x, y in pairs if len(x.shape) < 4]
        return self.tame(b.matmul(*self.random.choice(pairs))) if pairs else None

    def reduction(self, x):
        if not x.shape:
            return None
        axis = self.random.randrange(len(x.shape))
        kept = tuple(1 if i == axis else n for i, n in enumerate(x.shape))
        if self.random.random() < 0.4:
            return self.b.reduce("largest", x, (axis,))
        return self.b.sum(x, (axis,), self.random.choice((kept, x.shape[:axis] + x.shape[axis + 1 :])))

    def transposed(self, x):
        axes = list(range(len(x.shape)))
        self.random.shuffle(axes)
        return self.b.transpose(x, axes) if len(axes) > 1 else None

    def reshaped(self, x):
        rows = self.random.choice([n for n in range(1, x.size + 1) if x.size % n == 0])
        return self.b.reshape(x, self.random.choice(((rows, x.size // rows), (x.size,), (1, x.size))))

    def sliced(self, x):
        starts = [self.random.randrange(n) for n in x.shape]
        ranges = [
            (a, self.random.randint(a + 1, n), self.random.choice((1, 1, 2)))
            for a, n in zip(starts, x.shape, strict=True)
        ]
        return self.b.slice(x, ranges) if x.shape else None

    def gathered(self, x):
        shape = (2, self.random.choice(self.sizes))
        return self.b.gather(x, self.numbers.integers(-1, x.size, shape))

    def joined(self, x):
        y = self.random.choice(self.pool)
        return self.b.make("join", (x, y), (x.size + y.size,))

    def program(self):
        """The program whose loss is the sum of what was written last."""
        b, loss = self.b, None
        for x in map(self.tame, self.pool[-5:]):
            x = b.sum(x, tuple(range(len(x.shape))), ()) if x.shape else x
            loss = x if loss is None else b.apply("add", loss, x)
        return with_backward(b, loss, self.shapes, self.parameters)


def with_backward(b, loss, shapes, parameters):
    """The program of what was written, for arguments of these shapes and so many parameters, with its backward pass."""
    forward = needed([loss], b.lines)
    gradients = BackwardPass(b, loss).gradients
    wanted = {*needed([loss, *[g for _, g in gradients]], b.lines), *[p for p, _ in gradients]}
    first = {*forward, *[p for p, _ in gradients]}
    lines = [a for a in b.lines if a in first] + [a for a in b.lines if a in wanted and a not in first]
    arguments = [(k, shape, False) for k, shape in enumerate(shapes)]
    return Program(lines, len(first), loss, gradients, arguments, np.arange(parameters), parameters)


def random_program(seed):
    """A program, parameters and arguments for it."""
    writer = Writer(seed)
    arguments = [writer.numbers.normal(size=shape) for shape in writer.shapes]
    return writer.program(), writer.numbers.normal(size=writer.parameters), arguments


def interpreted(program, theta, arguments):
    """Loss and gradient, line by line, the element-wise operations by the table itself."""
    known = {}
    with np.errstate(all="ignore"):
        for a in program.lines:
            known[a] = np.asarray(_value(a, [known[x] for x in a.operands], theta, arguments), float).reshape(a.shape)
    gradient = np.zeros(len(theta))
    for slot, g in program.gradients:
        start = 0 if slot.op == "theta" else slot.detail
        gradient[start : start + g.size] += known[g].reshape(-1)
    return float(known[program.loss]), gradient


def _value(a, operands, theta, arguments):
    x, detail = operands[0] if operands else None, a.detail
    if a.op == "parameter":
        return theta[detail : detail + a.size]
    if a.op in ("gather", "scatter"):
        index = np.broadcast_to(detail, x.shape if a.op == "scatter" else detail.shape).reshape(-1)
        if a.op == "gather":
            return np.where(index < 0, 0.0, x.reshape(-1)[index])
        whole = np.zeros(a.size)
        np.add.at(whole, index[index >= 0], x.reshape(-1)[index >= 0])
        return whole
    if a.op == "assemble":
        whole = np.zeros(a.shape)
        for part, slices in zip(operands, detail, strict=True):
            whole[tuple(slice(*r) for r in slices)] += part
        return whole
    if a.op == "first":
        mask = np.zeros(a.shape)
        np.put_along_axis(mask, np.argmax(x == operands[1], axis=detail, keepdims=True), 1.0, detail)
        return mask
    structural = {
        "theta": lambda: theta, "input": lambda: arguments[detail], "constant": lambda: detail,
        "matmul": lambda: np.matmul(*operands), "sum": lambda: np.sum(x, axis=detail),
        "largest": lambda: np.max(x, axis=detail), "transpose": lambda: x.transpose(detail), "reshape": lambda: x,
        "slice": lambda: x[tuple(slice(*r) for r in detail)], "broadcast": lambda: np.broadcast_to(x, a.shape),
        "join": lambda: np.concatenate([y.reshape(-1) for y in operands]),
    }  # fmt: skip
    if a.op in structural:
        return structural[a.op]()
    return np.vectorize(lambda *numbers: TABLE[a.op].evaluate(*map(float, numbers))[0], otypes=[float])(*operands)
