"""Random programs against JAX in 64 bits, which shares no line with us."""

from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value
from tests.support.compiled.jax_programs import NUMBERS, OURS, STEP, run


def jax_functions():
    import jax
    import jax.numpy as jnp

    return jax, {
        "tanh": jnp.tanh, "sigmoid": jax.nn.sigmoid, "softplus": jax.nn.softplus, "sin": jnp.sin, "cos": jnp.cos,
        "gelu": lambda x: jax.nn.gelu(x, approximate=False), "silu": jax.nn.silu, "elu": jax.nn.elu,
        "leaky_relu": jax.nn.leaky_relu, "relu": jax.nn.relu, "abs": jnp.abs, "erf": jax.lax.erf,
        "negative": jnp.negative,
        "add": jnp.add, "subtract": jnp.subtract, "multiply": jnp.multiply,
        "maximum": jnp.maximum, "minimum": jnp.minimum, "divide": lambda x, y: x / (2.0 + jnp.cos(y)),
        "power": lambda x, y: jnp.exp(jnp.sin(x)) ** jnp.tanh(y), "root": lambda x: jnp.sqrt(1.0 + x * x),
        "log": lambda x: jnp.log(1.0 + x * x), "where": lambda x, y: jnp.where(x > y, x * y, y),
        "total": lambda *xs: jnp.sum(jnp.stack(xs)), "largest": lambda *xs: jnp.max(jnp.stack(xs)),
        "dot": lambda *xs: jnp.dot(jnp.stack(xs), jnp.stack(xs[::-1])) / len(xs),
    }  # fmt: skip


@settings(max_examples=40)
@given(NUMBERS, st.lists(STEP, min_size=1, max_size=12))
def test_random_programs_agree_with_jax(numbers, program):
    jax, theirs = jax_functions()
    if not all(abs(x) < 1e6 for x in (run(OURS, program[:i], numbers) for i in range(1, len(program) + 1))):
        return  # growth beyond any scale is not what this is about
    values = [Value(x) for x in numbers]
    out = run(OURS, program, values)
    out.backward()
    truth, slopes = jax.value_and_grad(lambda xs: run(theirs, program, xs))(list(numbers))
    scale = max(1.0, *(abs(float(s)) for s in slopes))
    assert abs(out.data - float(truth)) <= 1e-12 * max(1.0, abs(float(truth)))
    for v, slope in zip(values, slopes, strict=True):
        assert abs(v.grad - float(slope)) <= 1e-12 * scale
