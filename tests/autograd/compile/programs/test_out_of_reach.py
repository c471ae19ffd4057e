"""What a step does not reach: a branch not taken has gradient 0, what the loss never touches has none; as in PyTorch.

One rule for all ways to train: memories and decay move the first, and leave the second alone.
"""

import warnings

import pytest

import nn
from autograd import Value, compile, detach, mean, take, where  # noqa: A004
from autograd.compile import compile_training
from tests.support.golden_files import golden

GOLDEN = golden("unreached")
OPTIMIZERS = {
    "SGD momentum": lambda p: nn.SGD(p, 0.1, momentum=0.9),
    "SGD Nesterov": lambda p: nn.SGD(p, 0.1, momentum=0.9, nesterov=True),
    "RMSProp momentum": lambda p: nn.RMSProp(p, 0.01, momentum=0.8),
    "Adam": lambda p: nn.Adam(p, 0.05),
    "AdamW": lambda p: nn.AdamW(p, 0.05, weight_decay=0.1),
}
FUNCTIONS = {
    "a branch": lambda x, a, b, c, d: where(x > 0.0, a * x, b * x) ** 2,
    "a condition": lambda x, a, b, c, d: where(c > x, a * x, b) ** 2,
    "detached": lambda x, a, b, c, d: (a * x - b + detach(c)) ** 2,
    "times nothing": lambda x, a, b, c, d: (a * x) ** 2 + 0.0 * b + c - c,
}
WAYS = ["step", "numpy", "native", "jax", "clipped", "recorded"]


def backward_knows(looked_up):
    """Whether `backward` has this rule already: a branch not taken, or a row not looked up, has gradient 0."""
    a, b = Value(1.0), Value(2.0)
    (take([a, b], 0) if looked_up else where(Value(1.0) > 0.0, a, b)).backward()
    return b.has_grad


def path(way, function, parameters, optimizer, inputs, *, looked_up=False):
    """Return all parameters after each step."""
    if way in ("jax", "native"):
        pytest.importorskip("jax" if way == "jax" else "llvmlite")
    if way == "recorded" and not backward_knows(looked_up):
        pytest.skip("backward has another rule")
    found = []
    step = compile(function, parameters)
    if way not in ("step", "recorded"):
        clip = nn.ClipByNorm(1e9).clip_array if way == "clipped" else None
        train = compile_training(function, parameters, optimizer, "numpy" if way == "clipped" else way, clip)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for x in inputs:
            if way in ("step", "recorded"):
                optimizer.zero_grad()
                step(x) if way == "step" else function(x).backward()
                optimizer.step()
            else:
                train(x)
                train.write_back()
            found.append([p.data for p in parameters])
    return found


def assert_same(found, wanted):
    for one, other in zip(found, wanted, strict=True):
        assert one == pytest.approx(other, rel=1e-12, abs=1e-14)


FEW = [("a branch", "SGD momentum"), ("a condition", "AdamW")]  # where to compile takes a while
CASES = [
    (way, name, optimizer)
    for way in WAYS
    for name in FUNCTIONS
    for optimizer in OPTIMIZERS
    if way not in ("native", "jax") or (name, optimizer) in FEW
]


@pytest.mark.parametrize(("way", "name", "optimizer"), CASES)
def test_scalars_move_as_pytorchs_do(way, name, optimizer):
    parameters = [Value(x) for x in (0.8, -0.6, 0.4, 0.2)]
    function = FUNCTIONS[name]
    made = OPTIMIZERS[optimizer](parameters)
    found = path(way, lambda x: function(Value(x) if isinstance(x, float) else x, *parameters), parameters, made,
                 GOLDEN["inputs"])  # fmt: skip
    assert_same(found, GOLDEN["scalars"][name][optimizer])


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("way", [way for way in WAYS if way not in ("jax", "native")])
def test_the_rows_of_an_embedding_move_as_pytorchs_do(way, optimizer):
    table, other = nn.Embedding(4, 2, seed=0), [Value(0.5), Value(-0.5)]
    table.rows = [[Value(x) for x in row] for row in GOLDEN["table"]]
    parameters = [*table.parameters(), *other]

    def function(k):
        row = table(k)
        return (row[0] - 1.0) ** 2 + row[0] * row[1]

    found = path(way, function, parameters, OPTIMIZERS[optimizer](parameters), GOLDEN["words"], looked_up=True)
    assert_same(found, GOLDEN["embedding"][optimizer])


@pytest.mark.parametrize("backend", ["numpy", "native", "recorded"])
@pytest.mark.parametrize("optimizer", ["SGD momentum", "AdamW"])
def test_fit_moves_them_so_too(backend, optimizer):
    if backend == "recorded" and not backward_knows(looked_up=True):
        pytest.skip("backward has another rule")

    class Model(nn.Module):
        def __init__(self):
            self.table, self.never = nn.Embedding(4, 2, seed=0), [Value(0.5), Value(-0.5)]
            self.table.rows = [[Value(x) for x in row] for row in GOLDEN["table"]]

        def __call__(self, row):
            return self.table(row[0])

    def loss(predictions, targets):
        return mean([(row[0] - 1.0) ** 2 + row[0] * row[1] for row in predictions])

    model = Model()
    words = GOLDEN["words"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        nn.fit(
            model, [[word] for word in words], [0.0] * len(words), loss=loss, batch_size=1, epochs=1, shuffle=None,
            optimizer=OPTIMIZERS[optimizer](model.parameters()), backend=backend,
        )  # fmt: skip
    assert_same([[p.data for p in model.parameters()]], GOLDEN["embedding"][optimizer][-1:])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_which_gradients_a_compiled_step_leaves(name):
    parameters = [Value(x) for x in (0.8, -0.6, 0.4, 0.2)]
    step = compile(lambda x: FUNCTIONS[name](x, *parameters), parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        step(1.0)
    assert [p.has_grad for p in parameters] == {
        "a branch": [True, True, False, False],
        "a condition": [True, True, False, False],
        "detached": [True, True, False, False],
        "times nothing": [True, True, True, False],
    }[name]


@pytest.mark.parametrize("way", ["step", "numpy", "clipped", "recorded"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_rows_looked_up_by_a_number_that_is_known(way, optimizer):
    table, other = nn.Embedding(4, 2, seed=0), [Value(0.5), Value(-0.5)]
    table.rows = [[Value(x) for x in row] for row in GOLDEN["table"]]
    parameters = [*table.parameters(), *other]
    place = [0]

    def function(x):
        row = table(place[0])
        return (row[0] - 1.0) ** 2 + row[0] * row[1] + 0.0 * x

    def inputs():
        for place[0] in GOLDEN["words"]:
            yield 1.0

    found = path(way, function, parameters, OPTIMIZERS[optimizer](parameters), inputs(), looked_up=True)
    assert_same(found, GOLDEN["embedding"][optimizer])
