"""How JavaScript says the operations of the table, an optimizer's rule, and all that a page needs of them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import chain
from typing import Any, Final

from autograd.rules.formulas import ATOM, Text, tight
from autograd.rules.identifiers import Name, apart
from autograd.rules.operation import TABLE
from autograd.rules.symbols import SYMBOLS, Symbol, check_composed, formulas, named, parameters, symbol
from autograd.support.validate import number

UNARY, TIMES, PLUS, COMPARE, CHOICE = 8, 7, 6, 4, 1
INFIX: Final = {"add": ("+", PLUS), "subtract": ("-", PLUS), "multiply": ("*", TIMES), "divide": ("/", TIMES)}
COMPARISONS: Final = {"less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==="}
_FUNCTIONS: Final = resources.files(__package__).joinpath("maths.js").read_text(encoding="utf-8")
_NAMES: Final = re.findall(r"^(?:const {(.*)} = Math|function (\w+))", _FUNCTIONS, re.M)
PRIMITIVES: Final = frozenset(re.findall(r"\w+", " ".join(chain.from_iterable(_NAMES))))
RESERVED: Final = frozenset({
    "await", "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do",
    "else", "enum", "export", "extends", "false", "finally", "for", "function", "if", "import", "in",
    "instanceof", "let", "new", "null", "return", "static", "super", "switch", "this", "throw", "true", "try",
    "typeof", "var", "void", "while", "with", "yield", "arguments", "eval", "undefined", "Infinity", "NaN",
    "implements", "interface", "package", "private", "protected", "public", "async", "of", "globalThis",
    "Math", "Float64Array", "Int32Array", "theta", "gradient", "forward", "backward", "parameter", "slope", "memories",
    "learning_rate", "step", "count", "PROGRAMS",
})  # fmt: skip
INDICES: Final = "ijklmnpq"
_LOCAL: Final = re.compile(rf"[{INDICES}]|k\d+|s|hit|index\d+|memory\d+(_after)?|\w+_op")  # what loops call their own


def is_reserved(name: str) -> bool:
    """Whether a script may use that name for something of its own, or JavaScript does not take it."""
    return name in RESERVED or name in PRIMITIVES or not name.isascii() or _LOCAL.fullmatch(name) is not None


def called(op: str) -> Name:
    """Return the name of the function that computes an operation."""
    if op in PRIMITIVES or not is_reserved(op):
        return Name(op)
    return Name(re.sub(r"\W", lambda letter: f"u{ord(letter[0]):x}", op, flags=re.ASCII) + "_op")


@dataclass(frozen=True)
class Emitted:
    """An expression in JavaScript, and the operations that it calls by their names."""

    text: str
    needs: frozenset[str]


def emit_update(optimizer: Any) -> Emitted:
    """Return an optimizer's own rule as `(theta, gradient, memories, learning_rate, step, count) => …`, in place.

    It moves the first `count` parameters; `step` counts from 1.
    """
    names = [f"memory{k}" for k in range(len(optimizer.state_names))]
    printer = Printer()
    first = "".join(f", {name} = memories[{k}][i]" for k, name in enumerate(names))
    body = "\n".join(moves(printer, optimizer, names, "const", "theta[i]"))
    return Emitted(
        "(theta, gradient, memories, learning_rate, step, count) => {\n  for (let i = 0; i < count; i++) {\n"
        f"    const parameter = theta[i], slope = gradient[i]{first};\n{body}\n  }}\n}}",
        frozenset(printer.needs),
    )


def moves(printer: Printer, optimizer: Any, names: Sequence[str], declare: str, theta: str) -> list[str]:
    """Return the lines that move parameter number i, called `theta` after it, and its memories of these names."""
    known = [named(name) for name in ("parameter", "slope", "learning_rate", "step", *names)]
    moved, after = optimizer.rule(SYMBOLS, *known)
    kept: dict[Symbol, Symbol] = {}
    lines = []
    for name, new in zip(names, map(symbol, after), strict=True):
        lines.append(f"    {declare} {name}_after = {printer.formula(new.replace(kept))[0]};")
        kept.setdefault(new, named(f"{name}_after"))
    lines.append(f"    {theta} = {printer.formula(symbol(moved).replace(kept))[0]};")
    return [*lines, *(f"    memories[{k}][i] = {name}_after;" for k, name in enumerate(names))]


def script(name: str, parts: Mapping[str, Emitted]) -> str:
    """Return source that defines `name` as an object of these parts, with all the functions they need."""
    functions = _functions(set().union(*(part.needs for part in parts.values())))
    members = "".join(f"{quoted(key)}: {part.text},\n" for key, part in parts.items())
    return f"const {name} = (() => {{\n{_FUNCTIONS}\n{functions}return {{\n{members}}};\n}})();\n"


def quoted(name: str) -> str:
    """Return a plain name in quotes; raises ValueError for one that is not plain."""
    if not re.fullmatch(r"[\w.]+", name, re.ASCII):
        raise ValueError(f"the parts of a script have plain names, and {name!r} is none")
    return f'"{name}"'


def _functions(needs: Iterable[str]) -> str:
    """Return the table's rules for these operations, and for those they call, as functions."""
    written: dict[str, str] = {}

    def write(name: str) -> None:
        if name in written or name in PRIMITIVES:
            return
        check_composed(name, f"{__name__}, with its maths.js,")
        printer = Printer()
        written[name] = ""
        given, names = parameters(TABLE[name]), list[Name]()
        for x in given:
            names.append(apart(x if x.isascii() else "x", lambda y: is_reserved(y) or y in TABLE or y in names, "x"))
        known = dict(zip(map(named, given), map(named, names), strict=True))
        text = printer.formula(formulas(name)[0].replace(known))[0]
        for other in sorted(printer.needs):
            write(other)
        written[name] = f"const {called(name)} = ({', '.join(names)}) => {text};\n"

    for name in sorted(needs):
        write(name)
    return "".join(written.values())


