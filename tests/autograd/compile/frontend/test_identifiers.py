"""No text becomes source but an identifier that we made, and ours are apart from the user's."""

import builtins
import inspect
import json
import keyword
import re

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.compile import compile_graph, compile_training, take
from autograd.compile.backends.javascript import source as javascript
from autograd.compile.backends.numpy.operations import NAMESPACE
from autograd.compile.backends.numpy.update import emit_update
from autograd.compile.frontend.trace import trace
from autograd.compile.programs.pipeline import build
from autograd.rules.identifiers import Name, apart, comment
from tests.support.web import run

HOSTILE = [
    "__import__('builtins').INVADED.append(1)", "x\nimport os", "x'); INVADED", '"); INVADED', "*/ INVADED",
    "`${INVADED}`",
    "a b", "", "1", "\u2028INVADED", "\0", "x" * 500, "été", "ﬁ", "ｅｘｐ", "__debug__", "None", "lambda",
    "]: INVADED #",
    "${INVADED}", "</script>INVADED", "!INVADED = 1", "@INVADED()", "_", "__x", "\ud800",
]  # fmt: skip


@pytest.fixture
def invaded(monkeypatch):
    """A list that the hostile texts write to, if they are executed."""
    found = []
    monkeypatch.setattr(builtins, "INVADED", found, raising=False)
    return found


