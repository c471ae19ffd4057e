"""Attention: each row of a sequence gathers from the others what fits it."""

from __future__ import annotations

import math
from typing import Any

from autograd import dot, softmax
from nn.layers.dense import Layer, Seed
from nn.layers.forward_cache import Row
from nn.layers.initializers import generator_from
from nn.layers.module import Module
from nn.support.tracing import tracing
from nn.support.validate import listed, positive_count


class Attention(Module):
    """Self-attention of several heads: softmax(Q Kᵀ / √size) V in each, joined and mixed by a last layer.

    A sequence of T rows of `width` numbers in, T rows of `width` out.  Q, K and V are layers without activation of the
    rows; a head has width / heads of their numbers.  With `causal` a row gathers from itself and those before it
    alone.  After a call, `weights[head][i][j]` is what row i took from row j.
    Raises ValueError unless the width is a multiple of the number of heads.  (Vaswani et al. 2017.)
    """

    def __init__(
        self, width: int, heads: int = 1, *, causal: bool = False, bias: bool = True, seed: Seed = None
    ) -> None:
        self.width = positive_count(width, "the width of a row")
        self.heads = positive_count(heads, "the number of heads")
        if self.width % self.heads:
            raise ValueError(f"Attention(width={width}, heads={heads}): the width is a multiple of the number of heads")
        self.causal = bool(causal)
        generator = generator_from(seed)
        self.query, self.key, self.value, self.output = (
            Layer(width, width, None, bias=bias, seed=generator) for _ in range(4)
        )

    def __call__(self, rows: Any) -> list[Row]:
        """Return what each row of a sequence gathers; raises ValueError for no rows, or rows of another width."""
        given = listed(rows, "rows")
        if not given:
            raise ValueError("attention over no rows is not defined: pass at least one")
        queries, keys, values = ([layer.row(row) for row in given] for layer in (self.query, self.key, self.value))
        size = self.width // self.heads
        gathered: list[Row] = [[] for _ in given]
        seen = not tracing()
        taken: list[list[list[float]]] = []
        for start in range(0, self.width, size):
            head = slice(start, start + size)
            parts = [value[head] for value in values]
            taken.append([])
            for i, query in enumerate(queries):
                others = range(i + 1) if self.causal else range(len(given))
                shares = softmax([dot(query[head], keys[j][head]) / math.sqrt(size) for j in others])
                if seen:
                    taken[-1].append([x.data for x in shares] + [0.0] * (len(given) - len(shares)))
                gathered[i] += [dot(shares, [parts[j][k] for j in others]) for k in range(size)]
        if seen:
            vars(self)["_taken"] = taken
        return [self.output.row(row) for row in gathered]

    @property
    def weights(self) -> list[list[list[float]]]:
        """What row i took from row j in the latest call on numbers, as weights[head][i][j]; 0 where it may not look.

        Raises ValueError before there was one: a compiled program leaves none.
        """
        taken: list[list[list[float]]] = vars(self).get("_taken", [])
        if not taken:
            raise ValueError("there are no weights before this Attention is called on a sequence of rows")
        return taken

    def _kind(self) -> str:
        return f"{'causal ' * self.causal}attention of {self.heads} heads"

    def describe(self) -> str:
        """Return the width and the number of heads."""
        heads = f"{self.heads} head{'s' * (self.heads != 1)}"
        return f"Attention {self.width}, {heads}{', causal' * self.causal}"
