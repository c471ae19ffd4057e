"""Emit: a program as NumPy source that a person can read, and run.

The source defines `bind(theta, gradient)`, which takes views of the two flat vectors once and returns `step`, one
forward and one backward pass.  A line is one step of the textbook; what is used once stands where it is used.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from autograd.compile.levels import Block, Levels, backward_pass, forward_pass
from autograd.compile.program import Array, Program
from autograd.operation import TABLE
from autograd.symbols import Symbol, formulas, parameters, symbol

Text = tuple[str, int]  # an expression and how tightly it binds
ATOM, UNARY, TIMES, PLUS, COMPARE = 10, 8, 7, 6, 4
INFIX: Final = {
    "add": ("+", PLUS), "subtract": ("-", PLUS), "multiply": ("*", TIMES), "divide": ("/", TIMES),
    "less": ("<", COMPARE), "less_equal": ("<=", COMPARE), "greater": (">", COMPARE),
    "greater_equal": (">=", COMPARE), "equal": ("==", COMPARE),
}  # fmt: skip
COMPARISONS: Final = frozenset({"less", "less_equal", "greater", "greater_equal", "equal", "isnan"})
OWN: Final = frozenset("abs exp expm1 log log1p sqrt sin cos tanh power isnan isinf where maximum minimum".split())
# What NumPy says better than the rule: the same function, in fewer passes over the data.
BETTER: Final = {
    "sigmoid": "1.0 / (1.0 + exp(-x))",
    "softplus": "logaddexp(0.0, x)",
    "relu": "maximum(x, 0.0)",
}
INLINE: Final = frozenset({"matmul", "sum", "largest", "put"})
LEAVES: Final = frozenset({"parameter", "input", "theta", "constant"})
VIEWS: Final = frozenset({"transpose", "reshape", "slice", "broadcast"})
WIDTH: Final = 96


def _vector_erf(function: Callable[[float], float]) -> Callable[[Any], Any]:
    ufunc = np.frompyfunc(function, 1, 1)
    return lambda x: np.asarray(ufunc(x), dtype=np.float64)


NAMESPACE: Final[dict[str, Any]] = {
    **{name: getattr(np, name) for name in OWN},
    "sum": np.add.reduce,
    "largest": np.maximum.reduce,
    "dot": np.dot,
    "matmul": np.matmul,
    "logaddexp": np.logaddexp,
    "concatenate": np.concatenate,
    "argmax": np.argmax,
    "zeros_like": np.zeros_like,
    "put_along_axis": np.put_along_axis,
    "add_at": np.add.at,
    "broadcast_to": np.broadcast_to,
    "empty": np.empty,
    "zeros": np.zeros,
    "bincount": np.bincount,
    "erf": _vector_erf(math.erf),
    "erfc": _vector_erf(math.erfc),
    "levels": forward_pass,
    "levels_backward": backward_pass,
    "inf": math.inf,
    "nan": math.nan,
}


class Writer:
    """Writes a program line by line; `constants` are the arrays that the source names but does not spell out."""

    def __init__(self, program: Program, arguments: list[str]) -> None:
        self.program, self.arguments = program, arguments
        self.constants: dict[str, Any] = {}
        self.helpers: dict[str, str] = {}
        self.uses: dict[Array, int] = {}
        for array in program.lines:
            for x in array.operands:
                self.uses[x] = self.uses.get(x, 0) + 1
        self.outputs: dict[Array, Array] = {}  # what is computed straight into the gradient of a parameter
        self.copied: list[tuple[Array, Array]] = []  # what is copied there at the end
        for parameter, gradient in program.gradients:
            if parameter.op == "theta":
                continue
            if gradient.op in LEAVES or gradient in self.outputs or gradient is program.loss:
                self.copied.append((parameter, gradient))
            else:
                self.outputs[gradient] = parameter
        for array in (program.loss, *program.observed, *[gradient for _, gradient in program.gradients]):
            self.uses[array] = self.uses.get(array, 0) + 1
        self.text: dict[Array, Text] = {}
        self.lines: list[str] = []

    # ---------------------------------------------------------------------------------- the whole
    def source(self) -> str:
        """Return the source of `bind`."""
        program = self.program
        body: list[str] = []
        self.lines = body
        sections = (program.lines[: program.forward], program.lines[program.forward :])
        self._say("# forward")
        for array in sections[0]:
            self._line(array)
        results = ", ".join(self._number(a, self.text[a])[0] for a in (program.loss, *program.observed))
        if program.gradients:
            self._say("", "# backward")
            for array in sections[1]:
                self._line(array)
            self._rest_of_gradients()
        self._say(f"return {results}")
        head = self._views()
        helpers = self._helpers_used("\n".join(body))
        return "\n".join(
            [
                *helpers,
                "def bind(theta, gradient):",
                *[f"    {line}" for line in head],
                *([""] if head else []),
                f"    def step({', '.join(self.arguments)}):",
                *[f"        {line}" if line else "" for line in body],
                "",
                "    return step",
                "",
            ]
        )

    def _helpers_used(self, body: str) -> list[str]:
        """Return the lines of the helpers that the body calls, or another helper that it calls."""
        used: list[str] = []
        for name, text in reversed(self.helpers.items()):
            if name in body or any(name in line for line in used):
                used = [*text.splitlines(), *used]
        return used

    def _say(self, *lines: str) -> None:
        self.lines.extend(lines)

    def _views(self) -> list[str]:
        """Return the lines that name the slices of θ and of the gradient."""
        used = [a for a in self.program.lines if a.op == "parameter"]
        lines = [f"{a.name} = {self._slice_of('theta', a)}" for a in used]
        lines += [f"d{p.name} = {self._slice_of('gradient', p)}" for p, _ in self.program.gradients if p.op == "parameter"]
        return lines

    def _slice_of(self, vector: str, a: Array) -> str:
        text = f"{vector}[{a.detail}:{a.detail + a.size}]"
        return text if len(a.shape) == 1 else f"{text}.reshape({', '.join(map(str, a.shape))})" if a.shape else f"{text}.reshape(())"

    def _rest_of_gradients(self) -> None:
        """Write what is copied, and what flows to θ as a whole on top of what its slices have."""
        for parameter, gradient in self.copied:
            self._say(f"d{parameter.name}[...] = {self._number(gradient, self.text[gradient])[0]}")
        whole = next((g for p, g in self.program.gradients if p.op == "theta"), None)
        covered = sorted((p.detail, p.detail + p.size) for p, _ in self.program.gradients if p.op == "parameter")
        if whole is not None and not covered:
            self._say(f"gradient[:] = {self.expression(whole)[0]}")
            return
        start = 0
        for begin, end in [*covered, (len(self.program.order), 0)]:
            if begin > start:
                self._say(f"gradient[{start}:{begin}] = 0.0")
            start = end
        if whole is not None:
            self._say(f"gradient[:] += {self.expression(whole)[0]}")

    # ------------------------------------------------------------------------------------ one line
    def _line(self, array: Array) -> None:
        """Write the array as a line of its own, or leave it to stand where it is used."""
        if array.op in ("parameter", "input", "theta"):
            self.text[array] = (array.name if array.op != "theta" else "theta", ATOM)
            return
        if array.op == "constant":
            self.text[array] = self._constant(array)
            return
        parameter = self.outputs.get(array)
        if parameter is not None:
            self._gradient(array, parameter)
            return
        if array.op == "assemble":
            self._assemble(array)
            return
        if array.op in ("add", "subtract") and self._put_into(array):
            return
        text = self._spelled(array)
        landmark = bool(array.note) or array.name[:1] in "za" and array.name[1:].isdigit() or array is self.program.loss
        once = self.uses.get(array, 0) == 1 and len(text[0]) <= WIDTH and not landmark
        cheap = array.op == "transpose" and self.text[array.operands[0]][0].isidentifier()
        if (once and (array.is_elementwise or array.op in VIEWS or array.op in INLINE)) or cheap:
            self.text[array] = text
            return
        note = f"  # {array.note}" if array.note else ""
        self._say(f"{f'{array.name} = {text[0]}':40}{note}".rstrip())
        self.text[array] = (array.name, ATOM)

    def _put_into(self, array: Array) -> bool:
        """Write a sum with what is put into some places as a change of those places, where the other part is new."""
        whole, put = array.operands
        if put.op != "put" or self.uses[put] > 1 or whole.shape != array.shape or self.text[whole][1] == ATOM:
            return False
        x, index = put.operands
        places = f"{self._rows_of(put)}, {self.expression(index)[0]}"
        self._say(f"{array.name} = {self.text[whole][0]}")
        self._say(f"{array.name}[{places}] {'+' if array.op == 'add' else '-'}= {self.expression(x)[0]}")
        self.text[array] = (array.name, ATOM)
        return True

    def _rows_of(self, array: Array) -> str:
        """Return the name of the numbers of an array's rows, as a column."""
        n = array.operands[0].shape[0] if array.op == "pick" else array.shape[0]
        name = f"rows{n}"
        self.constants[name] = np.arange(n).reshape(-1, 1)
        return name

    def _gradient(self, array: Array, parameter: Array) -> None:
        """Write a parameter's gradient where it belongs: straight into its slice of the gradient vector."""
        target = f"d{parameter.name}"
        if array.op == "matmul" and len(array.shape) == 2:
            a, b = (self.expression(x)[0] for x in array.operands)
            self._say(f"dot({a}, {b}, out={target})")
        elif array.op == "sum" and array.shape and self._sum_fits(array):
            x = self.expression(array.operands[0])[0]
            self._say(f"sum({x}, {_axes(array.detail)}{', keepdims=True' if self._kept(array) else ''}, out={target})")
        elif array.op == "assemble":
            self._assemble(array, target)
        else:
            self._say(f"{target}[...] = {self._number(array, self._spelled(array))[0]}")
        self.text[array] = (target, ATOM)

    def _kept(self, array: Array) -> bool:
        return bool(array.shape) and len(array.shape) == len(array.operands[0].shape)

    def _sum_fits(self, array: Array) -> bool:
        return len(array.shape) in (len(array.operands[0].shape), len(array.operands[0].shape) - len(array.detail))

    def _assemble(self, array: Array, target: str = "") -> None:
        name = target or array.name
        parts = list(zip(array.operands, array.detail, strict=True))
        disjoint = _are_disjoint([slices for _, slices in parts])
        full = disjoint and sum(part.size for part, _ in parts) == array.size
        if not target:
            self._say(f"{name} = {'empty' if full else 'zeros'}({array.shape})")
        elif not full:
            self._say(f"{name}[...] = 0.0")
        for part, slices in parts:
            self._say(f"{name}[{_slices(slices, array.shape)}] {'=' if disjoint else '+='} {self.expression(part)[0]}")
        self.text[array] = (name, ATOM)

    # -------------------------------------------------------------------------------- expressions
    def expression(self, array: Array, tight: int = 0) -> Text:
        """Return the array as it stands in an expression, in parentheses if it binds less than `tight`."""
        text, binds = self.text[array]
        return (f"({text})", ATOM) if binds < tight else (text, binds)

    def _number(self, array: Array, text: Text) -> Text:
        """Return a comparison as 1.0 and 0.0, since NumPy's gives True and False."""
        if self._is_condition(array) and array.op != "constant":
            return (f"where({text[0]}, 1.0, 0.0)", ATOM)
        return text

    def _constant(self, array: Array) -> Text:
        if isinstance(array.detail, float):
            return literal(array.detail)
        name = f"{'mask' if array.detail.dtype == bool else 'constant'}{len(self.constants) + 1}"
        self.constants[name] = array.detail
        return name, ATOM

    def _spelled(self, array: Array) -> Text:
        if array.is_elementwise:
            return self._elementwise(array)
        return getattr(self, f"_{array.op}")(array), ATOM

    def _elementwise(self, array: Array) -> Text:
        op = array.op
        if op == "detach":
            return self._operand(array, array.operands[0])
        if _is_choice(array):
            return self.text[array.operands[0]]
        if op == "equal" and array.operands[1].number == math.inf and array.operands[0].op == "abs":
            return f"isinf({self._operand(array, array.operands[0].operands[0])[0]})", ATOM
        if op in INFIX:
            sign, binds = INFIX[op]
            left, right = (self._operand(array, x) for x in array.operands)
            a = f"({left[0]})" if left[1] < binds or binds == COMPARE == left[1] else left[0]
            b = f"({right[0]})" if right[1] < binds + (sign in "-/" or binds == COMPARE) else right[0]
            return f"{a} {sign} {b}", binds
        if op == "negative":
            return f"-{self._parenthesised(self._operand(array, array.operands[0]), UNARY)}", UNARY
        if op == "where":
            condition, x, y = array.operands
            chosen = self.text[condition][0] if self._is_condition(condition) else f"{self.expression(condition, PLUS)[0]} != 0"
            return f"where({chosen}, {self._operand(array, x)[0]}, {self._operand(array, y)[0]})", ATOM
        self._need(op)
        return f"{op}({', '.join(self._operand(array, x)[0] for x in array.operands)})", ATOM

    def _is_condition(self, array: Array) -> bool:
        """Whether the array stands in the source as True and False, not as 1.0 and 0.0."""
        if array.op == "constant":
            return isinstance(array.detail, np.ndarray) and array.detail.dtype == bool
        if array.op in ("multiply", "maximum", *VIEWS):
            return all(map(self._is_condition, array.operands))
        return array.op in COMPARISONS or _is_choice(array)

    def _operand(self, user: Array, x: Array) -> Text:
        """Return an operand: what is True and False may be multiplied as it is, and is a number anywhere else."""
        text = self.text[x]
        if not self._is_condition(x):
            return text
        if user.op in ("multiply", "maximum", "sum", *VIEWS) or (user.op == "equal" and user.operands[1].number == 0.0):
            return text
        return f"where({text[0]}, 1.0, 0.0)", ATOM

    def _parenthesised(self, text: Text, tight: int) -> str:
        return f"({text[0]})" if text[1] < tight else text[0]

    def _need(self, name: str) -> None:
        """Make sure that a function of that name is there: NumPy's own, or one written from the operation's rule."""
        if name in NAMESPACE or name in self.helpers:
            return
        names = parameters(TABLE[name])
        if name in BETTER:
            text = BETTER[name]
            needs = {"exp", "logaddexp", "maximum"}
        else:
            output, _ = formulas(name)
            needs = _functions(output)
            text = written(output)[0]
        for other in sorted(needs - set(INFIX) - {"negative"}):
            self._need(other)
        self.helpers[name] = f"def {name}({', '.join(names)}):\n    return {text}\n\n"

    # ---------------------------------------------------------------------- structural operations
    def _matmul(self, a: Array) -> str:
        function = "matmul" if len(a.shape) > 2 else "dot"
        return f"{function}({', '.join(self.expression(x)[0] for x in a.operands)})"

    def _sum(self, a: Array) -> str:
        (x,) = a.operands
        axes = "None" if len(a.detail) == len(x.shape) and not self._kept(a) else _axes(a.detail)
        text = f"sum({self._operand(a, x)[0]}, {axes}{', keepdims=True' if self._kept(a) else ''})"
        return text if self._sum_fits(a) else f"{text}.reshape({a.shape})"

    def _largest(self, a: Array) -> str:
        return f"largest({self.expression(a.operands[0])[0]}, {a.detail}, keepdims=True)"

    def _first(self, a: Array) -> str:
        self.helpers.setdefault("first", _FIRST)
        x, y = (self.expression(v)[0] for v in a.operands)
        return f"first({x}, {y}, {a.detail})"

    def _transpose(self, a: Array) -> str:
        x = self.expression(a.operands[0], ATOM)[0]
        return f"{x}.T" if a.detail == (1, 0) else f"{x}.transpose{a.detail}"

    def _reshape(self, a: Array) -> str:
        x = self.expression(a.operands[0], ATOM)[0]
        return f"{x}.reshape({', '.join(map(str, a.shape)) or '()'})"

    def _slice(self, a: Array) -> str:
        (x,) = a.operands
        return f"{self.expression(x, ATOM)[0]}[{_slices(a.detail, x.shape)}]"

    def _broadcast(self, a: Array) -> str:
        return f"broadcast_to({self.expression(a.operands[0])[0]}, {a.shape})"

    def _join(self, a: Array) -> str:
        parts = [self.expression(x, ATOM)[0] + ("" if len(x.shape) == 1 else ".reshape(-1)") for x in a.operands]
        return f"concatenate(({', '.join(parts)}))"

    def _index(self, index: Any) -> str:
        name = f"index{len(self.constants) + 1}"
        self.constants[name] = index
        return name

    def _gather(self, a: Array) -> str:
        (x,) = a.operands
        text = self.expression(x, ATOM)[0] + ("" if len(x.shape) == 1 else ".reshape(-1)")
        return f"{text}[{self._index(a.detail)}]"

    def _scatter(self, a: Array) -> str:
        (x,) = a.operands
        text = self.expression(x, ATOM)[0] + ("" if len(x.shape) == 1 else ".reshape(-1)")
        index = self._index(np.broadcast_to(a.detail, x.shape).reshape(-1))
        result = f"bincount({index}, {text}, {a.size})"
        return result if len(a.shape) == 1 else f"{result}.reshape({', '.join(map(str, a.shape)) or '()'})"

    def _levels(self, a: Array) -> str:
        functions = self._table_functions(a.detail, "value")
        return f"levels({self._table(a.detail)}, {self.expression(a.operands[0])[0]}, {functions})"

    def _levels_backward(self, a: Array) -> str:
        pool, adjoint = (self.expression(x)[0] for x in a.operands)
        return f"levels_backward({self._table(a.detail)}, {pool}, {adjoint}, {self._table_functions(a.detail, 'slopes')})"

    def _table(self, table: Levels) -> str:
        known = next((name for name, x in self.constants.items() if x is table), None)
        if known is None:
            known = f"table{len(self.constants) + 1}"
            self.constants[known] = table
        return known

    def _table_functions(self, table: Levels, what: str) -> str:
        """Write a function for each operation of a table, its value or its local derivatives; return their names as a dict."""
        ops = sorted({block.op for block in table.blocks if isinstance(block, Block) and block.op != "total"})
        for op in ops:
            if f"{op}_{what}" in self.helpers:
                continue
            names, (output, slopes) = parameters(TABLE[op]), formulas(op)
            if what == "value":
                text, formulas_ = written(output)[0], [output]
            else:
                known = {output: symbol("output")}
                formulas_ = [d.replace(known) for d in slopes]
                text = ", ".join(written(d)[0] for d in formulas_) + ("," if len(slopes) == 1 else "")
                names = (*names, "output")
            for formula in formulas_:
                for other in sorted(_functions(formula) - set(INFIX) - {"negative"}):
                    self._need(other)
            self.helpers[f"{op}_{what}"] = f"def {op}_{what}({', '.join(names)}):\n    return {text}\n\n"
        return "{" + ", ".join(f"{op!r}: {op}_{what}" for op in ops) + "}"

    def _rows(self, a: Array) -> str:
        table, index = a.operands
        return f"{self.expression(table, ATOM)[0]}[{self.expression(index, ATOM)[0]}{'[:, 0]' if len(index.shape) == 2 else ''}]"

    def _add_rows(self, a: Array) -> str:
        self.helpers.setdefault("add_rows", _ADD_ROWS)
        x, index = (self.expression(v)[0] for v in a.operands)
        return f"add_rows({x}, {index}.reshape(-1), {a.shape})"

    def _pick(self, a: Array) -> str:
        x, index = a.operands
        return f"{self.expression(x, ATOM)[0]}[{self._rows_of(a)}, {self.expression(index)[0]}]"

    def _put(self, a: Array) -> str:
        self.helpers.setdefault("put", _PUT)
        x, index = (self.expression(v)[0] for v in a.operands)
        return f"put({x}, {self._rows_of(a)}, {index}, {a.shape})"


