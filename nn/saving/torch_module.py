"""A model as PyTorch has it: the source of a `torch.nn.Module` that a person can read, and the numbers for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from nn.layers.attention import Attention
from nn.layers.containers import Activation, Embedding, Residual, Sequential, Softmax
from nn.layers.dense import MLP, Layer
from nn.layers.module import Module
from nn.layers.norms_and_dropout import BatchNorm, Dropout, LayerNorm, RMSNorm
from nn.layers.recurrent import GRU, LSTM, RNN
from nn.support.foreign_names import GUESSES
from nn.support.operation_names import activation_name
from nn.support.validate import plain_numbers, said

if TYPE_CHECKING:
    import numpy as np

    State = dict[str, np.ndarray[Any, Any]]

ACTIVATIONS: Final = {
    "relu": "ReLU()", "tanh": "Tanh()", "sigmoid": "Sigmoid()", "softplus": "Softplus(threshold=1e3)",
    "leaky_relu": "LeakyReLU(0.01)", "elu": "ELU()", "selu": "SELU()", "silu": "SiLU()", "mish": "Mish()",
    "gelu": "GELU()", "gelu_tanh": 'GELU(approximate="tanh")', "hardtanh": "Hardtanh()", "log_sigmoid": "LogSigmoid()",
    "softsign": "Softsign()",
}  # fmt: skip
FUNCTIONS: Final = frozenset({
    "abs", "negative", "exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "sin", "cos", "tan", "asin", "acos",
    "atan", "sinh", "cosh", "asinh", "acosh", "atanh", "erf", "erfc", "sign",
})  # fmt: skip
HEAD: Final = "import torch\n\n\n"
ELEMENTWISE: Final = '''class Elementwise(torch.nn.Module):
    """A function of each number."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


'''
RESIDUAL: Final = '''class Residual(torch.nn.Module):
    """F(x) + x."""

    def __init__(self, *block):
        super().__init__()
        self.block = torch.nn.Sequential(*block)

    def forward(self, x):
        return self.block(x) + x


'''


ATTENTION: Final = '''class Attention(torch.nn.Module):
    """Self-attention of several heads over the rows of a sequence."""

    def __init__(self, width, heads, causal, bias):
        super().__init__()
        self.heads, self.causal = heads, causal
        self.query, self.key, self.value, self.output = (torch.nn.Linear(width, width, bias) for _ in range(4))

    def forward(self, x):
        parts = [layer(x).unflatten(-1, (self.heads, -1)) for layer in (self.query, self.key, self.value)]
        heads = [part.transpose(-2, -3) for part in parts]
        found = torch.nn.functional.scaled_dot_product_attention(*heads, is_causal=self.causal)
        return self.output(found.transpose(-2, -3).flatten(-2))


