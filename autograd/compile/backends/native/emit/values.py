"""Numbers that write LLVM's intermediate representation as they are computed with.

A `Vector` stands for one or several doubles in a register, a `Mask` for as many truth values, an `Integers` for
the bits of a Vector.  Arithmetic on them appends one line to the function being emitted.
Everything is exact IEEE 754 arithmetic unless said: nothing is reordered, nan and inf mean what they mean.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import cache
from typing import Any, Protocol


@cache
def double(lanes: int) -> str:
    """Return the type of so many doubles."""
    return "double" if lanes == 1 else f"<{lanes} x double>"


@cache
def bits(lanes: int) -> str:
    """Return the type of the bits of so many doubles."""
    return "i64" if lanes == 1 else f"<{lanes} x i64>"


@cache
def truth(lanes: int) -> str:
    """Return the type of so many truth values."""
    return "i1" if lanes == 1 else f"<{lanes} x i1>"


def _suffix(lanes: int) -> str:
    return "f64" if lanes == 1 else f"v{lanes}f64"


def literal(x: float, lanes: int) -> str:
    """Return a number, in so many lanes."""
    one = f"0x{struct.unpack('<Q', struct.pack('<d', x))[0]:016X}"
    return one if lanes == 1 else f"splat (double {one})"


@cache
def _integer_literal(x: int, lanes: int) -> str:
    return str(x) if lanes == 1 else f"splat (i64 {x})"


class Instructions(Protocol):
    """What numbers write to: the function that `llvm.Emitter` makes of their instructions."""

    def put(self, instruction: str) -> str:
        """Append `name = instruction`, unless its value is known already, and return the name."""

    def declare(self, line: str) -> None:
        """Enter a declaration, once."""

    def operand(self, x: Any, lanes: int) -> str:
        """Return what to write for a Vector or a number among so many lanes."""

    def vector(self, x: Any, lanes: int) -> Vector:
        """Return a Vector or number as a Vector of so many lanes."""

    def otherwise(self, condition: str, usual: Vector, rare: Callable[[], Vector]) -> Vector:
        """Return `rare()`, computed only if the condition holds, else the usual."""


class Vector:
    """One or several doubles in a register; arithmetic is lane by lane, and a float stands for as many as needed."""

    __slots__ = ("emitter", "lanes", "mask", "text")

    def __init__(self, emitter: Instructions, text: str, lanes: int, mask: Mask | None = None) -> None:
        self.emitter, self.text, self.lanes = emitter, text, lanes
        self.mask = mask  # where this is 1.0, if it is 0.0 elsewhere

    def _binary(self, name: str, x: Any, y: Any) -> Vector:
        e, lanes = self.emitter, max(getattr(x, "lanes", 1), getattr(y, "lanes", 1))
        return Vector(e, e.put(f"{name} {double(lanes)} {e.operand(x, lanes)}, {e.operand(y, lanes)}"), lanes)

    def _compare(self, name: str, other: Any) -> Mask:
        e, lanes = self.emitter, max(self.lanes, getattr(other, "lanes", 1))
        return Mask(e, e.put(f"fcmp {name} {double(lanes)} {e.operand(self, lanes)}, {e.operand(other, lanes)}"), lanes)

    def __add__(self, other: Any) -> Vector:
        return self._binary("fadd", self, other)

    def __radd__(self, other: Any) -> Vector:
        return self._binary("fadd", other, self)

    def __sub__(self, other: Any) -> Vector:
        return self._binary("fsub", self, other)

    def __rsub__(self, other: Any) -> Vector:
        return self._binary("fsub", other, self)

    def __mul__(self, other: Any) -> Vector:
        return self._binary("fmul", self, other)

    def __rmul__(self, other: Any) -> Vector:
        return self._binary("fmul", other, self)

    def __truediv__(self, other: Any) -> Vector:
        return self._binary("fdiv", self, other)

    def __rtruediv__(self, other: Any) -> Vector:
        return self._binary("fdiv", other, self)

    def __neg__(self) -> Vector:
        e = self.emitter
        return Vector(e, e.put(f"fneg {double(self.lanes)} {self.text}"), self.lanes)

    def __lt__(self, other: Any) -> Mask:
        return self._compare("olt", other)

    def __le__(self, other: Any) -> Mask:
        return self._compare("ole", other)

    def __gt__(self, other: Any) -> Mask:
        return self._compare("ogt", other)

    def __ge__(self, other: Any) -> Mask:
        return self._compare("oge", other)

    def equals(self, other: Any) -> Mask:
        """Return where both are the same number; nan is like nothing."""
        return self._compare("oeq", other)

    def differs(self, other: Any) -> Mask:
        """Return where they are not the same number; nan differs from all."""
        return self._compare("une", other)

    def call(self, function: str, *others: Any) -> Vector:
        """Return LLVM's function of that name (fabs, sqrt, rint, ...) of this and the others."""
        e, lanes = self.emitter, max(x.lanes for x in (self, *others) if isinstance(x, Vector))
        kind = double(lanes)
        name = f"@llvm.{function}.{_suffix(lanes)}"
        e.declare(f"declare {kind} {name}({', '.join([kind] * (1 + len(others)))})")
        inputs = ", ".join(f"{kind} {e.operand(x, lanes)}" for x in (self, *others))
        return Vector(e, e.put(f"call {kind} {name}({inputs})"), lanes)

    def bits(self) -> Integers:
        """Return the bits as 64-bit integers."""
        e, lanes = self.emitter, self.lanes
        return Integers(e, e.put(f"bitcast {double(lanes)} {self.text} to {bits(lanes)}"), lanes)

    def lane(self, i: int) -> Vector:
        """Return one of the doubles alone."""
        if self.lanes == 1:
            return self
        return Vector(self.emitter, self.emitter.put(f"extractelement {double(self.lanes)} {self.text}, i32 {i}"), 1)

    def splat(self, lanes: int) -> Vector:
        """Return this one double in so many lanes."""
        e, kind = self.emitter, double(lanes)
        one = e.put(f"insertelement {kind} poison, double {self.text}, i32 0")
        return Vector(e, e.put(f"shufflevector {kind} {one}, {kind} poison, <{lanes} x i32> zeroinitializer"), lanes)

    def shuffle(self, other: Vector | None, places: list[int]) -> Vector:
        """Return the doubles at these places of this and the other, side by side."""
        if len(places) == 1:
            return self.lane(places[0])
        e, kind = self.emitter, double(self.lanes)
        order = ", ".join(f"i32 {i}" for i in places)
        second = "poison" if other is None else other.text
        text = f"shufflevector {kind} {self.text}, {kind} {second}, <{len(places)} x i32> <{order}>"
        return Vector(e, e.put(text), len(places))

    def sum(self) -> Vector:
        """Return the sum of the lanes, halves added to halves."""
        x = self
        while x.lanes > 1:
            half = x.lanes // 2
            if half == 1:
                return x.lane(0) + x.lane(1)
            x = x.shuffle(None, list(range(half))) + x.shuffle(None, list(range(half, 2 * half)))
        return x