_FIRST = """def first(x, largest, axis):
    place = argmax((x == largest) | isnan(x), axis, keepdims=True)
    mask = zeros_like(x)
    put_along_axis(mask, place, 1.0, axis)
    return mask

"""
_ADD_ROWS = """def add_rows(x, index, shape):
    whole = zeros(shape)
    add_at(whole, index, x)
    return whole

"""
_PUT = """def put(x, rows, index, shape):
    whole = zeros(shape)
    whole[rows, index] = x
    return whole

"""


def _is_choice(array: Array) -> bool:
    """Whether the array is where(condition, 1.0, 0.0): the condition itself, as a number."""
    if array.op != "where" or array.operands[0].op not in COMPARISONS:
        return False
    return array.operands[1].number == 1.0 and array.operands[2].number == 0.0


def _axes(axes: tuple[int, ...]) -> str:
    return str(axes[0]) if len(axes) == 1 else str(axes)


def _slices(slices: tuple[tuple[int, int, int], ...], shape: tuple[int, ...]) -> str:
    texts = []
    for (start, stop, step), n in zip(slices, shape, strict=True):
        whole = (start, stop, step) == (0, n, 1)
        texts.append(":" if whole else f"{start}:{stop}" + (f":{step}" if step != 1 else ""))
    while len(texts) > 1 and texts[-1] == ":":
        texts.pop()
    return ", ".join(texts)


