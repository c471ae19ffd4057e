"""A model made ready to compute in a page: its own program in JavaScript, and what a page needs to draw and move it.

The page computes row by row: one program gives outputs and gradients of a row, one the loss and its gradient with
respect to all the outputs.  Both come from the table of operations, as in every other backend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from autograd import Value, dot
from autograd.explain.naming import short_names
from autograd.rules.operation import TABLE, Operation
from nn.support.naming import titled
from viz.charts.field import checked_rows, near, plain_number
from viz.graph.network import Layers, layers_of
from viz.pages.live import parts as made
from viz.pages.live.ready import READY, Structure, key_of
from viz.support import palette
from viz.support.labels import shown

if TYPE_CHECKING:
    from autograd.compile.backends.javascript import Emitted

ACTIVATIONS: Final = ("tanh", "relu", "leaky_relu", "sigmoid", "gelu", "silu", "elu", "softplus", "linear")
MOST_PARAMETERS: Final = 20_000
SCORES: Final = ("binary_cross_entropy_with_logits", "hinge")  # losses of scores, whose level is 0
OWN: Final = "own"  # a loss of the user's, or an activation


@dataclass(frozen=True)
class ModelPrograms:
    """What a page computes with: the programs and all data about them, for parameters in this `order`.

    `key` is where `READY` may hold the structure.
    """

    data: dict[str, Any]
    structure: Structure
    order: list[Value]
    key: str


def check_optimizer(optimizer: object) -> None:
    """Raise TypeError for what is given as an optimizer and is none."""
    if optimizer is not None and (isinstance(optimizer, type) or not hasattr(optimizer, "moves")):
        kind = shown(type(optimizer).__name__ if not isinstance(optimizer, type) else f"the class {optimizer.__name__}")
        raise TypeError(f"optimizer is one of nn's, as nn.SGD(model.parameters(), learning_rate=0.1), not {kind}")


def check_loss(call: str, loss: object) -> None:
    """Raise TypeError for what is given as a loss and is no function."""
    if loss is not None and not callable(loss):
        kind = "the Value of one" if isinstance(loss, Value) else shown(type(loss).__name__)
        raise TypeError(f"{call} takes a function of predictions and targets, loss=nn.mean_squared_error, not {kind}")


def model_programs(
    model: Any,
    inputs: Any,
    targets: Any,
    *,
    loss: Callable[[Any, Any], Value] | None,
    optimizer: Any,
    sizes: Iterable[int] = (),
    activations: Sequence[str] = (),
    level: float | None = None,
) -> ModelPrograms:
    """Return the model, the data, the loss and the optimizer's rule as programs and numbers; nothing is changed.

    Without a loss it is the one that fits the targets.  `sizes` are the numbers of rows that a step may take, besides
    all of them, `activations` those to choose from, besides the model's own.  A chain of layers brings, with these, the
    parts that others of any size are composed of.  Raises TypeError for a model without layers of neurons, ValueError
    if they do not follow on one another, for a model that does not compute row by row, and for rows that do not fit.
    """
    layers = layers_of(model)
    level = None if level is None else near("level", level)
    rows, wanted = _data(inputs, targets, len(layers[0][1][0].weights))
    _refuse(model, optimizer)
    flat = [[plain_number(x) for x in _row(target)] for target in wanted]
    key = key_of(model, layers, flat, loss, optimizer, activations)
    built = READY.get(key) or _structure(
        model, layers, flat, wanted, loss=loss, optimizer=optimizer, sizes={len(rows), *sizes}, activations=activations
    )
    parameters = dict(model.named_parameters())
    order = [parameters[path] for path in built.order]
    data = {
        **built.data,
        "parameters": _parameters_as_data(model, order),
        "rows": rows,
        "targets": flat,
        "level": level,
        "scores": SCORES,
        "optimizer": type(optimizer).__name__ + " with decay" * (not optimizer.is_plain),
        "rate": optimizer.learning_rate,
        "steps": optimizer.step_count,
        "memories": _memories(optimizer, order),
        "signs": list(palette.FIELD_SIGNS),
        "ink": palette.FIELD[0],
        "rim": palette.FIELD[3],
    }
    return ModelPrograms(data, built, order, key)


def _structure(
    model: Any,
    layers: Layers,
    flat: list[list[float]],
    wanted: list[Any],
    *,
    loss: Callable[[Any, Any], Value] | None,
    optimizer: Any,
    sizes: Iterable[int],
    activations: Sequence[str],
) -> Structure:
    try:
        from autograd.compile.backends import javascript
    except ModuleNotFoundError:
        why = "a page that computes is compiled with NumPy, which is missing here; viz.steps(loss) needs none"
        raise ModuleNotFoundError(why) from None
    width = len(layers[0][1][0].weights)
    own, choices = _choices(layers, activations)
    order: list[Value] = []
    programs: dict[str, Any] = {}
    emitted: dict[str, Emitted] = {"update": javascript.emit_update(optimizer)}
    for name, activation in choices.items():
        with _showing(layers, activation):
            program, signature, parameters, outputs = _row_program(model, layers, width)
        if name == own:
            order, used = parameters, signature["used"]
        emitted[f"row.{name}"], programs[name] = program, signature
    place = {parameter: i for i, parameter in enumerate(order)}
    for signature in programs.values():
        signature["places"] = [place[parameter] for parameter in signature.pop("parameters")]
    loss = made.fitting_loss(flat, outputs) if loss is None else loss
    named, losses = _losses(loss, flat, outputs, emitted, several=bool(activations))
    if named == OWN:
        for size in sorted({*sizes}):
            emitted[f"loss.{OWN}.{size}"], losses[f"{OWN}.{size}"] = _loss_program(loss, size, outputs, wanted)
    data = {
        "layers": _layers_as_data(layers, place, own),
        "reached": used,
        "outputs": outputs or 1,
        "programs": programs,
        "parts": None,
        "losses": losses,
        "loss": named,
        "activation": own,
    }
    if activations and made.is_chain(model) and own != "own":
        present = [len(neurons) for _, neurons in layers]
        sizes_of_sums = {width, *present, *range(1, made.MOST_UNITS + 1)}
        names = {*activations, own, *(layer["activation"] for layer in data["layers"])} - {"", "linear"}
        parts = made.sums(sizes_of_sums) | made.activations(sorted(names))
        emitted |= {key: program for key, (program, _) in parts.items()}
        data["parts"] = {key: signature for key, (_, signature) in parts.items()}
    paths = {parameter: path for path, parameter in model.named_parameters()}
    return Structure(data, javascript.script("PROGRAMS", emitted), [paths[parameter] for parameter in order])


def _losses(
    loss: Any, targets: list[list[float]], outputs: int, emitted: dict[str, Emitted], *, several: bool
) -> tuple[str, dict[str, Any]]:
    """Return what the page calls the loss, and those that it can compute; of several, those that fit the targets."""
    name = getattr(loss, "__name__", "")
    named = name if made.MEANS.get(name) is loss else OWN
    wanted = {named} - {OWN}
    if several:
        flat = {x for target in targets for x in target}
        wanted.add(made.fitting_loss(targets, outputs).__name__)
        if max(outputs, 1) == len(targets[0]):
            wanted.add("mean_squared_error")
        if outputs < 2:
            wanted |= {"binary_cross_entropy_with_logits"}
        if flat <= {-1.0, 1.0}:
            wanted.add("hinge")
    shares = made.shares([known for known in made.MEANS if known in wanted], outputs, len(targets[0]))
    emitted |= {key: program for key, (program, _) in shares.items()}
    return named, {key.removeprefix("loss."): signature for key, (_, signature) in shares.items()}


# --------------------------------------------------------------------------------------------- checks
def _refuse(model: Any, optimizer: Any) -> None:
    parameters = model.parameters()
    if len(parameters) > MOST_PARAMETERS:
        raise ValueError(f"the model has {len(parameters):,} parameters, and a page holds up to {MOST_PARAMETERS:,}")
    mixing = [type(m).__name__ for _, m in model.named_modules() if m.mixes_rows and m.training]
    if mixing:
        raise ValueError(
            f"a page computes row by row, and {mixing[0]} mixes the rows of a batch: call model.eval() first, "
            "so that it takes the averages it has learned, or leave it out here"
        )
    if {*optimizer.parameters} != {*parameters}:
        raise ValueError(
            f"the optimizer moves {len(optimizer.parameters)} parameters, not just the model's {len(parameters)}: "
            "make it with model.parameters()"
        )


def _data(inputs: Any, targets: Any, width: int) -> tuple[list[list[float]], list[Any]]:
    found, wanted = checked_rows(inputs, targets)
    rows = [[near("X", plain_number(x)) for x in row] for row in found]
    if len(rows[0]) != width:
        raise ValueError(f"this network takes rows of {width} inputs, and these have {len(rows[0])}")
    return rows, wanted


def _row(x: Any) -> list[Any]:
    return list(x) if hasattr(x, "__iter__") else [x]


# ----------------------------------------------------------------------------------------- activations
def _choices(layers: Layers, wanted: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """Return the name of the hidden layers' activation, and the activations to choose from by name."""
    hidden = layers[:-1] if len(layers) > 1 else layers
    now = hidden[0][1][0].activation
    own = now.name if isinstance(now, Operation) else "linear" if now is None else "own"
    known = {name: None if name == "linear" else TABLE[name] for name in wanted}
    return own, {own: now, **known}