class Integers:
    """The bits of a Vector as 64-bit integers."""

    __slots__ = ("emitter", "lanes", "text")

    def __init__(self, emitter: Instructions, text: str, lanes: int) -> None:
        self.emitter, self.text, self.lanes = emitter, text, lanes

    def _with(self, name: str, other: Integers | int) -> Integers:
        second = _integer_literal(other, self.lanes) if isinstance(other, int) else other.text
        return Integers(self.emitter, self.emitter.put(f"{name} {bits(self.lanes)} {self.text}, {second}"), self.lanes)

    def __add__(self, other: Integers | int) -> Integers:
        return self._with("add", other)

    def __and__(self, other: Integers | int) -> Integers:
        return self._with("and", other)

    def __or__(self, other: Integers | int) -> Integers:
        return self._with("or", other)

    def __xor__(self, other: Integers | int) -> Integers:
        return self._with("xor", other)

    def __lshift__(self, places: int) -> Integers:
        return self._with("shl", places)

    def __rshift__(self, places: int) -> Integers:
        return self._with("lshr", places)

    def nonzero(self) -> Mask:
        """Return where any bit is set."""
        e = self.emitter
        text = e.put(f"icmp ne {bits(self.lanes)} {self.text}, {_integer_literal(0, self.lanes)}")
        return Mask(e, text, self.lanes)

    def doubles(self) -> Vector:
        """Return the doubles with these bits."""
        e, lanes = self.emitter, self.lanes
        return Vector(e, e.put(f"bitcast {bits(lanes)} {self.text} to {double(lanes)}"), lanes)


class Mask:
    """One truth value per lane."""

    __slots__ = ("emitter", "lanes", "text")

    def __init__(self, emitter: Instructions, text: str, lanes: int) -> None:
        self.emitter, self.text, self.lanes = emitter, text, lanes

    def select(self, x: Any, y: Any) -> Vector:
        """Return x where it holds, else y."""
        e = self.emitter
        lanes = max(self.lanes, getattr(x, "lanes", 1), getattr(y, "lanes", 1))
        if self.lanes < lanes:
            return self.splat(lanes).select(x, y)
        kind = double(lanes)
        chosen = f"{kind} {e.operand(x, lanes)}, {kind} {e.operand(y, lanes)}"
        mask = self if isinstance(x, float) and isinstance(y, float) and (x, y) == (1.0, 0.0) else None
        return Vector(e, e.put(f"select {truth(lanes)} {self.text}, {chosen}"), lanes, mask)

    def any(self) -> str:
        """Return a truth value that says whether it holds in any lane."""
        if self.lanes == 1:
            return self.text
        e, kind = self.emitter, truth(self.lanes)
        name = f"@llvm.vector.reduce.or.v{self.lanes}i1"
        e.declare(f"declare i1 {name}({kind})")
        return e.put(f"call i1 {name}({kind} {self.text})")

    def splat(self, lanes: int) -> Mask:
        """Return this one truth value in so many lanes."""
        e, kind = self.emitter, truth(lanes)
        one = e.put(f"insertelement {kind} poison, i1 {self.text}, i32 0")
        return Mask(e, e.put(f"shufflevector {kind} {one}, {kind} poison, <{lanes} x i32> zeroinitializer"), lanes)

    def __bool__(self) -> bool:
        raise TypeError("a rule cannot branch on its inputs with `if`: use maths.where(condition, x, y)")


class Index:
    """A place, counted in elements: a constant plus counters times their strides, which may vary with the sizes."""

    __slots__ = ("constant", "terms")

    def __init__(self, constant: Any = 0, terms: tuple[tuple[str, Any], ...] = ()) -> None:
        self.constant, self.terms = constant, terms

    @staticmethod
    def of(counter: Any) -> Index:
        """Return a counter, or a known number, as a place."""
        return Index(0, ((counter, 1),)) if isinstance(counter, str) else Index(counter)

    def __add__(self, other: Any) -> Index:
        if not isinstance(other, Index):
            return Index(self.constant + other, self.terms)
        return Index(self.constant + other.constant, self.terms + other.terms)

    def __mul__(self, stride: Any) -> Index:
        if isinstance(stride, int) and stride == 0:
            return Index()
        return Index(self.constant * stride, tuple((counter, s * stride) for counter, s in self.terms))
