"""The names by which others call what a Value has: micrograd's and its lecture's, and PyTorch's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from autograd.value import Value


_ONE: Final = "a Value is one number"


def _missing(advice: str) -> Any:
    """Return an attribute that is not there: whoever reads or sets it is answered what to write instead."""

    def refuse(self: object, *_: object) -> NoReturn:
        raise AttributeError(f"a Value has no such attribute: {advice}")

    return property(refuse, refuse)


class Aliases:
    """`name` or `label`, `_prev`, `_op`, `item()`, `clear_grad()`; names that mean nothing here say what to write."""

    __slots__ = ()

    @property
    def name(self: Any) -> str | None:
        """What the Value is called in messages and pictures; None if it has no name."""
        return self._name  # type: ignore[no-any-return]

    @name.setter
    def name(self: Any, name: str | None) -> None:
        self._name = checked_name(self._data, name)

    @property
    def label(self: Any) -> str:
        """The name, "" if there is none."""
        return self.name or ""

    @label.setter
    def label(self: Any, name: str | None) -> None:
        self.name = name if name != "" else None

    @property
    def _prev(self: Any) -> tuple[Value, ...]:
        return self.parents  # type: ignore[no-any-return]

    @property
    def _op(self: Any) -> str:
        return "" if self.is_leaf else str(self.op.symbol)

    def clear_grad(self: Any) -> None:
        """Leave the gradient as it was before any pass: 0.0, and not `has_grad`.  So does `x.grad = None`."""
        setattr(self, "grad", None)  # noqa: B010  # to assign to it would declare it here

    def item(self: Any) -> float:
        """Return the number, as `data` does."""
        return self.data  # type: ignore[no-any-return]

    # Not by __getattr__: it would take from Python the quick way to the slots, which makes plain scalars 1.4× slower.
    reached = _missing("it is x.has_grad")
    requires_grad = requires_grad_ = _missing("every Value can have a gradient; detach(x) and no_grad() stop one")
    grad_fn = _missing("op says which operation made it, and parents from what")
    numpy = _missing(f"{_ONE}, x.data; an array is numpy.array([x.data for x in values])")
    tolist = _missing(f"{_ONE}, x.data; a list is [x.data for x in values]")
    shape = size = _missing(f"{_ONE}; rows of Values are lists")
    T = _missing(f"{_ONE}; rows of Values are lists, turned by zip(*rows)")
    sum = _missing(f"{_ONE}; the sum of many is total(values)")
    mean = _missing(f"{_ONE}; the mean of many is mean(values)")
    pow = _missing("write x ** n")
    square = _missing("write x ** 2")
    clamp = clip = _missing("write x.maximum(low).minimum(high)")
    zero_grad = _missing("write x.clear_grad(), or model.zero_grad()")
    zero_ = _missing("write x.data = 0.0")
    retain_grad = _missing("every node keeps its gradient")
    _backward = _missing("a node keeps no closure but numbers, local_derivatives, one for each of its parents")


def name_from(data: object, name: object, op: object, label: object) -> str | None:
    """Return the name that a new Value was given, by whatever word; raises TypeError for what is none."""
    if name == () and op == "":  # as in the lecture's Value(2.0, (), "", "a")
        name = None
    if op != "" or (isinstance(name, tuple | list | set) and any(isinstance(x, Aliases) for x in name)):
        raise TypeError(
            f"Value({data!r}, …) is given children and an operation, as micrograd's operations do: here the "
            "operations of the table record them; a leaf is Value(data, name), and a new operation a row of ops.py"
        )
    if name is not None and label is not None:
        raise TypeError(f"a Value has one name, and here are two, {name!r} and {label!r}: Value({data!r}, {name!r})")
    return checked_name(data, label if name is None else name)


def checked_name(data: object, name: object) -> str | None:
    """Return the name of a Value; raises TypeError for what is no text."""
    if name is not None and not isinstance(name, str):
        raise TypeError(f"the name of a Value is text, not {name!r}: Value({data!r}, {str(name)!r})")
    return name