# --------------------------------------------------------------------------------------- expressions
class Printer:
    """Says operations in JavaScript, and remembers which it called by name."""

    def __init__(self) -> None:
        self.needs: set[str] = set()

    def operation(self, op: str, inputs: Sequence[Text]) -> Text:
        """Return an operation of the table on expressions."""
        if op == "detach":
            return inputs[0]
        if op in INFIX:
            sign, binds = INFIX[op]
            return f"{tight(inputs[0], binds)} {sign} {tight(inputs[1], binds + 1)}", binds
        if op == "negative":
            return f"-{tight(inputs[0], UNARY + 1)}", UNARY
        if op == "where":
            condition, x, y = inputs
            return f"{_condition(condition)} ? {tight(x, CHOICE + 1)} : {tight(y, CHOICE + 1)}", CHOICE
        if op in COMPARISONS:
            return f"({tight(inputs[0], PLUS)} {COMPARISONS[op]} {tight(inputs[1], PLUS)} ? 1 : 0)", ATOM
        if op == "isnan":
            text = tight(inputs[0], PLUS)
            return f"({text} !== {text} ? 1 : 0)", ATOM
        self.needs.add(op)
        return f"{called(op)}({', '.join(text for text, _ in inputs)})", ATOM

    def formula(self, x: Symbol) -> Text:
        """Return a formula of symbols."""
        if x.function == "name":
            return x.name, ATOM
        if x.number is not None:
            return literal(x.number)
        return self.operation(x.function, [self.formula(y) for y in x.inputs])


def _condition(text: Text) -> str:
    """Return a test that holds where a number is not 0; of a comparison, the comparison itself."""
    if text[0].endswith(" ? 1 : 0)") and text[1] == ATOM and text[0].count("?") == 1:
        return text[0][1 : -len(" ? 1 : 0)")]
    return f"{tight(text, PLUS)} !== 0"


def literal(x: float) -> Text:
    """Return a number as JavaScript writes it; raises TypeError for what is none."""
    x = number(x)
    if x != x or math.isinf(x):
        return ("NaN", ATOM) if x != x else ("Infinity", ATOM) if x > 0 else ("-Infinity", UNARY)
    whole = x.is_integer() and abs(x) < 1e15 and math.copysign(1.0, x) > 0
    return (str(int(x)) if whole else repr(x)), UNARY if math.copysign(1.0, x) < 0 else ATOM
