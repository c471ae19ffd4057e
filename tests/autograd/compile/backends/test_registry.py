"""The registry: backends that run here, and languages for elsewhere."""

import pytest

import nn
from autograd import Value, compile  # noqa: A004
from autograd.compile import compile_forward, compile_graph, compile_training, emit
from autograd.compile.backends.registry import emitter_of, runner_of


def test_what_there_is_not_is_refused_with_what_there_is():
    with pytest.raises(ValueError, match="there are: auto, numpy, native, jax"):
        runner_of("fortran")
    with pytest.raises(ValueError, match="there are: javascript"):
        emitter_of("fortran")


@pytest.mark.parametrize(
    "make",
    [
        lambda backend, w: compile(lambda x: w * x, [w], backend=backend),
        lambda backend, w: compile_forward(lambda rows: [w * row[0] for row in rows], [w], backend),
        lambda backend, w: compile_graph(w * 2.0, backend=backend),
        lambda backend, w: compile_training(lambda x: w * x, [w], nn.SGD([w], 0.1), backend),
    ],
    ids=["compile", "compile_forward", "compile_graph", "compile_training"],
)
def test_a_backend_that_there_is_not_is_refused_before_anything_is_traced(make):
    with pytest.raises(ValueError, match="there are: auto, numpy, native, jax"):
        make("fortran", Value(0.5))


def test_an_emitted_program_says_what_it_has_to_be_given():
    w, unused, other, shown = Value(2.0, "w"), Value(5.0), Value(3.0), {}

    def function(x):
        shown["product"] = [w * x[0]]
        return shown["product"][0] + other * x[1]

    program = emit(function, [(2,)], [unused, w], ["x"], show=shown)
    assert program.parameters == [w, unused]
    assert (program.used, program.draws, program.others) == (1, [], [other])
    assert program.arguments == [0, 1]
    assert '"product": ' in program.source.text