'''
CLASSES: Final = {"Elementwise(": ELEMENTWISE, "Residual(": RESIDUAL, "Attention(": ATTENTION}


class TorchModule(NamedTuple):
    """What `to_torch` made: source that defines `Model`, a `torch.nn.Sequential`, and the arrays of its state."""

    source: str
    state: dict[str, Any]


Part = tuple[str, "State"]  # what makes a module of PyTorch's, and its state


@GUESSES
def to_torch(model: Module) -> TorchModule:
    """Return the model as PyTorch's: the source of a class `Model`, and the state to load into it.

    The state is in 64 bits: `made = Model().double()`, then
    `made.load_state_dict({name: torch.from_numpy(x) for name, x in state.items()})` gives the same numbers; a model of
    one output gives a row of one there.  `made.eval()` is its behavior for use.  A recurrent network gives its outputs
    and its last state there, too.
    Raises TypeError for a module without a counterpart: `nn.save_onnx` writes any.

    >>> print(to_torch(MLP(2, [3, 1], "tanh", seed=0)).source)  # doctest: +ELLIPSIS
    import torch
    ...
    class Model(torch.nn.Sequential):
        def __init__(self):
            super().__init__(
                torch.nn.Linear(2, 3),
                torch.nn.Tanh(),
                torch.nn.Linear(3, 1),
            )
    <BLANKLINE>
    """
    parts = _parts(model)
    body = "".join(f"            {text},\n" for text, _ in parts)
    classes = "".join(text for name, text in CLASSES.items() if name in body)
    source = f"{HEAD}{classes}class Model(torch.nn.Sequential):\n    def __init__(self):\n        super().__init__(\n"
    return TorchModule(f"{source}{body}        )\n", _numbered(parts))


def _numbered(parts: Iterable[Part]) -> State:
    return {f"{i}.{name}": x for i, (_, state) in enumerate(parts) for name, x in state.items()}


def _parts(module: Any) -> list[Part]:
    """Return the modules that a module is there, one after the other."""
    if isinstance(module, MLP | Sequential):
        return [part for layer in module.layers for part in _parts(layer)]
    if isinstance(module, Layer):
        return _layer(module)
    if isinstance(module, Activation):
        return _activation(module.activation)
    if isinstance(module, Residual):
        inner = _parts(module.block)
        state = {f"block.{name}": x for name, x in _numbered(inner).items()}
        return [(f"Residual({', '.join(text for text, _ in inner)})", state)]
    if isinstance(module, Softmax):
        return [("torch.nn.Softmax(dim=-1)", {})]
    if isinstance(module, Dropout):
        return [(f"torch.nn.Dropout({module.p!r})", {})]
    if isinstance(module, LayerNorm | RMSNorm):
        kind, state = type(module).__name__, {"weight": _array(module.scale)}
        if isinstance(module, LayerNorm):
            state["bias"] = _array(module.shift)
        return [(f"torch.nn.{kind}({len(module.scale)}, eps={module.epsilon!r})", state)]
    if isinstance(module, BatchNorm):
        state = {"weight": _array(module.scale), "bias": _array(module.shift)}
        state |= {"running_mean": _array(module.running_mean), "running_var": _array(module.running_variance)}
        state["num_batches_tracked"] = _array(0).astype("int64")
        sizes = f"{len(module.scale)}, eps={module.epsilon!r}, momentum={module.momentum!r}"
        return [(f"torch.nn.BatchNorm1d({sizes})", state)]
    if isinstance(module, Attention):
        own = {name: _layer(part)[0][1] for name, part in vars(module).items() if isinstance(part, Layer)}
        state = {f"{name}.{part}": x for name, of_layer in own.items() for part, x in of_layer.items()}
        return [(f"Attention({module.width}, {module.heads}, {module.causal}, {'query.bias' in state})", state)]
    if isinstance(module, RNN | LSTM | GRU):
        return [_recurrent(module)]
    if isinstance(module, Embedding):
        table = _array(module.rows)
        return [(f"torch.nn.Embedding({table.shape[0]}, {table.shape[1]})", {"weight": table})]
    raise TypeError(f"to_torch knows no counterpart of {said(module)}; nn.save_onnx(model, path) writes any model")


def _recurrent(network: RNN | LSTM | GRU) -> Part:
    """Return a recurrent network: its gates are one below the other there, and have two biases, which are added."""
    import numpy as np

    wide, more = network.inputs, ""
    if isinstance(network, RNN):
        kind = getattr(network.cell.neurons[0].activation, "name", "")
        if kind not in ("tanh", "relu"):
            raise TypeError(
                f"PyTorch's RNN has tanh or relu, and this one {activation_name(network.cell.neurons[0].activation)}"
            )
        more = f", nonlinearity={kind!r}" if kind != "tanh" else ""
    states = [_layer(part)[0][1] for part in vars(network).values() if isinstance(part, Layer)]
    if any("bias" not in state for state in states):
        raise TypeError("PyTorch's recurrent networks have all their biases, and this one lacks some")
    last = states.pop() if isinstance(network, GRU) else {}
    given = [state["weight"][:, :wide] for state in states]
    kept, biases = [state["weight"][:, wide:] for state in states], [state["bias"] for state in states]
    own = [0.0 * bias for bias in biases]
    if last:
        kept[2], own[2] = last["weight"], last["bias"]
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    parts = (given, kept, biases, own)
    state = {name: np.concatenate(each) for name, each in zip(names, parts, strict=True)}
    return f"torch.nn.{type(network).__name__}({wide}, {network.hidden}{more})", state


def _layer(layer: Layer) -> list[Part]:
    neurons = layer.neurons
    if any(n.activation is not neurons[0].activation or (n.bias is None) != (neurons[0].bias is None) for n in neurons):
        raise TypeError("to_torch writes layers whose neurons are all alike, and one of these has others")
    weights = _array([n.weights for n in neurons])
    state = {"weight": weights}
    without = ", bias=False"
    if neurons[0].bias is not None:
        without, state["bias"] = "", _array([n.bias for n in neurons])
    text = f"torch.nn.Linear({weights.shape[1]}, {weights.shape[0]}{without})"
    return [(text, state), *_activation(neurons[0].activation)]


def _activation(activation: Any) -> list[Part]:
    if activation is None:
        return []
    name = getattr(activation, "name", "")
    if name in ACTIVATIONS:
        return [(f"torch.nn.{ACTIVATIONS[name]}", {})]
    if name in FUNCTIONS:
        return [(f"Elementwise(torch.{name})", {})]
    raise TypeError(f"to_torch knows no counterpart of the activation {activation_name(activation)}")


def _array(x: Any) -> Any:
    """Return Values, or rows of them, as an array of 64-bit numbers."""
    import numpy as np

    return np.array(plain_numbers(x), dtype=np.float64)
