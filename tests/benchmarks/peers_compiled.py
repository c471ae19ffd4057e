"""The NumPy backend as a peer of the side-by-side bench: the same scalar network, run as its array program."""

import sys
from pathlib import Path

from base import register  # the bench puts its own folder on the path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from peers_native import ChainruleNative


@register
class ChainruleNumpy(ChainruleNative):
    """the emitted NumPy source, one step after the other"""

    name, kind, backend = "chainrule-numpy", "array", "numpy"
    tasks = ("T1", "T2", "T3", "T4", "T5", "T6")

    def chain_build(self, n):
        x = self.autograd.Value(0.5)
        return {"leaves": [x], "root": self.chain(x, n)}

    def chain(self, x, n):
        for _ in range(n):
            x = x * 1.0000001 + 1e-9
        return x

    def chain_backward(self, state):
        self.dag_compile(state)
        loss, gradient = self.dag_backward(state)
        return loss, gradient[0]
