"""What is advised in place of an expression that loses digits: each way out, and its neighbors that have none."""

import pytest

import autograd as ag
from autograd import Value
from autograd.explain.digits.lost_digits import way_out

X, Y = Value(1e-9, "x"), Value(3.0, "y")
SOFTPLUS, EXPM1, SQUARES = (
    "softplus(x) is this log(1 + exp(x))",
    "expm1(x) is this exp(x) − 1",
    "(a − b)(a + b) is this a² − b²",
)


@pytest.mark.parametrize(
    ("node", "advice"),
    [
        (ag.log(ag.sigmoid(X)), "-softplus(-z) is this log σ(z); a loss on logits begins with z"),
        (ag.log(ag.total([X.exp(), Y.exp()])), "logsumexp(values) is this without overflow"),
        (ag.log(ag.total([X.exp(), Y])), None),
        (ag.log(1.0 + X.exp()), SOFTPLUS),
        (ag.log(X.exp() + 1.0), SOFTPLUS),
        (ag.log(1.0 + X), "log1p(x) is this log(1 + x)"),
        (ag.log(2.0 + X), None),
        (ag.log(X + Y), None),
        (ag.log(1.0 - X.sigmoid()), "-softplus(z) is this log(1 − σ(z)); a loss on logits begins with z"),
        (ag.log(1.0 - X), "log1p(-x) is this log(1 − x)"),
        (ag.log(2.0 - X), None),
        (ag.log(Y - 1.0), None),
        (ag.log(Y), None),
        (X.exp() - 1.0, EXPM1),
        (X.exp() - 2.0, None),
        (Y - 1.0, None),
        (1.0 - X.sigmoid(), "sigmoid(-z) is this 1 − σ(z); under a logarithm, a loss on logits begins with z"),
        (1.0 - X.erf(), "erfc(x) is this 1 − erf(x)"),
        (1.0 - X.exp(), "-expm1(x) is this 1 − exp(x)"),
        (1.0 - X.cos(), "2 sin(x/2)² is this 1 − cos(x)"),
        (1.0 - X.tanh(), "2 sigmoid(-2x) is this 1 − tanh(x)"),
        (1.0 - X.sin(), None),
        (1.0 - X, None),
        (2.0 - X.exp(), None),
        (Value(1.0) - X.exp(), None),  # no constant: it may change
        (X * X - Y * Y, SQUARES),
        (X**2 - Y**2, SQUARES),
        (X * X - Y**2, SQUARES),
        (X * X - Y * X, None),
        (X * Y - Y * Y, None),
        (X**2 - Y**3, None),
        (X**3 - Y**2, None),
        (X * X - Y, None),
        (1.0 + -X, "write 1 − x with what is advised there"),
        (2.0 + -X, None),
        (-X + 1.0, None),
        (1.0 + X, None),
        (X.exp() + -1.0, EXPM1),
        (X.exp() + -2.0, None),
        (Y + -1.0, None),
        (X.tanh(), None),
        (X, None),
    ],
)
def test_each_way_out_is_told_of_its_own_expression_and_of_no_other(node, advice):
    assert way_out(node) == advice
