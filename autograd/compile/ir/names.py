"""Names: what a textbook would call the arrays of a program.  Every backend uses the same names.

An argument keeps the name that the user gave it unless the program, or the language that it is written in, has that
name for something of its own: then it is the one that goes by another.  Weights, biases, pre-activations and
activations are W1, b1, z1, a1 by layer; the adjoint of z1 is dz1.  What has no name in a textbook gets a letter from
its operation and a number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from autograd.compile.ir.program import Array, Program
from autograd.rules.identifiers import apart
from autograd.rules.operation import TABLE
from autograd.rules.reduction_record import REDUCTIONS

OTHER: Final = "t"  # as in "temporary"
LETTERS: Final = {
    "exp": "e", "log": "l", "tanh": "t", "sigmoid": "q", "divide": "r", "subtract": "u", "multiply": "v", "where": "c",
    "parameter": "w", "constant": OTHER, "matmul": "p", "first": OTHER, "transpose": OTHER,
    "reshape": OTHER, "slice": OTHER, "broadcast": OTHER, "join": OTHER, "gather": "g", "scatter": OTHER,
    "assemble": OTHER, "rows": "h", "add_rows": OTHER, "pick": OTHER, "put": OTHER, "levels": "n",
    "levels_reached": OTHER, "levels_backward": OTHER, **{op: x.letter for op, x in REDUCTIONS.items()},
}  # fmt: skip
ACTIVATIONS: Final = frozenset({"tanh", "sigmoid", "relu", "leaky_relu", "elu", "silu", "gelu", "gelu_tanh"})


def give_names(
    program: Program,
    arguments: Sequence[str],
    adjoints: Sequence[tuple[Array, Array]],
    is_reserved: Callable[[str], bool],
) -> None:
    """Leave a name on every array, and on those that begin a layer its number; none is a reserved one."""
    Namer(program, arguments, is_reserved).name_all(adjoints)


class Namer:
    """Names given so far, so that none is given twice."""

    def __init__(self, program: Program, arguments: Sequence[str], is_reserved: Callable[[str], bool]) -> None:
        self.program, self.arguments, self.is_reserved = program, arguments, is_reserved
        self.taken: set[str] = {*TABLE, "theta", "gradient", "loss", "sum"}
        self.counts: Counter[str] = Counter()
        self.users: dict[Array, list[Array]] = {}
        for array in program.lines:
            for x in array.operands:
                self.users.setdefault(x, []).append(array)

    def name_all(self, adjoints: Sequence[tuple[Array, Array]]) -> None:
        """Name layers, then the rest of the forward pass, then adjoints and the rest, and inputs apart from all."""
        lines = self.program.lines
        layer = 0
        for array in lines[: self.program.forward]:
            weights = self._weights(array)
            if weights is not None and not weights.name:
                layer += 1
                self._name_layer(layer, array, weights)
        if not self.program.loss.name:
            self.program.loss.name = "loss"
        for array in lines[: self.program.forward]:
            if not array.name and array.op != "input":
                self._give(array, self._letter(array), numbered=True)
        for parameter, gradient in self.program.gradients:
            if not gradient.name:
                self._give(gradient, "gradient" if parameter.op == "theta" else "d" + parameter.name)
        for array, adjoint in adjoints:
            if not adjoint.name and array.name:
                self._give(adjoint, "d" + array.name)
        for array in lines:
            if not array.name and array.op != "input":
                self._give(array, self._letter(array), numbered=True)
        self.taken.update(f"d{array.name}" for array in lines if array.op == "parameter")  # where gradients go
        for array in lines:
            if array.op == "input":
                array.name = apart(self.arguments[array.detail], lambda x: x in self.taken or self.is_reserved(x))
                self.taken.add(array.name)

    def _letter(self, array: Array) -> str:
        if array.op == "parameter":
            rows = any(user.op == "rows" and user.operands[0] is array for user in self.users.get(array, ()))
            if rows:
                return "E"
        return LETTERS.get(array.op, OTHER)

    def _give(self, array: Array, name: str, *, numbered: bool = False) -> None:
        candidate = name
        while numbered or candidate in self.taken or (array.op == "parameter" and f"d{candidate}" in TABLE):
            self.counts[name] += 1
            candidate, numbered = f"{name}{self.counts[name]}", False
        self.taken.add(candidate)
        array.name = candidate

    def _weights(self, array: Array) -> Array | None:
        if array.op != "matmul":
            return None
        for x in reversed(array.operands):
            while x.op in ("transpose", "reshape"):
                x = x.operands[0]
            if x.op == "parameter":
                return x
        return None

    def _name_layer(self, k: int, product: Array, weights: Array) -> None:
        self._give(weights, f"W{k}")
        z = product
        for user in self.users.get(product, ()):
            bias = next((x for x in user.operands if x.op == "parameter"), None)
            if user.op == "add" and bias is not None:
                z = user
                if not bias.name:
                    self._give(bias, f"b{k}")
        self._give(z, f"z{k}")
        if len(z.shape) == 2:
            z.layer = k
        for user in self.users.get(z, ()):
            alone = user.is_elementwise and user in self.program.lines[: self.program.forward]
            onward = user.op in ACTIVATIONS or any(x.op == "matmul" for x in self.users.get(user, ()))
            if alone and user.shape == z.shape and not user.name and onward:
                self._give(user, f"a{k}")
                break