@contextmanager
def _showing(layers: Layers, activation: Any) -> Iterator[None]:
    """Inside the block the hidden neurons have another activation: those that have the first layer's."""
    hidden = layers[:-1] if len(layers) > 1 else layers
    before = hidden[0][1][0].activation
    changed = [neuron for _, neurons in hidden for neuron in neurons if neuron.activation is before]
    try:
        for neuron in changed:
            neuron.activation = activation
        yield
    finally:
        for neuron in changed:
            neuron.activation = before


# -------------------------------------------------------------------------------------------- programs
def _row_program(model: Any, layers: Layers, width: int) -> tuple[Emitted, dict[str, Any], list[Value], int]:
    """Return the program of one row, what the page has to know of it, the parameters and how many outputs there are.

    Its result is the outputs times seeds, so that its gradient is what flows back from any loss; 0 outputs mean that
    the model returns no list.
    """
    from autograd.compile import emit

    outputs = model([0.0] * width)
    many = len(outputs) if isinstance(outputs, list | tuple) else 0
    parameters = model.parameters()
    seen: dict[str, list[Value]] = {}

    def function(x: list[Value], seeds: list[Value]) -> Value:
        cache = model.forward_cache([x])
        result = model(x)
        result = list(result) if many else [result]
        seen.update({"outputs": result, **{f"layer{k}": cache[path].a[0] for k, (path, _) in enumerate(layers)}})
        total: Value = dot(result, seeds)
        return total

    program = emit(function, [(width,), (max(many, 1),)], parameters, ["x", "seeds"], show=seen)
    random = [type(module).__name__ for module, _ in program.draws if not module.mixes_rows]
    if random:  # the others are batch norms in use, whose averages stay
        raise ValueError(
            f"a page computes the same at every step, and {random[0]} draws at random: "
            "call model.eval() first, or leave it out here"
        )
    signature: dict[str, Any] = {
        "parameters": program.parameters,
        "used": program.used,
        "arguments": program.arguments,
        "averages": [[float(x) for x in module.next_numbers(count)] for module, count in program.draws],
        "others": [x.data for x in program.others],
    }
    return program.source, signature, program.parameters, many


