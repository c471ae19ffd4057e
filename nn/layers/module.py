"""A module is the tree of its attributes: parameters, names, counting and printing are one walk over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from itertools import count
from typing import Any, ClassVar, Final, Self

from autograd import Group, Value
from autograd.recording.bulk import clear_gradients, set_numbers
from autograd.support.advice_on_names import guessed
from autograd.support.messages import LONGEST_NAME, shown
from nn.layers.calling import calling_forward, naming_its_parts
from nn.layers.forward_cache import ForwardCache, Row, fill, keep
from nn.support.contexts import Result, run_with
from nn.support.fields import by_path, check_buffers, check_fields, checked_names, class_names, names, put_class_names
from nn.support.foreign_names import GUESSES, OF_A_MODULE
from nn.support.validate import check_attribute, check_class, checked_number, listed, said

Inputs = Sequence[Any] | Group

_assignment: Final = count(1)
_in_use: Final[ContextVar[frozenset[Any]]] = ContextVar("in_use", default=frozenset())


def run_in_use(modules: Iterable[Any], run: Callable[[], Result]) -> Result:
    """Return `run()`, in which these modules show their behavior for use; no other thread sees a change."""
    return run_with(_in_use, _in_use.get().union(modules), run)


@guessed(OF_A_MODULE)
class Module:
    """A tree of attributes: Values are its parameters, and Modules, lists, tuples and dicts of them are its branches.

    Public attributes are walked in the order in which they were defined; what begins with an underscore is not.
    A Value in two places is one parameter, under the first of its names.
    `training` says which of its two behaviors a module with two shows: `train()` and `eval()` set it for the tree.
    Setting an attribute that would hide a method raises TypeError, on a module as in its class.
    """

    buffers: ClassVar[tuple[str, ...]] = ()  # attributes that are state but no parameters, as running averages are
    mixes_rows: ClassVar[bool] = False  # whether `batch` computes something else than one row after another
    _path: str = ""
    _assignments: int = 0  # which assignment to any module was the latest to this: another number, another state

    def __setattr__(self, name: str, x: Any) -> None:
        check_attribute(type(self), name, x)
        if name == "training" and not isinstance(x, bool):
            raise TypeError(f"training says which of its two behaviors a module shows, True or False, not {said(x)}")
        object.__setattr__(self, name, x)
        self.__dict__["_assignments"] = next(_assignment)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self.__dict__["_assignments"] = next(_assignment)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "forward" in vars(cls) and "__call__" not in vars(cls):
            if cls.__call__ is not Module.__call__ and not hasattr(cls.__call__, "__wrapped__"):
                inherited = f"what it inherits has a __call__, which {cls.__name__}(…)(row) would go on to call"
                raise TypeError(
                    f"class {cls.__name__}: forward would never be called, since {inherited}: name it __call__"
                )
            cls.__call__ = calling_forward(vars(cls)["forward"])  # type: ignore[method-assign]
        check_class(cls)
        if "__init__" in vars(cls):
            cls.__init__ = naming_its_parts(GUESSES(cls.__init__))  # type: ignore[method-assign]

    def __call__(self, inputs: Any) -> Any:
        """Return what the module makes of one row of inputs; a class may say so in `forward`, as in PyTorch."""
        raise NotImplementedError(f"{type(self).__name__} defines no __call__(self, inputs)")

    def batch(self, rows: Iterable[Any]) -> list[Any]:
        """Return what the module makes of each of the rows; layers that mix rows (batch norm) do it here."""
        return [self(row) for row in listed(rows, "rows")]

    # ------------------------------------------------------------------------------ the walk
    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Yield ("layers.0.neurons.3.weights.1", Value) for each parameter, in order of definition, each once."""
        seen: set[Any] = set()
        for path, thing in _walk(self, ""):
            if isinstance(thing, Value) and thing not in seen:
                seen.add(thing)
                yield path, thing

    def parameters(self) -> list[Value]:
        """Return each parameter once, in order of definition."""
        found: dict[Value, None] = {}
        try:
            _collect(self, found, set())
        except RecursionError:  # modules in modules in …: the walk goes as deep as they do
            return [value for _, value in self.named_parameters()]
        return list(found)

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """Yield (path, module) for this module (path "") and each below it, each once."""
        for path, thing in _walk(self, "", groups=False):
            if isinstance(thing, Module):
                yield path, thing

    def parameter_count(self) -> int:
        """Return how many numbers training may change; a shared one counts once."""
        return len(self.parameters())

    @GUESSES
    def zero_grad(self) -> None:
        """Leave every parameter as no backward pass had reached it."""
        clear_gradients(self.parameters())

    # -------------------------------------------------------------------------- state and mode
    @property
    def training(self) -> bool:
        """Whether it shows its behavior for training: since `train()`, and not in a pass that only predicts."""
        return self.__dict__.get("training", True) and self not in _in_use.get()

    @training.setter
    def training(self, is_on: bool) -> None:
        self.__dict__["training"] = is_on

    def named_buffers(self) -> dict[str, Any]:
        """Return a copy of all state that is no parameter, by path: plain numbers and lists of them."""
        found: dict[str, Any] = {}
        for path, module in self.named_modules():
            for name in module.buffers:
                state = getattr(module, name)
                found[_join(path, name)] = list(state) if isinstance(state, list) else state
        return found

    def load_buffers(self, buffers: Mapping[str, Any]) -> None:
        """Leave all state that is no parameter as `named_buffers` found it.

        Raises KeyError on other names, and TypeError or ValueError, and changes nothing, for what cannot be that state.
        """
        if not isinstance(buffers, Mapping):
            raise TypeError(f"load_buffers takes what named_buffers() gave, a dict of names, not {said(buffers)}")
        if buffers.keys() != (mine := self.named_buffers()).keys():
            raise KeyError(f"this module's buffers are {sorted(mine)}, not {sorted(map(str, buffers))}")
        check_buffers("buffers", buffers, self)
        self._put_buffers(buffers)

    def _put_buffers(self, buffers: Mapping[str, Any]) -> None:
        mine = {_join(path, name): (module, name) for path, module in self.named_modules() for name in module.buffers}
        for path, (module, name) in mine.items():
            if isinstance(buffers[path], list):
                getattr(module, name)[:] = buffers[path]
            else:
                setattr(module, name, buffers[path])

    def state_dict(self) -> dict[str, Any]:
        """Return a copy of all numbers by path: the parameters, then the buffers, lists where those are lists.

        Where the classes have names, these come last, as `classes`.
        """
        numbers = {path: p.data for path, p in by_path(self.named_parameters()).items()} | self.named_buffers()
        classes = class_names(self)
        return numbers | {"classes": list(classes)} if classes else numbers

    @GUESSES
    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Leave parameters, buffers and the names of the classes as `state_dict` found them, to the bit.

        Raises ValueError or TypeError naming the path, and changes nothing, for names, shapes or kinds that do not fit.
        """
        named = by_path(self.named_parameters())
        state, classes = dict(state), tuple[str, ...]()
        if "classes" not in {*named, *self.named_buffers()}:
            classes = checked_names(state.pop("classes", ()))
        check_fields("the state_dict", state, mine := {*named, *self.named_buffers()}, state)
        if more := sorted(state.keys() - mine):
            raise ValueError(f"the state_dict is of another model: this one has no {names(more)}")
        buffers = {path: x for path, x in state.items() if path not in named}
        check_buffers("buffers", buffers, self)
        before = self.state_dict()
        after = {path: checked_number(path, state[path]) for path in named} | buffers
        try:
            self._put(after, named)
            put_class_names(self, classes)
        except BaseException:  # an interrupt
            self._put(before, named)
            raise

    def _put(self, state: Mapping[str, Any], named: Mapping[str, Value]) -> None:
        set_numbers(list(named.values()), [state[path] for path in named])
        self._put_buffers({path: x for path, x in state.items() if path not in named})

    def _check_buffer(self, name: str, x: Any) -> None:
        """Raise ValueError if `x`, which was loaded, is no state that the buffer could be in."""

    def _kind(self) -> str:
        """Return in words what makes of the same parameters another function, as an activation does, "" if nothing.

        It is saved with the parameters, and `load` compares it.
        """
        return ""

    @GUESSES
    def train(self) -> Self:
        """Leave the whole tree in its behavior for training; return it."""
        for _, module in self.named_modules():
            module.training = True
        return self

    @GUESSES
    def eval(self) -> Self:
        """Leave the whole tree in its behavior for use: nothing dropped, running averages used and kept; return it."""
        for _, module in self.named_modules():
            module.training = False
        return self

    # -------------------------------------------------------------------------- names and print
    def name_nodes(self, prefix: str = "") -> None:
        """Give every parameter its path as its name, and every module its path for the nodes that it will record."""
        if not isinstance(prefix, str):
            raise TypeError(f"name_nodes(prefix) puts a text before every path, as in 'teacher', not {said(prefix)}")
        for path, module in self.named_modules():
            module._take_path(_join(prefix, path))
        for path, parameter in self.named_parameters():
            parameter.name = _join(prefix, path)

    def _name_unnamed(self) -> None:
        """Name all as `name_nodes` does, but for the parameters to which a person has given another name."""
        for path, module in self.named_modules():
            module._take_path(path)
        for path, parameter in self.named_parameters():
            if parameter.name is None or f".{path}".endswith(f".{parameter.name}"):
                parameter.name = path

    def _take_path(self, path: str) -> None:
        self._path = path

    def name_row(self, row: Row, letter: str = "a") -> None:
        """Name the nodes of a row that this module recorded: `<path>.units.3.a`."""
        path = _join(self._path, "units")
        for i, node in enumerate(row):
            node.name = f"{path}.{i}.{letter}"

    def forward_cache(self, rows: Iterable[Any]) -> ForwardCache:
        """Return the (z, a) of each layer by its path, from a forward pass over the rows.

        `cache["layers.0"].z[row][unit]` is a Value of the recorded graph: after a backward pass from a loss on the
        cached outputs, its `.grad` is the layer's error signal δ.  A layer that is used several times has its rows
        in the order of use.
        """
        cache: ForwardCache = {}
        fill(cache, self, lambda: self.batch(rows))
        return cache

    def _entered(self, z: Sequence[Value], a: Row) -> Row:
        """Return the activations of a row, named, and entered in the forward cache with what they were made of."""
        self.name_row(a)
        self.keep_pass(list(z), a)
        return a

    def keep_pass(self, z: Row, a: Row) -> None:
        """Enter one row of pre-activations and activations in the forward cache that is being filled, if any is."""
        keep(self, z, a)

    def describe(self) -> str:
        """Return in a few words what this module is, for `summary`."""
        return type(self).__name__

    def _is_one_line(self) -> bool:
        return not any(isinstance(thing, Module) for path, thing in _walk(self, "") if path)

    def summary(self) -> str:
        """Return a table in text: each layer with its path, its kind and how many parameters it adds."""
        lines: list[tuple[str, str, str]] = []
        counted: set[Value] = set()
        inside: set[Module] = set()
        for path, module in self.named_modules():
            if module not in inside and module._is_one_line():
                inside.update(below for _, below in module.named_modules())
                new = [p for p in module.parameters() if p not in counted]
                counted.update(new)
                shared = module.parameter_count() - len(new)
                note = f" (+{shared} shared)" if shared else ""
                lines.append((path or "(this)", module.describe(), f"{len(new)}{note}"))
        rest = self.parameter_count() - len(counted)
        if rest:
            lines.append(("(other)", type(self).__name__, str(rest)))
        table = [("layer", "kind", "parameters"), *lines, ("total", type(self).__name__, str(self.parameter_count()))]
        table = [(shown(path, LONGEST_NAME), shown(kind, LONGEST_NAME), count) for path, kind, count in table]
        first, second = (max(len(line[i]) for line in table) for i in (0, 1))
        return "\n".join(f"{path:<{first}}  {kind:<{second}}  {count}" for path, kind, count in table)

    def __repr__(self) -> str:
        return self.summary()


def _join(above: str, below: str) -> str:
    return f"{above}.{below}" if above and below else above or below


def _branches(thing: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(thing, Module):
        return ((name, x) for name, x in vars(thing).items() if name[0] != "_")
    if isinstance(thing, list | tuple | Group):
        return ((str(i), x) for i, x in enumerate(thing))
    if isinstance(thing, dict):
        return ((str(key), x) for key, x in thing.items())
    return ()


def _walk(root: Any, path: str, *, groups: bool = True) -> Iterator[tuple[str, Any]]:
    """Yield (path, thing) for the Values and Modules of the tree, in order: a Module once, a Value at each place.

    Without `groups`, of which there are no modules, most Values are passed by.
    """
    seen: set[int] = set()
    stack: list[tuple[str, Any]] = [(path, root)]
    while stack:
        path, thing = stack.pop()
        if isinstance(thing, Value):
            yield path, thing
            continue
        if isinstance(thing, Group) and not groups:
            continue
        if isinstance(thing, Module):
            if id(thing) in seen:
                continue
            seen.add(id(thing))
            yield path, thing
        stack.extend(reversed([(_join(path, name), x) for name, x in _branches(thing)]))


def _collect(thing: Any, found: dict[Value, None], seen: set[int]) -> None:
    """Add the Values of the tree to `found`, in order: the walk without the paths, for speed."""
    kind = thing.__class__
    if kind is Value:
        found[thing] = None
    elif kind is Group:
        found.update(dict.fromkeys(thing.values))
    elif kind is list or kind is tuple:
        for x in thing:
            _collect(x, found, seen)
    elif isinstance(thing, Module):
        if id(thing) not in seen:
            seen.add(id(thing))
            for name, x in vars(thing).items():
                if name[0] != "_":
                    _collect(x, found, seen)
    else:
        for _, x in _branches(thing):
            _collect(x, found, seen)
