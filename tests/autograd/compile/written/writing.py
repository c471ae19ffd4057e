"""Programs, and what is written for each: sources in full, and of machine code how much there is of what."""

import hashlib
import random
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np

import nn
from autograd import Value, dot, exp, logsumexp, maximum, tanh, topological_order, total, where
from autograd.compile.backends.c import c_file
from autograd.compile.backends.javascript import source as javascript
from autograd.compile.backends.latex import equations
from autograd.compile.backends.numpy.source import emit
from autograd.compile.backends.numpy.update import emit_update
from autograd.compile.frontend.trace import trace
from autograd.compile.frontend.validate import argument_names
from autograd.compile.ir.program import Builder, Program
from autograd.compile.ir.sizes import SizedInt
from autograd.compile.programs.pipeline import build
from autograd.compile.programs.unify import unify
from autograd.compile.recorded_graph import graph_programs
from autograd.recording.bulk import numbers_of
from autograd.rules.operation import TABLE
from tests.fuzz.random_programs import Drawn, random_graph
from tests.support.array_programs import random_program
from tests.support.programs import PROGRAMS
from tests.support.unreached import GOOD, UNREACHED, K, X

HERE = Path(__file__).parent
OPTIMIZERS = {
    "sgd": lambda p: nn.SGD(p, 0.1, momentum=0.9, nesterov=True, l1=0.01),
    "adagrad": lambda p: nn.AdaGrad(p, 0.1),
    "rmsprop": lambda p: nn.RMSProp(p, 0.1, momentum=0.5),
    "adamw": lambda p: nn.AdamW(p, 0.1),
}
PRODUCTS = (
    "100 40 100 0", "100 40 100 1", "5 3 4 0", "1 64 9 0", "9 64 1 1", "7 2 130 0", "33 33 2 1", "3 5 3 0 6",
    "13 2 13 1 4", "64 64 64 0", "4 31 8 1", "2 8 3 0",
)  # fmt: skip
RANDOM = range(40)  # seeds of programs of which the amount is kept, not the text


def programs(name):
    """Return the program of that name, the numbers of its parameters, and its other Values."""
    kind, *numbers = name.split()
    if kind == "arrays":
        program, *_ = random_program(int(numbers[0]))
        return named(program)
    if kind == "graph":
        root, inputs, parameters = random_graph(random.Random(int(numbers[0])))
        used = {id(x) for x in topological_order(root)}
        given = [inputs] if any(id(x) in used for x in inputs) else []
        return graph_programs(root, given, parameters, "numpy").latest.program, [], []
    if kind == "product":
        return named(product(*map(int, numbers)))
    if kind == "operation":
        return named(operation(TABLE[numbers[0]]))
    if kind == "sizes":
        function, parameters, arguments = PROGRAMS[numbers[0]]()
        parts = [
            lifted(function, parameters, [np.resize(a, (n, *np.shape(a)[1:])) for a in arguments])[0] for n in (5, 7)
        ]
        generic = unify(parts, [(5,), (7,)])
        return (generic.at((SizedInt(9, "n"),)) if numbers[1:] else generic.everywhere(1)), [], []
    if name in PROGRAMS:
        function, parameters, arguments = PROGRAMS[name]()
    elif name in UNREACHED:
        (function, parameters), arguments = UNREACHED[name], (X, GOOD, K)
    elif name in MORE:
        function, parameters, arguments = MORE[name]()
    else:
        drawn = Drawn(int(numbers[0]))
        function, parameters, arguments = drawn.function, drawn.parameters, (drawn.x, drawn.index)
    program, tape = lifted(function, parameters, arguments)
    return program, [parameters[k].data for k in program.order], tape.others


def lifted(function, parameters, arguments):
    names = argument_names(function)
    return build(trace(function, [np.shape(a) for a in arguments], parameters, names), names)


def named(program):
    for k, array in enumerate(program.lines):
        array.name = array.name or f"t{k}"
    return program, [0.5] * len(program.order), []


def operation(op):
    """One operation on as many parameters as it has inputs, and its derivatives."""
    b = Builder()
    inputs = [b.make("parameter", (), (), k) for k in range(op.arity)]
    output = b.make(op.name, inputs, ())
    forward, order = len(b.lines), np.arange(op.arity)
    gradients = [(x, b.derivative(output, k)) for k, x in enumerate(inputs)]
    return Program(b.lines, forward, output, gradients, [], order, op.arity)


def product(rows, inner, columns, turned, stack=0):
    """A product of matrices, of stacks of them, or with the second turned, and what follows it."""
    b, lead = Builder(), (stack,) * (stack > 0)
    shapes = (*lead, rows, inner), (*lead, *((columns, inner) if turned else (inner, columns)))
    x, y = (b.make("input", (), shape, k) for k, shape in enumerate(shapes))
    found = b.apply("add", b.apply("tanh", b.matmul(x, b.transpose(y) if turned else y)), b.number(0.5))
    loss = b.sum(b.apply("multiply", found, found), tuple(range(len(found.shape))), ())
    arguments = [(k, shape, False) for k, shape in enumerate(shapes)]
    return Program(b.lines, len(b.lines), loss, [], arguments, np.zeros(0, dtype=np.int64), 0)


