"""Whatever can be called can be compiled, or is refused before any work."""

import functools

import pytest

import autograd as ag
from autograd import Value

# ------------------------------------------------------------------------------- what can be compiled
W = Value(3.0, "w")


def injecting(function):
    @functools.wraps(function)
    def decorated(x):
        return function(x, scale=2.0)

    return decorated


def injecting_into_what_it_is_given(function):
    @functools.wraps(function)
    def decorated(*args, **named):
        return function(*args, scale=2.0, **named)

    return decorated


def injecting_in_front(function):
    @functools.wraps(function)
    def decorated(*args):
        return function(2.0, *args)

    return decorated


def passing_on(function):
    @functools.wraps(function)
    def decorated(*args, **named):
        return function(*args, **named)

    return decorated


def scaled(x, scale):
    return W * x * scale


class Holder:
    @passing_on
    def scaled(self, x, scale):
        return W * x * scale

    @injecting_into_what_it_is_given
    def injected(self, x, scale):
        return W * x * scale

    @staticmethod
    @injecting
    def static(x, scale):
        return W * x * scale

    @classmethod
    @injecting_into_what_it_is_given
    def of_the_class(cls, x, scale):
        return W * x * scale

    def __call__(self, x, scale=2.0):
        return W * x * scale


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (injecting(scaled), [4.0]),
        (injecting_into_what_it_is_given(scaled), [4.0]),
        (injecting_in_front(scaled), [4.0]),
        (passing_on(scaled), [4.0, 2.0]),
        (passing_on(passing_on(injecting(scaled))), [4.0]),
        (functools.partial(passing_on(scaled), 4.0), [2.0]),
        (functools.partial(scaled, scale=2.0), [4.0]),
        (functools.partial(injecting_into_what_it_is_given(scaled)), [4.0]),
        (functools.cache(scaled), [4.0, 2.0]),
        (Holder().scaled, [4.0, 2.0]),
        (Holder().injected, [4.0]),
        (Holder.static, [4.0]),
        (Holder.of_the_class, [4.0]),
        (Holder(), [4.0]),
    ],
)
def test_the_arguments_are_those_of_the_decorator_and_not_of_what_it_decorates(function, arguments):
    step = ag.compile(function, [W])
    W.clear_grad()
    assert (step(*arguments), W.grad) == (24.0, 8.0)
    assert step(*arguments) == 24.0, "from the program that is known"
    if len(arguments) == 1 and not isinstance(function, functools.partial):
        assert step(2.0) == 12.0
        assert ag.grad(function)(4.0).data == 6.0
    W.clear_grad()


def test_decorated_functions_take_as_many_as_they_are_given_and_names_where_they_are_known():
    step = ag.compile(passing_on(scaled), [W])
    assert step(4.0, scale=2.0) == step(x=4.0, scale=2.0) == 24.0
    with pytest.raises(TypeError, match=r"scaled\(\) missing 1 required positional argument: 'scale'"):
        step(4.0)
    assert step(4.0, 2.0) == 24.0
    with pytest.raises(TypeError, match="a decorator passes on what the compiled function is given: give it by place"):
        ag.compile(injecting_into_what_it_is_given(scaled), [W])(x=4.0)
    source = ag.compile(injecting_in_front(scaled), [W])
    source(4.0)
    assert "loss = args0 * 2 * w1" in source.source, "not `x`, which its first argument is not"


async def later(x):
    return W * x


def one_by_one(x):
    yield W * x


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (Holder, "compile takes a function of the data, and Holder is a class: make one of it first"),
        (max, r"compile cannot see which arguments max takes: pass a function of its own, lambda x: max\(x\)"),
        (functools.cache(max), "compile cannot see which arguments max takes"),
        (later, "compile takes a function that returns its result, and later is asynchronous"),
        (one_by_one, "compile takes a function that returns its result, and one_by_one is a generator"),
        (lambda *xs: xs[0], r"takes its data as plain arguments, not as \*xs"),
        (passing_on(lambda *xs: xs[0]), r"takes its data as plain arguments, not as \*"),
    ],
)
def test_what_cannot_be_compiled_is_told_before_any_work(function, says):
    with pytest.raises(TypeError, match=says):
        ag.compile(function, [W])


def test_what_cannot_be_differentiated_is_told_before_any_work():
    for transform in (ag.grad, ag.value_and_grad, ag.jacobian, ag.hessian, ag.hvp):
        for function, kind in ((later, "asynchronous"), (one_by_one, "a generator")):
            with pytest.raises(TypeError, match=f"takes a function that returns its result, and .* is {kind}"):
                transform(function)
