"""Faults to be planted in the right engine, and those of six public engines, which have several."""

RECURSIVE = (  # the sort that micrograd's lecture shows
    "        order, seen, stack = [], set(), [(self, False)]\n",
    "        order, seen, stack = [], set(), []\n"
    "        def build(node):\n"
    "            if node not in seen:\n"
    "                seen.add(node)\n"
    "                for parent in node.parents: build(parent)\n"
    "                order.append(node)\n"
    "        build(self)\n",
)
KEPT = ("            if node.parents:\n                node.grad = 0.0", "            pass")
STALE = (
    "        (a, b), (x, y) = self.parents, self.numbers\n        a.grad += y",
    "        a, b = self.parents\n        x, y = a.data, b.data\n        a.grad += y",
)
ZERO_POWER = ("(n * x ** (n - 1) if n else 0.0)", "n * x ** (n - 1)")
NAN_RELU = ("0.0 if self.data <= 0 else self.data", "self.data if self.data > 0 else 0.0")
OVERFLOW = (
    "        e = math.exp(-abs(self.data))\n        s = 1 / (1 + e) if self.data > 0 else e / (1 + e)",
    "        s = 1 / (1 + math.exp(-self.data))",
)
NO_LEFT_MINUS = ("    def __rsub__(self, number):\n        return Value(number) - self\n", "")
NO_LEFT_DIVIDE = ("    def __rtruediv__(self, number):\n        return Value(number) / self\n", "")
PLUS_CUTS = ("    def __pos__(self):\n        return self", "    def __pos__(self):\n        return Value(+self.data)")
ABS_CUTS = ('Value(abs(self.data), (self,), "send_abs", (self.data,))', "Value(abs(self.data))")
UNORDERED = ("in node.parents)", "in set(node.parents))")
NAIVE = (
    "        order, seen, stack = [], set(), [(self, False)]\n",
    "        self.grad = 1.0\n"
    "        def visit(node):\n"
    "            if node.send:\n"
    "                getattr(node, node.send)()\n"
    "            for parent in node.parents: visit(parent)\n"
    "        return visit(self)\n"
    "        order, seen, stack = [], set(), []\n",
)
PREORDER = ("            if ready:\n                order.append(node)\n            elif", "            if")
PREORDER_2 = ("                stack.append((node, True))\n", "                order.insert(0, node)\n")

SLOWLY_EQUAL = (
    "    def backward",
    "    def __eq__(self, other):\n"
    "        return self is other or sum(range(50)) == 0\n\n"
    "    __hash__ = object.__hash__\n\n"
    "    def backward",
)
EQUAL_NUMBERS = (
    "    def backward",
    "    def __eq__(self, other):\n"
    "        return self.data == other.data and bool(self.parents) == bool(other.parents)\n\n"
    "    def __hash__(self):\n"
    "        return hash(self.data)\n\n"
    "    def backward",
)
ADDS_IN_PLACE = (
    "    def __sub__",
    "    def __iadd__(self, other):\n        self.data += other.data\n        return self\n\n    def __sub__",
)