def _are_disjoint(parts: list[tuple[tuple[int, int, int], ...]]) -> bool:
    for i, a in enumerate(parts):
        for b in parts[:i]:
            if all(max(x[0], y[0]) < min(x[1], y[1]) for x, y in zip(a, b, strict=True)):
                return False
    return True


def literal(x: float) -> Text:
    if x != x or abs(x) == math.inf:
        return ("nan" if x != x else "inf" if x > 0 else "-inf", UNARY if x < 0 else ATOM)
    text = str(int(x)) if x.is_integer() and abs(x) < 1e15 and not (x == 0.0 and math.copysign(1.0, x) < 0) else repr(x)
    return text, UNARY if x < 0 else ATOM


def _functions(x: Symbol) -> set[str]:
    if x.function in ("name", "number"):
        return set()
    return {x.function}.union(*map(_functions, x.inputs))


def written(x: Symbol, special: Callable[[Symbol, list[str]], Text | None] = lambda x, inputs: None) -> Text:
    """Return a formula of symbols as NumPy source; `special` may say otherwise for what it knows better."""
    if x.function == "name":
        return str(x.inputs[0]), ATOM
    if x.number is not None:
        return literal(x.number)
    inputs = [written(y, special) for y in x.inputs]
    known = special(x, [text for text, _ in inputs])
    if known is not None:
        return known
    if x.function in INFIX:
        sign, binds = INFIX[x.function]
        (a, p), (b, q) = inputs
        return f"{a if p >= binds else f'({a})'} {sign} {b if q > binds else f'({b})'}", binds
    if x.function == "negative":
        a, p = inputs[0]
        return f"-{a if p >= UNARY else f'({a})'}", UNARY
    return f"{x.function}({', '.join(text for text, _ in inputs)})", ATOM


def emit(program: Program, arguments: list[str]) -> tuple[str, dict[str, Any]]:
    """Return the source of a program and the constant arrays that it names."""
    writer = Writer(program, arguments)
    return writer.source(), writer.constants


def load(source: str, constants: dict[str, Any]) -> Callable[..., Any]:
    """Return the function `bind` that the source defines."""
    namespace = {**NAMESPACE, **constants}
    exec(compile(source, "<compiled program>", "exec"), namespace)
    return namespace["bind"]  # type: ignore[no-any-return]
