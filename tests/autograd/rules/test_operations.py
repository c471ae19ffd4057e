"""Every operation of the table, derived from the table: branch × inputs, against the same rule at 60 digits."""

import itertools
import math
from functools import cache

import mpmath
from scipy import special

from autograd import Value, grad, sigmoid
from autograd.rules.maths import FLOATS
from autograd.rules.operation import TABLE, Operation
from tests.support.exact import CANCELS, DIGITS, OPERATIONS, flattened, samples, true_derivatives

TOLERANCE = 1e-12


@cache
def truth(op: Operation) -> tuple[tuple, ...]:
    return tuple(tuple(map(float, true_derivatives(op, inputs))) for inputs in samples(op))


def close(found: float, true: float, scale: float = 0.0) -> bool:
    return abs(found - true) <= TOLERANCE * max(abs(true), scale)


def wrong_derivatives(op: Operation, rule) -> list[str]:
    """Return the inputs at which a rule's derivatives are not the operation's: the check that slips are shown to."""
    scale = CANCELS.get(op.name, 0.0)
    wrong = []
    for inputs, true in zip(samples(op), truth(op), strict=True):
        claimed = flattened(op, rule(FLOATS, *inputs)[1], inputs)
        if not all(close(c, t, scale) for c, t in zip(claimed, true, strict=True)):
            wrong.append(f"{op.name}{inputs}: claimed {claimed}, true {true}")
    return wrong


@OPERATIONS
def test_local_derivatives_are_those_of_the_same_rule_at_60_digits(op):
    if op.name == "detach":  # the one operation whose derivative is a decision
        assert all(op.rule(FLOATS, *inputs)[1] == (0.0,) for inputs in samples(op))
        return
    assert not wrong_derivatives(op, op.rule)


@OPERATIONS
def test_what_is_recorded_is_what_the_rule_says(op):
    for inputs in samples(op):
        values = [[Value(v) for v in x] if i < op.groups else Value(x) for i, x in enumerate(inputs)]
        node = op(*values)
        output, derivatives = op.rule(FLOATS, *[list(x) if i < op.groups else x for i, x in enumerate(inputs)])
        assert node.data == output == op(*inputs)
        assert list(node.local_derivatives) == flattened(op, derivatives, inputs)
        assert node.op is op
        assert node.parents == tuple(op.flat(tuple(values)))


def slips(op: Operation):
    """Yield slips of the pen in a rule: a factor, a sign, two derivatives swapped."""

    def slip(change):
        def rule(maths, *inputs):
            output, derivatives = op.rule(maths, *inputs)
            return output, change([d() if callable(d) else d for d in derivatives])

        return rule

    def scaled(x, factor):
        return [factor * v for v in x] if isinstance(x, list | tuple) else factor * x

    for i in range(op.arity):
        for factor in (1.0 + 1e-9, -1.0):
            change = lambda d, i=i, f=factor: [*d[:i], scaled(d[i], f), *d[i + 1 :]]  # noqa: E731
            yield f"derivative {i} times {factor!r}", slip(change)
    for i, j in itertools.combinations(range(op.arity), 2):
        if (i < op.groups) == (j < op.groups):
            yield (
                f"derivatives {i} and {j} swapped",
                slip(lambda d, i=i, j=j: [d[j] if k == i else d[i] if k == j else x for k, x in enumerate(d)]),
            )


def test_planted_slips_are_each_caught():
    caught = 0
    for op in TABLE.values():
        for what, rule in slips(op):
            pairs = ((rule(FLOATS, *inputs)[1], op.rule(FLOATS, *inputs)[1], inputs) for inputs in samples(op))
            if any(flattened(op, slipped, inputs) != flattened(op, right, inputs) for slipped, right, inputs in pairs):
                assert wrong_derivatives(op, rule), f"{op.name}: {what} went unseen"
                caught += 1  # what is left out changes nothing: a derivative that is 0, or two that are equal
    assert caught >= 98


@OPERATIONS
def test_at_the_edges(op):
    def same(found, wanted):
        if isinstance(wanted, list | tuple):
            return len(found) == len(wanted) and all(map(same, found, wanted))
        return found == wanted or (math.isnan(found) and math.isnan(wanted))

    for inputs, (output, derivatives) in op.at_edges.items():
        values = [Value(x) for x in inputs]
        node = op(*values)
        assert same(node.data, output), (inputs, node.data)
        assert same(node.local_derivatives, derivatives), (inputs, node.local_derivatives)
        assert same(op(*inputs), output)
        node.backward()
        if not op.stops_at_zero:
            assert same([v.grad for v in values], derivatives)


@OPERATIONS
def test_kinks_are_where_the_boxes_say_they_are_not(op):
    if op.kink is None:
        return
    for inputs in samples(op):
        if not (op.name == "where" and inputs[0] == 0.0):
            assert op.kink(*inputs) != 0.0


# ------------------------------------------------------------------ forwards, by name, from outside
M = mpmath.mp


