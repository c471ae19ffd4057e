"""The logarithm of a softmax, differentiated in one step, as textbooks do.

Of L = −log p[k], where p = e / s, e = exp(u) and s = Σ e, the chain rule step by step gives −1 / p[k] to one entry of
p; then it divides by s, multiplies by e, and adds up, and all that is left is

    dL/du = p − (1 at k, 0 elsewhere)

So no entry is unreached on the way, nothing is divided that may be 0, and where p[k] has underflowed, so that L is inf,
this is its gradient and not nan.
"""

from __future__ import annotations

from typing import NamedTuple

from autograd.compile.ir.program import Array, Shape, kept_shape


class LogSoftmax(NamedTuple):
    """What log p, or the log of one element of each row of p, is computed from.

    Attributes
        u       the scores: p is the softmax of their rows
        p       the probabilities
        sums    the shape of s: that of p, with the axes that are summed as length 1
        picked  which elements were picked, and out of what: p, or its rows as a matrix; None for all of p
    """

    u: Array
    p: Array
    sums: Shape
    picked: Array | None

    @staticmethod
    def of(array: Array) -> LogSoftmax | None:
        """Return what an array is computed from if it is the logarithm of a softmax, written in whatever way."""
        if array.op != "log":
            return None
        p, picked = array.operands[0], None
        if p.op == "pick":
            picked, p = p, p.operands[0]
            if p.op == "reshape" and p.shape[-1:] == p.operands[0].shape[-1:]:
                p = p.operands[0]
        if p.op != "divide" or p.operands[0].op != "exp":
            return None
        e, s = p.operands
        whole = s.operands[0] if s.op == "reshape" else s
        if whole.op != "sum" or whole.operands != (e,) or p.shape != e.shape:
            return None
        sums = kept_shape(e, whole.detail)
        if s.shape != sums and (s.shape or whole.size > 1):
            return None
        return None if picked and sums != (*p.shape[:-1], 1) else LogSoftmax(e.operands[0], p, sums, picked)
