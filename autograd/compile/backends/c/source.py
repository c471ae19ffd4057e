"""A program as one C99 file: `forward`, `backward` and `update`, sizes as constants, all memory static.

The loops are those that the JavaScript backend writes; here stands what C says otherwise: declarations, numbers (a
whole one has a point, so that no quotient is one of integers), whole-number arguments, and names that C has taken.
`theta` and `gradient` have the order of the parameters; the loops' own copies, in the program's order, are `packed_…`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from autograd.compile.backends.javascript.operations import COMPARISONS, PLUS, UNARY, Printer, moves
from autograd.compile.backends.javascript.source import JavaScriptWriter
from autograd.compile.backends.javascript.structural import VIEWS
from autograd.compile.ir.program import INDEXED, LEVELS, Array, Program
from autograd.rules.formulas import ATOM, Text, tight
from autograd.rules.identifiers import Name, apart
from autograd.rules.maths import MATHEMATICS
from autograd.rules.operation import TABLE
from autograd.rules.symbols import Symbol, check_composed, formulas, named, parameters
from autograd.support.validate import number

LIBM: Final = {name: name for name in MATHEMATICS} | {"abs": "fabs", "power": "pow"}
RESERVED: Final = frozenset({
    *LIBM.values(), "auto", "char", "double", "extern", "float", "goto", "inline", "int", "long", "register",
    "restrict", "short", "signed", "sizeof", "struct", "typedef", "union", "unsigned", "volatile", "main",
    "y0", "y1", "yn", "j0", "j1", "jn", "gamma", "signgam", "memset", "hypot", "update", "train", "parameter", "slope",
    "learning_rate", "step", "place", "packed_theta", "packed_gradient",
})  # fmt: skip


def c_number(x: float) -> Text:
    """Return a number as C writes it: with a point, an exponent, or by the names of math.h."""
    x = number(x)
    if x != x or abs(x) == float("inf"):
        return ("NAN" if x != x else "INFINITY" if x > 0 else "-INFINITY"), ATOM if x != x or x > 0 else UNARY
    return repr(x), UNARY if repr(x).startswith("-") else ATOM


class CPrinter(Printer):
    """Says operations in C."""

    def operation(self, op: str, inputs: Sequence[Text]) -> Text:
        """Return an operation of the table on expressions."""
        if op in COMPARISONS:
            sign = COMPARISONS[op].replace("===", "==")
            return f"({tight(inputs[0], PLUS)} {sign} {tight(inputs[1], PLUS)} ? 1.0 : 0.0)", ATOM
        if op == "isnan":
            return f"({tight(inputs[0], PLUS)} != {tight(inputs[0], PLUS)} ? 1.0 : 0.0)", ATOM
        if op == "where":
            condition, x, y = inputs
            return f"({tight(condition, PLUS)} != 0.0 ? {tight(x, PLUS)} : {tight(y, PLUS)})", ATOM
        if op in LIBM:
            return f"{LIBM[op]}({', '.join(text for text, _ in inputs)})", ATOM
        text, binds = super().operation(op, inputs)
        return (f"{op}_op({', '.join(x for x, _ in inputs)})", ATOM) if op in self.needs else (text, binds)

    def formula(self, x: Symbol) -> Text:
        """Return a formula of symbols."""
        return c_number(x.number) if x.number is not None else super().formula(x)


class CWriter(JavaScriptWriter):
    """Writes a program's loops with C's declarations."""

    def __init__(self, program: Program) -> None:
        super().__init__(program, {})
        self.printer = CPrinter()
        self.constants: list[str] = []
        self.whole = {a.operands[-1] for a in program.lines if a.op in INDEXED}  # what is looked up by
        for a in reversed(program.lines):
            if a in self.whole and (a.op in VIEWS or a.op in ("gather", "join")):
                self.whole.update(a.operands)

    def _identifier(self, name: str) -> Name:
        def is_taken(x: str) -> bool:
            return x in RESERVED or x.endswith("_op") or x in self.names.values()

        plain = super()._identifier(name)
        return apart(plain, is_taken, "v")

    def name(self, array: Array) -> str:
        """Return the array's name, which it gets with its static memory when it is first asked for."""
        if array in self.names:
            return self.names[array]
        name = "packed_theta" if array.op == "theta" else self._identifier(array.name)
        slot = array if array.op == "parameter" else self.slots.get(array)
        if array.op == "constant":
            numbers = ", ".join(c_number(float(x))[0] for x in array.detail.ravel())
            self.constants.append(f"static const double {name}[{array.size}] = {{{numbers}}};")
        elif slot is not None:
            vector = "packed_theta" if array.op == "parameter" else "packed_gradient"
            self.constants.append(f"#define {name} ({vector} + {slot.detail})")
        elif array.op != "theta":
            self.constants.append(f"static {'int' if array in self.whole else 'double'} {name}[{array.size}];")
        self.names[array] = name
        return name

    def index_table(self, index: Any) -> str:
        """Return the name of a table of whole numbers."""
        name = f"index{len(self.constants)}"
        numbers = ", ".join(str(int(x)) for x in index.ravel())
        self.constants.append(f"static const int {name}[{index.size}] = {{{numbers}}};")
        return name

    def element(self, array: Array, index: Sequence[str]) -> Text:
        """Return the element of an array at an index, one expression per axis."""
        return c_number(array.number) if array.number is not None else super().element(array, index)

    def flat_element(self, x: Array, place: str) -> str:
        """Return the element of a stored array at a flat place."""
        return super().flat_element(x, place) if x.number is None else c_number(x.number)[0]

    def in_c(self, lines: Iterable[str]) -> list[str]:
        """Return lines of loops with C's words."""
        sizes = {self.names[a]: a.size for a in self.names} | {"packed_gradient": len(self.program.order)}

        def cleared(found: re.Match[str]) -> str:
            return f"memset({found[1]}, 0, {sizes[found[1]]} * sizeof(double));"

        found = []
        for line in lines:
            text = re.sub(r"\bfor \(let ", "for (int ", line)
            text = re.sub(r"^(\s*)let s = ", r"\1double s = ", text).replace("const hit = ", "double hit = ")
            text = re.sub(r"\bgradient\b", "packed_gradient", text)
            text = text.replace("!==", "!=").replace("===", "==").replace("Infinity;", "INFINITY;")
            found.append(re.sub(r"\b(\w+)\.fill\(0\);", cleared, text))
        return found


