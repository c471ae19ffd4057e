"""Derivatives of functions: `grad`, `value_and_grad`, `jacobian`, `jvp`, `hessian`, `hvp`, nested to any order.

A function takes numbers, Values, or lists, tuples, dicts and NumPy's arrays of them (nested as you like), and
derivatives come back in the shape of the argument; inside the function an array is an array of Values (`dtype=object`),
with which NumPy computes element by element (`np.exp(x) / np.sum(np.exp(x))`).
Numbers in, numbers out.  Where a Value takes part, passed in or closed over, the derivatives are Values that can be
differentiated again, so that no dependence is lost without a word.

What is given by name (`grad(f)(x, scale=2.0)`) goes to the function as it is and is held fixed.

>>> grad(lambda x, scale: scale * x * x)(3.0, scale=2.0)
12.0
>>> grad(lambda p: p["w"] * p["x"][0])({"w": 2.0, "x": [3.0, 1.0]})
{'w': 3.0, 'x': [2.0, 0.0]}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any

from autograd import ops
from autograd.functional.forward_mode import tangents
from autograd.functional.vjp import gradients
from autograd.recording.graph import topological_order
from autograd.recording.no_grad import is_quiet, recorder, recording_again
from autograd.recording.nodes import CONSTANT
from autograd.support.foreign_names import GUESSES
from autograd.support.pickled_functions import Made
from autograd.support.pytree import check_runs_at_once, flat, is_sequence, name_of, rebuilt
from autograd.support.validate import number
from autograd.value import Value

Function = Callable[..., Any]


@GUESSES
def grad(function: Function, argnums: int | Sequence[int] = 0, *, has_aux: bool = False) -> Function:
    """Return the function that gives the gradient of `function` with respect to argument `argnums`.

    With several `argnums`, a tuple of gradients.  `grad(grad(f))` works to any order.  With `has_aux` the function
    returns its number and something else, and gradient and that come out: the pair (gradient, the other).
    The returned function raises TypeError if `function` does not return one number, or if an argument to differentiate
    with respect to is given by name.

    >>> grad(lambda x, n: x**n, argnums=(0, 1))(1.0, 3.0)
    (3.0, 0.0)
    """
    both = value_and_grad(function, argnums, has_aux=has_aux)

    def gradient(*arguments: Any, **named: Any) -> Any:
        value, found = both(*arguments, **named)
        return (found, value[1]) if has_aux else found

    return _named(gradient, "grad", function, argnums, has_aux=has_aux)


@GUESSES
def value_and_grad(function: Function, argnums: int | Sequence[int] = 0, *, has_aux: bool = False) -> Function:
    """Return the function that gives `function`'s value together with its gradient, from one forward pass.

    With `has_aux` the function returns its number and something else, such as predictions: the pair comes out in the
    value's place, its Values as numbers.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    >>> value_and_grad(lambda x: (x * x, {"twice": x + x}), has_aux=True)(3.0)
    ((9.0, {'twice': 6.0}), 6.0)
    """

    def both(*arguments: Any, **named: Any) -> tuple[Any, Any]:
        call = _Call(function, argnums, arguments, named, has_aux)
        if is_sequence(call.result):
            raise TypeError(
                f"grad takes a function that returns one number, and {name_of(function)} returned a "
                f"{type(call.result).__name__} of {len(call.result)}: use jacobian, or reduce it with total or mean"
            )
        value = call.value(call.result)
        found = (value, call.outward(call.aux)) if has_aux else value, call.gradient(call.result)
        call.close()
        return found

    return _named(both, "value_and_grad", function, argnums, has_aux=has_aux)


@GUESSES
def jacobian(function: Function, argnum: int = 0, *, mode: str = "reverse") -> Function:
    """Return the function that gives, in place of each number `function` returns, that number's gradient.

    For a list of m numbers computed from a list of n, a list of m rows of n derivatives.  In "reverse" mode a backward
    pass gives a row, in "forward" mode a forward sweep (see `jvp`) gives a column: cheaper where n is less than m.  A
    loss is one number of many parameters, m = 1: that is why networks are trained by the reverse mode.
    Raises ValueError for another mode.

    >>> jacobian(lambda v: [v[0] * v[1], 2.0 * v[0]])([3.0, 4.0])
    [[4.0, 3.0], [2.0, 0.0]]
    """
    if mode not in ("reverse", "forward"):
        raise ValueError(f"jacobian(mode={mode!r}): the modes are 'reverse' and 'forward'")

    def rows(*arguments: Any, **named: Any) -> Any:
        call = _Call(function, argnum, arguments, named)
        found = rebuilt(call.result, iter(call.columns() if mode == "forward" else map(call.gradient, call.outputs)))
        call.close()
        return found

    return _named(rows, "jacobian", function, argnum, mode=mode)


@GUESSES
def jvp(function: Function, argnum: int = 0) -> Function:
    """Return the function that gives the derivative of what `function` returns along a vector: Jacobian times vector.

    It takes the function's arguments and then the vector, in the shape of argument `argnum`; the product comes in the
    shape of what the function returns.  It is the forward mode: one sweep in the order of computation, by the same
    local derivatives as the backward pass.
    The returned function raises ValueError if the vector has not as many numbers as the argument.

    >>> jvp(lambda v: [v[0] * v[1], 2.0 * v[0]])([3.0, 4.0], [1.0, 0.0])
    [4.0, 2.0]
    """

    def product(*arguments_and_vector: Any, **named: Any) -> Any:
        if len(arguments_and_vector) < 2:
            raise TypeError(f"jvp({name_of(function)}) takes the function's arguments and then the vector, two or more")
        *arguments, vector = arguments_and_vector
        direction = flat(vector)
        call = _Call(function, argnum, arguments, named)
        if len(direction) != len(call.variables[0]):
            count = len(call.variables[0])
            raise ValueError(f"the vector has {len(direction)} numbers, and argument {argnum} has {count}")
        call.is_open = call.is_open or any(isinstance(d, Value) for d in direction)
        found = rebuilt(call.result, iter(call.along([d if isinstance(d, Value) else number(d) for d in direction])))
        call.close()
        return found

    return _named(product, "jvp", function, argnum)


@GUESSES
def hessian(function: Function, argnum: int = 0) -> Function:
    """Return the function that gives the second derivatives of `function`: for a list of n, n rows of n.

    >>> hessian(lambda v: v[0] ** 2 * v[1])([3.0, 4.0])
    [[8.0, 6.0], [6.0, 0.0]]
    """
    return _named(jacobian(grad(function, argnum), argnum), "hessian", function, argnum)


@GUESSES
def hvp(function: Function, argnum: int = 0) -> Function:
    """Return the function that gives the Hessian of `function` times a vector, without forming the Hessian.

    It takes the function's arguments and then the vector, in the shape of argument `argnum`; so does the product come.
    The returned function raises ValueError if the vector has not as many numbers as the argument.

    >>> hvp(lambda v: v[0] ** 2 * v[1])([3.0, 4.0], [1.0, 0.0])
    [8.0, 6.0]
    """
    gradient = grad(function, argnum)

    def product(*arguments_and_vector: Any, **named: Any) -> Any:
        if len(arguments_and_vector) < 2:
            raise TypeError(f"hvp({name_of(function)}) takes the function's arguments and then the vector, two or more")
        *arguments, vector = arguments_and_vector
        direction = flat(vector)

        def along(*inner: Any) -> Any:
            slopes = flat(gradient(*inner, **named))
            if len(slopes) != len(direction):
                raise ValueError(f"the vector has {len(direction)} numbers, and argument {argnum} has {len(slopes)}")
            return ops.dot(slopes, direction)

        return grad(along, argnum)(*arguments)

    return _named(product, "hvp", function, argnum)


class _Call:
    """One call of a function with fresh variables in place of the numbers of some of its arguments."""

    def __init__(
        self,
        function: Function,
        argnums: Any,
        arguments: Sequence[Any],
        named: Mapping[str, Any],
        has_aux: bool = False,
    ) -> None:
        self.single = not is_sequence(argnums)
        places = [argnums] if self.single else list(argnums)
        for place in places:
            if not hasattr(place, "__index__") or isinstance(place, bool):
                raise TypeError(f"argnums={argnums!r}: arguments are counted by whole numbers, from 0")
            if not -len(arguments) <= place < len(arguments):
                by_name = f" and {', '.join(f'{name}=…' for name in named)}" if named else ""
                advice = ": what is given by name is held fixed, so give that argument by its place" if named else ""
                raise ValueError(
                    f"there is no argument {place}: {name_of(function)} was given {len(arguments)}{by_name}{advice}"
                )
        if len({place % len(arguments) for place in places}) < len(places):
            raise ValueError(f"argnums={tuple(places)} names an argument of {name_of(function)} twice")
        self.quiet = is_quiet(recorder())
        self.shapes = [arguments[place] for place in places]
        replaced = list(arguments)
        with recording_again():
            self.variables: list[list[Value]] = []
            for place, shape in zip(places, self.shapes, strict=True):
                fresh = [_variable(x, function, place, shape) for x in flat(shape)]
                self.variables.append(fresh)
                replaced[place % len(arguments)] = rebuilt(shape, iter(fresh))
            result = function(*replaced, **named)
        self.aux: Any = None
        if has_aux:
            if not (isinstance(result, tuple | list) and len(result) == 2):
                raise TypeError(f"with has_aux {name_of(function)} returns a pair (its number, something else)")
            result, self.aux = result
        self.result = result if is_sequence(result) else flat(result)[0]
        own = {id(v) for variables in self.variables for v in variables}
        self.outputs = flat(self.result)
        outputs = [y for y in self.outputs if isinstance(y, Value)]
        self.is_open = any(isinstance(x, Value) for x in flat(self.shapes)) or any(
            x.is_leaf and x.op is not CONSTANT and id(x) not in own for y in outputs for x in topological_order(y)
        )

    def value(self, x: Any) -> Any:
        """Return a number in the kind that goes out: a Value if Values took part, else a float."""
        if not self.is_open:
            return x._data if isinstance(x, Value) else number(x)
        return x if isinstance(x, Value) and not self.quiet else _constant(x)

    def outward(self, x: Any) -> Any:
        """Return something else than numbers, with each Value in it in the kind that goes out."""
        if is_sequence(x):
            return rebuilt(x, iter([self.outward(y) for y in flat(x)]))
        return self.value(x) if isinstance(x, Value) else x

    def along(self, direction: Sequence[Any]) -> list[Any]:
        """Return the derivative of each output along a direction of the variables."""
        flattened = [v for variables in self.variables for v in variables]
        for y in self.outputs:
            if not isinstance(y, Value):
                number(y)
        with recording_again() if self.is_open else nullcontext():
            found = tangents(self.outputs, flattened, direction, recorded=not self.is_open)
        return [self.value(d) for d in found]

    def columns(self) -> list[Any]:
        """Return the gradient of each output, by one sweep along each variable."""
        count = sum(map(len, self.variables))
        columns = [self.along([1.0 if i == j else 0.0 for j in range(count)]) for i in range(count)]
        return [rebuilt(self.shapes[0], iter([column[k] for column in columns])) for k in range(len(self.outputs))]

    def close(self) -> None:
        """Leave the variables, once all derivatives are computed, as the plain numbers that they stood for."""
        for v in (v for variables in self.variables for v in variables if v.is_leaf):
            v.op = CONSTANT

    def gradient(self, y: Any) -> Any:
        """Return the gradient of an output, in the shape of the argument (a tuple of them for several)."""
        flattened = [v for variables in self.variables for v in variables]
        if not isinstance(y, Value):
            number(y)
            slopes: list[Any] = [0.0] * len(flattened)
        elif self.is_open:
            with recording_again():
                slopes = gradients(y, flattened)
        else:
            for v in flattened:
                v.clear_grad()
            y.backward()
            slopes = [v._grad or 0.0 for v in flattened]
        out = iter([self.value(d) for d in slopes])
        shaped = tuple(rebuilt(shape, out) for shape in self.shapes)
        return shaped[0] if self.single else shaped


def _variable(x: Any, function: Function, place: int, argument: Any) -> Value:
    """Return a fresh Value that holds the number `x`, and depends on it if it is a Value."""
    if not isinstance(x, Value):
        try:
            return Value(number(x))
        except TypeError as error:
            raise TypeError(
                f"derivatives are taken with respect to numbers, Values, or lists, tuples, dicts and arrays of them, "
                f"and argument {place} of {name_of(function)} is of type {type(argument).__name__}: {error}"
            ) from None
    fresh = x * 1.0
    fresh._name = x._name
    return fresh


def _constant(x: Any) -> Value:
    """Return a Value that holds the number `x`, and counts as a plain number in what is computed from it."""
    node = Value(x._data if isinstance(x, Value) else x)
    node.op = CONSTANT
    return node


def _named(run: Function, kind: str, function: Any, argnums: Any, **named: Any) -> Function:
    if not callable(function):
        advice = "pass the function itself, as in grad(f)(x), not what it returns"
        raise TypeError(f"a function is differentiated here, not a {type(function).__name__}: {advice}")
    check_runs_at_once(function, kind)
    return Made(run, f"{kind}({name_of(function)})", partial(globals()[kind], **named), function, argnums)