class Shown(inspect.Signature):
    """A signature whose parameters go by any names, whatever Python says of them."""

    __slots__ = ("names",)

    @property
    def parameters(self):
        plain = inspect.Parameter("x", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        shown = [plain.replace() for _ in self.names]
        for parameter, name in zip(shown, self.names, strict=True):
            parameter._name = name
        return dict(enumerate(shown))


def called_with(function, names):
    """Return the function, whose arguments go by these names."""
    function.__signature__ = Shown()
    function.__signature__.names = names
    return function


# --------------------------------------------------------------------------------- names of the user's
def everything():
    """Return a loss that uses all kinds of lines, its parameters, and data."""
    model = nn.MLP(2, [3, 2], "gelu", seed=1)
    table = [[Value(0.1 * i - 0.3 * j) for j in range(2)] for i in range(3)]
    slope = Value(0.5)

    def loss(x, k, other):
        rows = [model([p + q for p, q in zip(row, take(table, i), strict=True)]) for row, i in zip(x, k, strict=True)]
        scores = nn.softmax_cross_entropy(rows, k)
        chosen = ag.where(other[0] > 0.0, ag.softplus(slope), ag.sigmoid(slope) ** other[0])
        ladder = ag.sin(ag.exp(ag.log(chosen * slope + 1.0)) / other[1]) + ag.sqrt(slope) * ag.erf(other[1] * slope)
        return scores + chosen * ag.maximum(ladder, ag.cos(slope)) + ag.leaky_relu(slope * other[2], 0.1)

    return loss, [*model.parameters(), *[v for row in table for v in row], slope], (
        [[0.5, -0.2], [1.0, 0.3]], [1, 0], [0.7, 1.3, -0.4],
    )  # fmt: skip


def threes(words):
    """Return the words in threes, each with one that looks like it, as it may be renamed."""
    words = [*sorted(words), "theta", "theta_1"]
    return [(word, f"{word}_1", other) for word, other in zip(words[::2], words[1::2])]  # noqa: B905  # one is over


def words_of(source):
    return sorted({*re.findall(r"[A-Za-z_]\w*", source)})


def test_an_argument_may_go_by_any_name_that_the_program_has_for_something_of_its_own():
    loss, leaves, data = everything()
    right, gradient = ag.compile(loss, leaves).value_and_gradient(*data)
    recorded = loss([[Value(v) for v in row] for row in data[0]], data[1], [Value(v) for v in data[2]])
    recorded.backward()
    assert right == pytest.approx(recorded.data, rel=1e-12)
    assert gradient == pytest.approx([leaf.grad for leaf in leaves], rel=1e-11)
    plain = ag.compile(loss, leaves)
    plain(*data)
    assert "def step(k, x, other):" in plain.source or "def step(x, k, other):" in plain.source
    words = {*words_of(plain.source), *NAMESPACE, "float", "len", "print", "None", "lambda", "match", *HOSTILE}
    words |= {
        "dW1",
        "dz1",
        "da1",
        "db2",
        "E1",
        "dE1",
        "w1",
        "dw1",
        "loss",
        "dloss",
        "index3",
        "constant1",
        "mask2",
        "table1",
    }
    for word in threes(words):
        given = tuple(np.array(x) for x in data)
        before = [x.copy() for x in given]
        step = ag.compile(called_with(loss, word), leaves)
        found, slopes = step.value_and_gradient(*given)
        assert (found, slopes.tobytes()) == (right, gradient.tobytes()), word
        assert all(np.array_equal(x, y) for x, y in zip(given, before, strict=True)), word


@pytest.mark.parametrize("backend", ["native", "jax"])
def test_nor_do_names_matter_where_there_is_no_source_to_read(backend):
    pytest.importorskip({"native": "llvmlite", "jax": "jax"}[backend])
    x = Value(0.5)
    for word in ("%work", HOSTILE[0]):
        step = ag.compile(called_with(lambda a, b: ag.exp(x * a) + b, [word, "theta"]), [x], backend)
        loss, (slope,) = step.value_and_gradient(2.0, 1.0)
        assert (loss, slope) == (pytest.approx(np.e + 1.0), pytest.approx(2 * np.e))


def test_nor_in_javascript():
    loss, leaves, data = everything()
    right, gradient = ag.compile(loss, leaves).value_and_gradient(*data)

    def emitted(names):
        program, _ = build(trace(loss, [(2, 2), (2,), (3,)], leaves), names)
        return program, javascript.emit(program)

    _, plain = emitted(["x", "k", "other"])
    defined = re.findall(r"(?:const|function) (\w+)", javascript.script("P", {"a": plain}))
    own = {*words_of(plain.text), *defined, "Math", "Infinity", "index1", "index7", *HOSTILE}
    runs, parts, orders = [], {}, {}
    for n, words in enumerate(threes(own)):
        program, parts[f"p{n}"] = emitted(words)
        assert "INVADED" not in parts[f"p{n}"].text
        flat = [np.ravel(data[k]).tolist() for k, _, _ in program.arguments]
        theta = np.array([leaf.data for leaf in leaves])[program.order].tolist()
        runs.append([f"p{n}", theta, flat])
        orders[n] = program.order
    source = javascript.script("PROGRAMS", parts)
    asked = f"""{json.dumps(runs)}.map(([name, theta, given]) => {{
      const gradient = new Float64Array(theta.length), program = PROGRAMS[name](Float64Array.from(theta), gradient);
      const loss = program.forward(...given);
      program.backward(...given);
      return [loss, [...gradient]];
    }})"""
    for n, (found, slopes) in enumerate(run(source, asked)):
        whole = np.empty(len(leaves))
        whole[orders[n]] = slopes
        assert found == pytest.approx(right, rel=1e-10)
        assert whole == pytest.approx(gradient, rel=1e-8)


def test_a_graphs_inputs_and_parameters_may_bear_any_name(invaded):
    for text in HOSTILE:
        x, w = Value(2.0, name=text), Value(3.0, name=text)
        step = compile_graph(ag.exp(x * w) + w, [x])
        loss, _ = step.value_and_gradient(0.5)
        assert loss == pytest.approx(np.exp(1.5) + 3.0)
        assert "INVADED" not in step.source
    assert not invaded


def test_a_pages_script_holds_no_text_of_the_users(invaded):
    from viz.pages.live.model_programs import model_programs

    class Plain(nn.SGD):
        pass

    def loss(predictions, targets):
        return nn.mean_squared_error(predictions, targets)

    model = nn.MLP(2, [3, 1], "tanh", seed=0)
    for text in HOSTILE[:6]:
        Plain.__name__ = loss.__name__ = text.replace("\0", "")
        for parameter in model.parameters():
            parameter.name = text
        optimizer = Plain(model.parameters(), 0.1)
        made = model_programs(model, [[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0], loss=loss, optimizer=optimizer)
        assert "INVADED" not in made.structure.script
        assert "import os" not in made.structure.script
    assert not invaded


# --------------------------------------------------------------------------------- settings and memories
TEXTS = ["1e-8", "__import__('builtins').INVADED.append(1)", "theta", "", "x\n"]


@pytest.mark.parametrize("backend", ["numpy", "native", "jax"])
@pytest.mark.parametrize("kind", [nn.SGD, nn.Adam, nn.AdamW, nn.RMSProp, nn.AdaGrad])
def test_a_text_among_an_optimizers_settings_is_refused_and_not_executed(kind, backend, invaded):
    if backend != "numpy":
        pytest.importorskip({"native": "llvmlite", "jax": "jax"}[backend])
    w = Value(1.0)
    for text in (*TEXTS[:2], np.str_(TEXTS[1]), b"1"):
        optimizer = kind([w])
        for setting in [s for s in kind.settings if s != "learning_rate"]:
            if setting in ("momentum", "nesterov"):
                continue
            before = getattr(optimizer, setting)
            vars(optimizer)[setting] = (text, 0.9) if isinstance(before, tuple) else text
            with pytest.raises(TypeError):
                compile_training(lambda x: (w * x) ** 2.0, [w], optimizer, backend)(2.0)
            with pytest.raises(TypeError):
                javascript.emit_update(optimizer)
            vars(optimizer)[setting] = before
    assert not invaded
    assert w.data == 1.0


class Odd(nn.SGD):
    """Plain steps along two memories, by whatever names."""

    names = ("one", "other")

    def __init__(self, parameters):
        self.state_names = self.names
        super().__init__(parameters, 0.1)
        self.state_names = self.names
        self.state = {name: [0.0] * len(self.parameters) for name in self.names}

    def update(self, maths, parameter, gradient, learning_rate, step, *memories):
        one, other = memories
        one = one * 0.5 + gradient
        other = maths.sqrt(other + one * one)
        return parameter - learning_rate * one / (other + 1.0), (one, other)


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_an_optimizers_memories_may_go_by_any_names(backend, monkeypatch, invaded):
    if backend == "native":
        pytest.importorskip("llvmlite")
    found = []
    words = ["one", *HOSTILE, "theta", "gradient", "learning_rate", "step", "sqrt", "old_theta", "update", "parameter"]
    for word in words:
        monkeypatch.setattr(Odd, "names", (word, f"{word}_1"))
        w = [Value(1.0), Value(-0.5)]
        optimizer = Odd(w)
        training = compile_training(lambda x, w=w: (w[0] * x + w[1]) ** 2.0, w, optimizer, backend)
        training(2.0, steps=3)
        training.write_back()
        found.append([v.data for v in w])
        assert "INVADED" not in emit_update(optimizer).replace("__builtins__", "")
    assert all(x == found[0] for x in found)
    assert not invaded


def test_names_are_identifiers_and_apart():
    for text in HOSTILE:
        if text not in ("_", "été"):
            with (
                pytest.raises(ValueError, match="no identifier") if text != "x" * 500 else pytest.raises(AssertionError)
            ):
                assert not Name(text)
        made = apart(text, {"argument", "argument_1"})
        assert made.isidentifier()
        assert not keyword.iskeyword(made)
        assert len(made) < 90
    assert apart("x", {"x", "x_1"}) == "x_2"
    with pytest.raises(TypeError):
        Name(1)
    assert comment("a\nb\u2028c */ d\0") == "a?b?c * / d?"