def tangled():
    """Scalars in no order."""
    loose = [Value(0.5 + 0.1 * k) for k in range(9)]

    def function(x):
        t = [a * b for a, b in pairwise(loose)]
        return logsumexp([t[0] + x[1], t[3] * x[0], t[5] / loose[8], loose[7] ** x[2]]) + loose[0] * loose[0]

    return function, loose, ([0.3, -0.7, 1.5],)


def classes():
    """A classifier with a cross-entropy."""
    model = nn.MLP(3, [4, 3], "relu", seed=1)
    rows = [[0.1 * (i - j) for j in range(3)] for i in range(5)]
    return (
        lambda x, y: nn.softmax_cross_entropy([model(row) for row in x], y),
        model.parameters(),
        (rows, [0, 2, 1, 1, 0]),
    )


def gates():
    """A recurrence with gates."""
    cell = nn.GRU(3, 2, seed=1)
    return lambda x: total(cell(x)[0][-1]), cell.parameters(), ([[0.1 * (i - j) for j in range(3)] for i in range(4)],)


def beside():
    """Values that are no parameters, and indices beside numbers."""
    w, other = [Value(0.5 + k) for k in range(4)], Value(3.0)

    def function(x):
        return total([tanh(dot(w[:2], row[:2]) * other) for row in x]) + w[3] * other

    return function, w, ([[0.5, 1.0, 2.0], [1.5, -1.0, 0.5]],)


def loose():
    """Scalars, so many that each computed in a way of its own has no structure."""
    draw, w = random.Random(0), [Value(0.1 * k - 0.35) for k in range(8)]
    ways = [
        lambda x, y: tanh(x + y), lambda x, y: x * y, lambda x, y: where(x > y, x, 0.5 * y), lambda x, y: x * 2.0 - y,
        lambda x, y: total([x, y, w[0]]), lambda x, y: maximum(x, 0.25), lambda x, y: logsumexp([x, y]),
    ]  # fmt: skip

    def function(x):
        draw.seed(1)
        nodes = [*w, *x]
        for _ in range(230):
            nodes.append(draw.choice(ways)(*draw.sample(nodes[-150:], 2)))
        return total(nodes[-30:])

    return function, w, ([0.5, -1.0, 2.0],)


def triangle(follows):
    """Half of a product, the other half being holes, and what follows it."""
    w = [[Value(0.1 * (i - k)) for k in range(2)] for i in range(4)]
    rows = [[0.5 * i, 1.0 - i] for i in range(4)]
    return lambda x: follows([[dot(w[i], x[j]) for j in range(i + 1)] for i in range(4)]), sum(w, []), (rows,)  # noqa: RUF017


def low():
    return triangle(lambda z: total([logsumexp(row) for row in z]))


def zeros():
    return triangle(lambda z: total([tanh(total(row)) for row in z]) + exp(total([total(row) for row in z])))


def norms():
    """Two layers of averages, which are observed."""
    model = nn.Sequential(
        nn.Layer(2, 3, "tanh", seed=0), nn.BatchNorm(3), nn.Layer(3, 2, None, seed=1), nn.BatchNorm(2)
    )
    rows = [[0.1 * (i - j) for j in range(2)] for i in range(4)]
    return lambda x: total([p * p for row in model.batch(x) for p in row]), model.parameters(), (rows,)


def masks():
    """Two layers whose numbers are drawn at each run, and a Value that is read then."""
    model, other = (
        nn.Sequential(nn.Layer(2, 3, seed=0), nn.Dropout(0.5), nn.Layer(3, 2, None, seed=1), nn.Dropout(0.2)),
        Value(2.0),
    )
    rows = [[0.1 * (i - j) for j in range(2)] for i in range(4)]
    return lambda x: total([p * other for row in x for p in model(row)]), model.parameters(), (rows,)


MORE = {x.__name__: x for x in (tangled, classes, gates, beside, loose, low, zeros, norms, masks)}
WRITTEN = [name for name in MORE if name != "loose"]  # where there is no schedule of levels
ALL = [*PROGRAMS, *UNREACHED, *MORE]


def _digest(x):
    return hashlib.sha256((x if isinstance(x, str) else repr(x)).encode()).hexdigest()[:16]


def _shown(x):
    """Return a constant of a program in full."""
    if isinstance(x, np.ndarray):
        numbers = x.tolist() if x.size < 100 else hashlib.sha256(x.tobytes()).hexdigest()[:16]
        return f"{x.dtype} {x.shape} {numbers}"
    return re.sub(r"\s+", " ", f"{vars(x)}") if hasattr(x, "blocks") else repr(x)


def in_numpy(name):
    if name in OPTIMIZERS:
        return emit_update(OPTIMIZERS[name]([Value(1.0)]))
    program, *_ = programs(name)
    source, constants = emit(program)
    known = [f"{key} = {_shown(x)}" for key, x in constants.items()]
    facts = f"order {program.order.tolist()}, used {program.used}, arguments {program.arguments}, {program.flops} flops"
    return "\n".join([source, *known, facts, ", ".join(f"{n} {what}" for what, n in program.counts.items())])


