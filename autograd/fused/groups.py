"""Groups: tuples of Values that many nodes share, so that a neuron over k inputs is one node in time and memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from autograd.recording.copying import Copying
from autograd.recording.nodes import CONSTANT, operand
from autograd.rules.sums import columns
from autograd.support.validate import listed

if TYPE_CHECKING:
    from autograd.value import Value  # noqa: TC004  # told at run time, when the class is there


class Group(Copying):
    """A tuple of Values, shared by every node that refers to it.

    In a backward pass it stands between those nodes and its members: it gathers what they send, and adds up when its
    own turn comes.  That buys 1.6× where rows share their weights, as in T2.
    """

    __slots__ = ("_grad", "sender", "targets", "values")
    is_group: ClassVar[bool] = True
    derivatives: ClassVar[tuple[float, ...]] = ()
    _left: ClassVar[None] = None

    values: tuple[Value, ...]

    def __init__(self, values: Iterable[Any]) -> None:
        self.values = values = tuple([x if x.__class__ is Value else operand(x) for x in listed("Group", values)])
        self._grad: Any = None  # in a pass, a mark; then what the nodes sent, gradient and derivatives in turn
        self.sender: Any = None  # in a pass, who has something for this group and sends it before anybody else does
        self.targets: tuple[Value, ...] = ()  # constants alone need no gradient
        for x in values:
            if x.op is not CONSTANT:
                self.targets = values
                break

    @staticmethod
    def of(values: Iterable[Any]) -> Group:
        """Return `values` as a group."""
        return values if isinstance(values, Group) else Group(values)

    @property
    def _data(self) -> list[float]:
        return [x._data for x in self.values]

    # ------------------------------------------------------------------------------ as operands
    @property
    def _operands(self) -> Group:
        return self

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The members."""
        return self.values

    def gather(self, gradient: Any, derivatives: Any) -> None:
        """Keep what a node sends until its turn comes: gradient and derivatives, a list by member or one for all.

        Several nodes send at once a tuple of gradients, with a tuple of their derivatives for each member.
        """
        if self.sender is not None:
            self.sender.send()
        if self._grad.__class__ is list:
            self._grad += (gradient, derivatives)
        elif self.targets:
            self._grad = [gradient, derivatives]

    def push(self, gathered: list[Any]) -> None:
        """Give each member the sum of gradient × derivative over the nodes."""
        self._grad = None
        for parent, gradient in zip(self.values, added_up(gathered, len(self.values))):  # noqa: B905
            parent._grad += gradient  # type: ignore[operator]  # a number while a pass runs

    # --------------------------------------------------------------------------------- as tuple
    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Value]:
        return iter(self.values)

    def __getitem__(self, i: int) -> Value:
        return self.values[i]

    def __repr__(self) -> str:
        return f"Group({list(self.values)!r})"


def added_up(gathered: list[Any], members: int) -> list[float]:
    """Return for each member of a group the sum of gradient × derivative over all that was gathered."""
    if len(gathered) == 2:
        gradient, derivatives = gathered
        if gradient.__class__ is tuple:
            return columns(gradient, derivatives)
        if derivatives.__class__ is list:
            return [0.0 + gradient * d for d in derivatives]
        return [0.0 + gradient * derivatives] * members
    gradients: list[float] = []
    rows: list[Any] = []
    for gradient, derivatives in zip(gathered[::2], gathered[1::2], strict=True):
        if gradient.__class__ is tuple:
            gradients += gradient
            rows += zip(*derivatives, strict=True)
        else:
            gradients.append(gradient)
            rows.append(derivatives if derivatives.__class__ is list else [derivatives] * members)
    return columns(gradients, zip(*rows))  # noqa: B905  # as many, by construction


def members(inputs: Iterable[Any]) -> tuple[Value, ...]:
    """Return the Values among inputs, with the members of Groups in their place."""
    return tuple(v for x in inputs for v in (x.values if x.is_group else (x,)))


def by_member(inputs: Iterable[Any], derivatives: Iterable[Any]) -> tuple[float, ...]:
    """Return the local derivatives with respect to inputs, one for each Value among them."""
    flat: list[float] = []
    for x, derivative in zip(inputs, derivatives, strict=True):
        flat += derivative if derivative.__class__ is list else [derivative] * (len(x) if x.is_group else 1)
    return tuple(flat)