OUTSIDE = {
    "add": lambda x, y: M.fadd(x, y),
    "subtract": lambda x, y: M.fsub(x, y),
    "multiply": lambda x, y: M.fmul(x, y),
    "divide": lambda x, y: M.fdiv(x, y),
    "power": lambda x, n: M.exp(n * M.ln(x)),
    "negative": lambda x: M.fneg(x),
    "abs": lambda x: M.sqrt(x * x),
    "exp": lambda x: M.e**x,
    "expm1": lambda x: M.expm1(x),
    "log": lambda x: M.ln(x),
    "log1p": lambda x: M.ln(1 + x),
    "sqrt": lambda x: x ** M.mpf("0.5"),
    "xlogy": lambda x, y: x * M.ln(y),
    "hypot": lambda x, y: abs(M.mpc(x, y)),
    "sin": lambda x: M.im(M.expj(x)),
    "cos": lambda x: M.re(M.expj(x)),
    "log2": lambda x: M.ln(x) / M.ln(2),
    "log10": lambda x: M.ln(x) / M.ln(10),
    "tan": lambda x: M.im(M.expj(x)) / M.re(M.expj(x)),
    "asin": lambda x: M.im(M.ln(M.mpc(M.sqrt(1 - x * x), x))),
    "acos": lambda x: M.im(M.ln(M.mpc(x, M.sqrt(1 - x * x)))),
    "atan": lambda x: M.im(M.ln(M.mpc(1, x))),
    "atan2": lambda y, x: M.arg(M.mpc(x, y)),
    "sinh": lambda x: (M.exp(x) - M.exp(-x)) / 2,
    "cosh": lambda x: (M.exp(x) + M.exp(-x)) / 2,
    "asinh": lambda x: M.ln(x + M.sqrt(x * x + 1)),
    "acosh": lambda x: M.ln(x + M.sqrt(x * x - 1)),
    "atanh": lambda x: M.ln((1 + x) / (1 - x)) / 2,
    "erf": lambda x: 1 - M.gammainc(M.mpf("0.5"), x * x, regularized=True) if x > 0 else M.erf(x),
    "erfc": lambda x: 2 * M.ncdf(-x * M.sqrt(2)),
    "tanh": lambda x: (M.exp(2 * x) - 1) / (M.exp(2 * x) + 1),
    "sigmoid": lambda x: special.expit(float(x)),
    "softplus": lambda x: M.ln(1 + M.exp(x)),
    "relu": lambda x: max(x, M.mpf(0)),
    "leaky_relu": lambda x, slope: max(x, M.mpf(0)) + slope * min(x, M.mpf(0)),
    "elu": lambda x, alpha: x if x > 0 else alpha * (M.exp(x) - 1),
    "silu": lambda x: x / (1 + M.exp(-x)),
    "log_sigmoid": lambda x: special.log_expit(float(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "mish": lambda x: x * M.tanh(M.ln(1 + M.exp(x))),
    "selu": lambda x: (
        (x if x > 0 else M.mpf("1.6732632423543772848170429916717") * (M.exp(x) - 1))
        * M.mpf("1.0507009873554804934193349852946")
    ),
    "hardtanh": lambda x: max(M.mpf(-1), min(M.mpf(1), x)),
    "clip": lambda x, low, high: sorted((low, x, high))[1],
    "sign": lambda x: float(M.sign(x)),
    "gelu": lambda x: x * M.ncdf(x),
    "gelu_tanh": lambda x: x / 2 * (1 + M.tanh(M.sqrt(2 / M.pi) * (x + M.mpf("0.044715") * x**3))),
    "maximum": lambda x, y: max(x, y),
    "minimum": lambda x, y: min(x, y),
    "greater": lambda x, y: float(x > y),
    "greater_equal": lambda x, y: float(x >= y),
    "less": lambda x, y: float(x < y),
    "less_equal": lambda x, y: float(x <= y),
    "equal": lambda x, y: float(x == y),
    "isnan": lambda x: float(M.isnan(x)),
    "where": lambda condition, x, y: x if condition else y,
    "detach": lambda x: x,
    "dot": lambda weights, inputs, bias: M.fdot(weights, inputs) + bias,
    "total": lambda values: M.fsum(values),
    "largest": lambda values: sorted(values)[-1],
}


def test_every_operation_has_a_forward_from_outside():
    assert OUTSIDE.keys() == TABLE.keys()


@OPERATIONS
def test_forward_agrees_with_an_outside_library_of_that_name(op):
    for inputs in samples(op):
        with mpmath.workdps(DIGITS):
            exact = [[M.mpf(v) for v in x] if i < op.groups else M.mpf(x) for i, x in enumerate(inputs)]
            true = float(OUTSIDE[op.name](*exact))
        # Sums round once per term, at the size of their greatest term.
        scale = sum(map(abs, op.flat(inputs))) ** 2 if op.groups or op.name in ("add", "subtract") else 0.0
        assert abs(op(*inputs) - true) <= 1e-14 * max(abs(true), scale), (op.name, inputs)


def test_the_far_right_tail_of_sigmoid_has_all_its_digits_in_its_mirror():
    true = float(mpmath.exp(-40) / (1 + mpmath.exp(-40)) ** 2)
    assert close(grad(lambda x: -sigmoid(-x))(40.0), true)


def test_methods_are_called_what_they_are():
    for name, row in TABLE.items():
        for method in row.methods:
            function = getattr(Value, method)
            assert (function.__name__, function.__qualname__.rpartition(".")[2]) == (method, method), name