def in_short(name):
    """Say what NumPy's program computes, and the text's digest."""
    text = in_numpy(name)
    return f"{text.splitlines()[-1]}: {_digest(text)}"


def in_javascript(name):
    given = OPTIMIZERS.get(name)
    emitted = javascript.emit_update(given([Value(1.0)])) if given else javascript.emit(programs(name)[0])
    return f"{emitted.text}\nneeds {sorted(emitted.needs)}"


def in_latex(name):
    return equations(programs(name)[0])


def in_c(name):
    """Return a file; of an optimizer, with its rule."""
    optimizer = OPTIMIZERS[name]([Value(1.0)]) if name in OPTIMIZERS else None
    program, numbers, others = programs("one_number" if optimizer else name)
    given = [numbers_of(others) if k >= len(program.arguments) else None for k, _, _ in program.arguments]
    return c_file(program, numbers, given, optimizer)


def in_native(name):
    """Say how much memory there is and how many instructions of each kind, for a few widths; and the text's digest."""
    from autograd.compile.backends.native.batches import fetching
    from autograd.compile.backends.native.host.processor import host
    from autograd.compile.backends.native.machine import Machine

    optimizer = OPTIMIZERS[name]([Value(1.0)]) if name in OPTIMIZERS else None
    program, *_ = programs("network_by_dot" if optimizer else name)
    said, own = [], host().lanes
    for lanes in (4, 8) if name.startswith(("arrays", "product")) else (4,):
        try:
            host().lanes = lanes
            machine = Machine(program, optimizer)
            texts = [machine.text, fetching(machine.plan, 6, 10)] if optimizer else [machine.text]
        finally:
            host().lanes = own
        counts = Counter(
            f"{operation} {width or 1}"
            for text in texts
            for operation, width in re.findall(r"^  (?:%\S+ = )?(\w+)(?:[^\n<]*<(\d+) x)?", text, re.MULTILINE)
        )
        amount = ", ".join(f"{n} {what}" for what, n in sorted(counts.items()))
        digest = _digest("".join(texts))
        plan = machine.plan
        ways = [plan.products(kernel) for kernel in plan.kernels if kernel.kind == "matmul"]
        maps = [kernel for kernel in plan.kernels if kernel.kind == "map"]
        costs = [f"{plan.cost(kernel):g} along {plan.axis_of(kernel)}" for kernel in maps]
        said.append(f"{lanes} lanes: {plan.size} doubles, {amount}: {digest}")
        said.append(f"costs {', '.join(costs)}" if len(costs) < 20 else f"costs {_digest(costs)}")
        if ways:
            said.append(f"ways {ways[0] if name.startswith('product') else _digest(ways)}")
    return "\n".join(said)


SOME = [f"arrays {k}" for k in range(16)]
SIZED = [f"sizes {name}" for name in ("shared_weights", "softmax_by_hand", "recurrent", "embeddings", "residual")]
OF_A_KIND = ("small_transformer", "branches", "one_number", "of_every_length")  # at each size another, or of one size
MORE_SIZED = [f"sizes {name}" for name in PROGRAMS if name not in OF_A_KIND and f"sizes {name}" not in SIZED]
KINDS = {
    "numpy": (
        in_numpy,
        [*ALL, *OPTIMIZERS, *SOME, *[f"{name} n" for name in SIZED], "product 64 4 128 0", "product 63 4 130 0"],
    ),
    "numpy_short": (
        in_short,
        [
            *[f"{name} n" for name in MORE_SIZED],
            *[f"drawn {k}" for k in RANDOM],
            *[f"graph {k}" for k in RANDOM],
            *[f"arrays {k}" for k in RANDOM[len(SOME) :]],
        ],
    ),
    "javascript": (
        in_javascript,
        ["residual", "batch_norm", "embeddings", *list(UNREACHED)[::4], *WRITTEN, *OPTIMIZERS, *SOME[::2]],
    ),
    "c": (in_c, ["branches", "embeddings", "gates", "beside", *OPTIMIZERS]),
    "latex": (in_latex, [*PROGRAMS, *MORE]),
    "native": (
        in_native,
        [
            *ALL,
            *SIZED,
            *MORE_SIZED,
            *[f"product {numbers}" for numbers in PRODUCTS],
            *[f"operation {name}" for name, op in TABLE.items() if not op.groups],
            *OPTIMIZERS,
            *[f"drawn {k}" for k in RANDOM],
            *[f"graph {k}" for k in RANDOM],
            *[f"arrays {k}" for k in RANDOM],
        ],
    ),
}


def kept(kind):
    """Return {program: what is kept of it}."""
    sections = (HERE / f"{kind}.txt").read_text(encoding="utf-8").split("\n=== ")[1:]
    return {name: text.removesuffix("\n") for name, text in (part.split("\n", 1) for part in sections)}