def _loss_program(
    loss: Callable[[Any, Any], Value], rows: int, outputs: int, targets: list[Any]
) -> tuple[Emitted, Any]:
    """Return the program of the loss over so many rows, whose parameters are the model's outputs."""
    from autograd.compile.frontend.validate import array_of

    given = [Value(0.0) for _ in range(rows * max(outputs, 1))]
    predictions: list[Any] = given
    if outputs:
        predictions = [given[i * outputs : (i + 1) * outputs] for i in range(rows)]
    shape = array_of(targets, "targets").shape[1:]
    return made.emitted(lambda y: loss(predictions, y), [(rows, *shape)], given, ["y"])


# ------------------------------------------------------------------------------------------------ data
def _layers_as_data(layers: Layers, place: dict[Value, int], own: str) -> list[dict[str, Any]]:
    signature = []
    for k, (path, neurons) in enumerate(layers):
        activation = neurons[0].activation
        hidden = k < len(layers) - 1 or len(layers) == 1
        name = activation.name if isinstance(activation, Operation) else "linear" if activation is None else "own"
        signature.append(
            {
                "name": shown(titled(path) or "neuron"),
                "activation": "" if hidden and name == own else name,
                "weights": [[place.get(w, -1) for w in neuron.weights] for neuron in neurons],
                "biases": [place.get(neuron.bias, -1) for neuron in neurons],
            }
        )
    return signature


def _parameters_as_data(model: Any, order: list[Value]) -> list[list[Any]]:
    names = dict(zip(order, short_names(order), strict=True))
    paths = {parameter: path for path, parameter in model.named_parameters()}
    return [[names[p], shown(paths.get(p, ""), 120), p.data] for p in order]


def _memories(optimizer: Any, order: list[Value]) -> list[list[float]]:
    place = {parameter: i for i, parameter in enumerate(optimizer.parameters)}
    return [[optimizer.state[name][place[p]] for p in order] for name in optimizer.state_names]