def c_file(program: Program, theta: Sequence[float], given: Sequence[Any], optimizer: Any = None) -> str:
    """Return one C99 file: a program with its parameters as they are, and an optimizer's rule if there is one.

    `forward(…)` returns the loss, `backward(…)` fills `gradient` after it, `update(rate)` moves `theta` by the rule,
    and `train(…, rate)` is all three.  Both arrays have the order of the parameters, as the given `theta` has.
    An argument is an array of doubles, or of ints where it is looked up by; what is `given` for one stands in the file.
    Raises ValueError for a program without structure, which runs level by level.
    """
    if not LEVELS.isdisjoint([a.op for a in program.lines]):
        raise ValueError("C is written of programs made of layers: this one has scalars without structure")
    e = CWriter(program)
    forward, backward = e.bodies()
    kinds = ["const int *" if whole else "const double *" for _, _, whole in program.arguments]
    free = [(kind, name) for kind, name, x in zip(kinds, e.arguments, given, strict=True) if x is None]
    fixed = [
        f"static const double {name}[{len(x)}] = {{{', '.join(c_number(float(y))[0] for y in x)}}};"
        for name, x in zip(e.arguments, given, strict=True)
        if x is not None
    ]
    signature = ", ".join(f"{kind}{name}" for kind, name in free) or "void"
    count = len(program.order)
    size = max(count, 1)
    places = ", ".join(str(int(k)) for k in program.order) or "0"
    each = "for (int i = 0; i < PARAMETERS; i++)"
    start = ", ".join(c_number(float(x))[0] for x in theta) or "0.0"
    update = _update(e.printer, optimizer, program.used) if optimizer is not None else []
    passed = ", ".join(name for _, name in free)
    train = [
        f"double train({', '.join([signature] * bool(free) + ['double learning_rate'])}) {{",
        f"  double loss = forward({passed});",
        f"  backward({passed});",
        "  update(learning_rate);",
        "  return loss;",
        "}",
    ]
    parts = [
        "/* A compiled program: C99, needs libm alone.",
        "   theta and gradient have the order of the parameters that it was compiled with. */",
        "#include <math.h>",
        "#include <string.h>",
        "",
        f"#define PARAMETERS {count}",
        f"double theta[{size}] = {{{start}}};",
        f"double gradient[{size}];",
        f"static const int place[{size}] = {{{places}}}; /* in them of each number below, which the loops read */",
        f"static double packed_theta[{size}], packed_gradient[{size}];",
        *fixed,
        *_functions(e.printer),
        *e.in_c(e.constants),
        "",
        f"double forward({signature}) {{",
        f"  {each} packed_theta[i] = theta[place[i]];",
        *(f"  {line}" for line in e.in_c(forward)),
        "}",
        "",
        f"void backward({signature}) {{",
        *(f"  {line}" for line in e.in_c(backward)),
        f"  {each} gradient[place[i]] = packed_gradient[i];",
        *(f"  (void){name};" for _, name in free),
        "}",
        *update,
        *(["", *train] if update else []),
    ]
    return "\n".join(parts) + "\n"


def _functions(printer: Printer) -> list[str]:
    """Return the table's rules for the operations that are called, and for those that these call, as functions."""
    written: dict[str, str] = {}

    def write(name: str) -> None:
        if name in written:
            return
        check_composed(name, __name__)
        own = CPrinter()
        written[name] = ""
        given = parameters(TABLE[name])
        names = [Name(f"x{i}") for i in range(len(given))]
        known = dict(zip(map(named, given), map(named, names), strict=True))
        text = own.formula(formulas(name)[0].replace(known))[0]
        for other in sorted(own.needs):
            write(other)
        del written[name]
        arguments = ", ".join(f"double {x}" for x in names)
        written[name] = f"static double {name}_op({arguments}) {{ return {text}; }}"

    for name in sorted(printer.needs):
        write(name)
    return list(written.values())


def _update(printer: Printer, optimizer: Any, used: int) -> list[str]:
    """Return an optimizer's rule as a loop over the parameters that have gradients."""
    names = [f"memory{k}" for k in range(len(optimizer.state_names))]
    lines = ["    const double parameter = theta[place[i]], slope = gradient[place[i]];"]
    lines += [f"    const double {name} = memories[{k}][i];" for k, name in enumerate(names)]
    lines += moves(printer, optimizer, names, "const double", "theta[place[i]]")
    memories = [f"static double memories[{len(names)}][PARAMETERS];"] if names else []
    return [
        "", *memories, "static double step = 0.0;", "", "void update(double learning_rate) {", "  step += 1.0;",
        f"  for (int i = 0; i < {used}; i++) {{", *lines, "  }", "}",
    ]  # fmt: skip