# what is replaced in the right engine, and a part of the sentence that must come
PLANTED = {
    "+ overwrites": (
        [
            (
                "        a.grad += self.grad\n        b.grad += self.grad",
                "        a.grad = self.grad\n        b.grad = self.grad",
            )
        ],
        "a + b: a node used twice keeps only its last gradient: add",
    ),
    "* overwrites": (
        [("a.grad += y * self.grad\n        b.grad += x", "a.grad = y * self.grad\n        b.grad = x")],
        "a * b: a node used twice keeps only its last gradient: add",
    ),
    "* overwrites on one side": (
        [("b.grad += x * self.grad", "b.grad = x * self.grad")],
        "a * b: a node used twice keeps only its last",
    ),
    "tanh overwrites": (
        [("grad += (1 - t**2)", "grad = (1 - t**2)")],
        "a.tanh(): a node used twice keeps only its last",
    ),
    "- overwrites": ([("b.grad -= self.grad", "b.grad = -self.grad")], "a - b: a node used twice keeps only"),
    "- has the sign of +": (
        [("b.grad -= self.grad", "b.grad += self.grad")],
        "a - b: the sign of b's gradient is wrong",
    ),
    "the factors are exchanged": (
        [("a.grad += y * self.grad\n        b.grad += x", "a.grad += x * self.grad\n        b.grad += y")],
        "a * b: the two derivatives are exchanged",
    ),
    "* sends nothing to the right": ([("        b.grad += x * self.grad\n", "")], "a * b sends nothing back to b"),
    "* forgets what arrived": (
        [("a.grad += y * self.grad\n        b.grad += x * self.grad", "a.grad += y\n        b.grad += x")],
        "a * b forgets the gradient that its result got",
    ),
    "tanh forgets what arrived": (
        [("(1 - t**2) * self.grad", "(1 - t**2)")],
        "a.tanh() forgets the gradient that its result got",
    ),
    "log adds what arrived": ([("self.grad / x", "self.grad + 1 / x - 1.0")], "a.log()"),
    "power keeps its exponent": ([("x ** (n - 1)", "x ** n")], "the exponent is to be lowered by 1"),
    "power without its factor": (
        [("(n * x ** (n - 1) if n else 0.0)", "(x ** (n - 1) if n else 0.0)")],
        "the exponent is to stand before it as a factor",
    ),
    "the denominator is not squared": ([("-x / y**2", "-x / y")], "the denominator is to be squared"),
    "the quotient's sign": ([("-x / y**2", "x / y**2")], "a / b: the sign of b's gradient is wrong"),
    "the numerator is missing": ([("-x / y**2", "-1 / y**2")], "the numerator is missing"),
    "tanh at its input": (
        [("1 - t**2", "1 - x**2")],
        "the input stands where the output belongs: the derivative of a.tanh()",
    ),
    "tanh without the square": (
        [("1 - t**2", "1 - t")],
        "the derivative of a.tanh() with respect to a is 1 − y² = 0.7864 here",
    ),
    "sigmoid at its input": (
        [("s * (1 - s)", "x * (1 - x)")],
        "the input stands where the output belongs: the derivative of a.sigmoid()",
    ),
    "exp at its input": (
        [("+= e * self.grad", "+= x * self.grad")],
        "the input stands where the output belongs: the derivative of a.exp()",
    ),
    "log at its output": (
        [("self.grad / x", "self.grad / y")],
        "the output stands where the input belongs: the derivative of a.log()",
    ),
    "relu lets all through": (
        [("(self.numbers[0] > 0) * self.grad", "self.grad")],
        "below 0 relu gives 0, and sends nothing back",
    ),
    "relu at 0": ([("self.numbers[0] > 0", "self.numbers[0] >= 0")], "at 0 relu's derivative is taken as 0"),
    "neg cuts": ([('Value(-self.data, (self,), "send_neg")', "Value(-self.data)")], "-a sends nothing back to a"),
    "2 - x is turned": ([("Value(number) - self", "self - number")], "2 - x is computed as x - 2"),
    "2 / x is turned": ([("Value(number) / self", "self / number")], "2 / x is computed as x / 2"),
    "no number on the left of -": ([NO_LEFT_MINUS], "a plain number on the left of - needs the method __rsub__"),
    "no number on the left of /": ([NO_LEFT_DIVIDE], "a plain number on the left of / needs the method __rtruediv__"),
    "no number on the left of +": (
        [("    def __radd__(self, number):\n        return self + number\n", "")],
        "a plain number on the left of + needs the method __radd__",
    ),
    "a number is not wrapped": (
        [("    return x if isinstance(x, Value) else Value(x)", "    return x")],
        "a plain number on the right is to be made a Value first",
    ),
    "gradients start at 1": (
        [("self.data, self.grad = data, 0.0", "self.data, self.grad = data, 1.0")],
        "a gradient of 0 in .grad until something arrives",
    ),
    "the result's gradient is not set": (
        [("        self.grad = 1.0\n", "")],
        "backward begins with 1 as the gradient of the result itself",
    ),
    "the result's gradient is its number": (
        [("        self.grad = 1.0\n", "        self.grad = self.data\n")],
        "backward begins with 1 as the gradient of the result",
    ),
    "visited once for each way": ([NAIVE], "a node is visited once for each way that leads to it"),
    "the result comes last": ([("in reversed(order)", "in order")], "reversed topological order"),
    "as they are found": ([PREORDER, PREORDER_2], "reversed topological order"),
    "the sort calls itself": ([RECURSIVE], "backward calls itself for each node, and Python stops near 1,000 calls"),
    "visited nodes in a list": (
        [("set(), [(", "[], [("), ("seen.add", "seen.append"), SLOWLY_EQUAL],
        "remember visited nodes in a set",
    ),
    "equal numbers are one node": ([EQUAL_NUMBERS], "remember visited nodes by identity"),
    "inner gradients are kept": ([KEPT], "the gradients of inner nodes are kept from the pass before"),
    "leaves forget": (
        [
            (
                "            if node.parents:\n                node.grad",
                "            if True:\n                node.grad",
            )
        ],
        "gradients of leaves add up over passes",
    ),
    "+= changes its node": ([ADDS_IN_PLACE], "leave __iadd__ out"),
    "an operation changes its operand": (
        [("        t = math.tanh(self.data)\n", "        t = self.data = math.tanh(self.data)\n")],
        "an operation changes its operand a: make a new Value",
    ),
    "numbers are read when it is too late": ([STALE], "keep the number when you compute the result"),
    "0 ** 0": ([ZERO_POWER], "the derivative of x ** 0 at 0 is 0"),
    "nan is hidden": ([NAN_RELU], "relu of nan is to be nan"),
    "sigmoid overflows": ([OVERFLOW], "sigmoid overflows far from 0"),
    "+x cuts": ([PLUS_CUTS], "+x cuts the graph"),
    "abs cuts": ([ABS_CUTS], "abs(a) sends nothing back to a"),
    "a product that is wrong": (
        [("self.data * other.data, (", "self.data * other.data + 1, (")],
        "a * b is computed wrongly: it is −12 here",
    ),
    "the gradient is a list": (
        [("self.data, self.grad = data, 0.0", "self.data, self.grad = data, []")],
        "a.grad is to be a number, and is a list",
    ),
    "the parents are a set": ([UNORDERED], "keep parents in a tuple"),
}

ALL_SIX = {
    "the sort calls itself": RECURSIVE,
    "inner gradients are kept": KEPT,
    "numbers are read when it is too late": STALE,
}
PEERS = {  # the faults of six public engines, as they were found in them: planted together
    "micrograd": {"0 ** 0": ZERO_POWER},
    "micrograd-viz": {"0 ** 0": ZERO_POWER, "+x cuts": PLUS_CUTS},
    "lilgrad": {"nan is hidden": NAN_RELU, "sigmoid overflows": OVERFLOW, "+x cuts": PLUS_CUTS, "abs cuts": ABS_CUTS},
    "bitgrad": {"no number on the left of -": NO_LEFT_MINUS, "no number on the left of /": NO_LEFT_DIVIDE},
    "scalargrad": {"nan is hidden": NAN_RELU, "sigmoid overflows": OVERFLOW},
    "propgrad": {"0 ** 0": ZERO_POWER, "no number on the left of /": NO_LEFT_DIVIDE},
}
