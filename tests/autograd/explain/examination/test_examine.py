"""Each planted fault is named by its own sentence; a right engine gets full marks; what a student's file may do."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from autograd import Value, examine
from autograd.explain.examination import trial

RIGHT = Path(__file__).with_name("right_engine.py").read_text(encoding="utf-8")

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
STALE = ("        (a, b), (x, y) = self.parents, self.numbers\n        a.grad += y", "        a, b = self.parents\n        x, y = a.data, b.data\n        a.grad += y")
ZERO_POWER = ("(n * x ** (n - 1) if n else 0.0)", "n * x ** (n - 1)")
NAN_RELU = ("0.0 if self.data <= 0 else self.data", "self.data if self.data > 0 else 0.0")
OVERFLOW = (
    "        e = math.exp(-abs(self.data))\n        s = 1 / (1 + e) if self.data > 0 else e / (1 + e)",
    "        s = 1 / (1 + math.exp(-self.data))",
)
CLAMPED = ("        e = math.exp(-abs(self.data))\n", "        self = Value(max(-30.0, min(30.0, self.data)), (self,), 'send_add1')\n        e = math.exp(-abs(self.data))\n")
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

# what is replaced in the right engine, a part of the sentence that must come, and the numbers expected and found there
PLANTED = {
    "+ overwrites": ([("        a.grad += self.grad\n        b.grad += self.grad", "        a.grad = self.grad\n        b.grad = self.grad")], "a + b: a node used twice keeps only its last gradient: add"),
    "* overwrites": ([("a.grad += y * self.grad\n        b.grad += x", "a.grad = y * self.grad\n        b.grad = x")], "a * b: a node used twice keeps only its last gradient: add"),
    "* overwrites on one side": ([("b.grad += x * self.grad", "b.grad = x * self.grad")], "a * b: a node used twice keeps only its last"),
    "tanh overwrites": ([("grad += (1 - t**2)", "grad = (1 - t**2)")], "a.tanh(): a node used twice keeps only its last"),
    "- overwrites": ([("b.grad -= self.grad", "b.grad = -self.grad")], "a - b: a node used twice keeps only"),
    "- has the sign of +": ([("b.grad -= self.grad", "b.grad += self.grad")], "a - b: the sign of b's gradient is wrong"),
    "the factors are exchanged": ([("a.grad += y * self.grad\n        b.grad += x", "a.grad += x * self.grad\n        b.grad += y")], "a * b: the two derivatives are exchanged"),
    "* sends nothing to the right": ([("        b.grad += x * self.grad\n", "")], "a * b sends nothing back to b"),
    "* forgets what arrived": ([("a.grad += y * self.grad\n        b.grad += x * self.grad", "a.grad += y\n        b.grad += x")], "a * b forgets the gradient that its result got"),
    "tanh forgets what arrived": ([("(1 - t**2) * self.grad", "(1 - t**2)")], "a.tanh() forgets the gradient that its result got"),
    "log adds what arrived": ([("self.grad / x", "self.grad + 1 / x - 1.0")], "a.log()"),
    "power keeps its exponent": ([("x ** (n - 1)", "x ** n")], "the exponent is to be lowered by 1"),
    "power without its factor": ([("(n * x ** (n - 1) if n else 0.0)", "(x ** (n - 1) if n else 0.0)")], "the exponent is to stand before it as a factor"),
    "the denominator is not squared": ([("-x / y**2", "-x / y")], "the denominator is to be squared"),
    "the quotient's sign": ([("-x / y**2", "x / y**2")], "a / b: the sign of b's gradient is wrong"),
    "the numerator is missing": ([("-x / y**2", "-1 / y**2")], "the numerator is missing"),
    "tanh at its input": ([("1 - t**2", "1 - x**2")], "the input stands where the output belongs: the derivative of a.tanh()"),
    "tanh without the square": ([("1 - t**2", "1 - t")], "the derivative of a.tanh() with respect to a is 1 − y² = 0.7864 here"),
    "sigmoid at its input": ([("s * (1 - s)", "x * (1 - x)")], "the input stands where the output belongs: the derivative of a.sigmoid()"),
    "exp at its input": ([("+= e * self.grad", "+= x * self.grad")], "the input stands where the output belongs: the derivative of a.exp()"),
    "log at its output": ([("self.grad / x", "self.grad / y")], "the output stands where the input belongs: the derivative of a.log()"),
    "relu lets all through": ([("(self.numbers[0] > 0) * self.grad", "self.grad")], "below 0 relu gives 0, and sends nothing back"),
    "relu at 0": ([("self.numbers[0] > 0", "self.numbers[0] >= 0")], "at 0 relu's derivative is taken as 0"),
    "neg cuts": ([('Value(-self.data, (self,), "send_neg")', "Value(-self.data)")], "-a sends nothing back to a"),
    "2 - x is turned": ([("Value(number) - self", "self - number")], "2 - x is computed as x - 2"),
    "2 / x is turned": ([("Value(number) / self", "self / number")], "2 / x is computed as x / 2"),
    "no number on the left of -": ([NO_LEFT_MINUS], "a plain number on the left of - needs the method __rsub__"),
    "no number on the left of /": ([NO_LEFT_DIVIDE], "a plain number on the left of / needs the method __rtruediv__"),
    "no number on the left of +": ([("    def __radd__(self, number):\n        return self + number\n", "")], "a plain number on the left of + needs the method __radd__"),
    "a number is not wrapped": ([("    return x if isinstance(x, Value) else Value(x)", "    return x")], "a plain number on the right is to be made a Value first"),
    "gradients start at 1": ([("self.data, self.grad = data, 0.0", "self.data, self.grad = data, 1.0")], "a gradient of 0 in .grad until something arrives"),
    "the result's gradient is not set": ([("        self.grad = 1.0\n", "")], "backward begins with 1 as the gradient of the result itself"),
    "the result's gradient is its number": ([("        self.grad = 1.0\n", "        self.grad = self.data\n")], "backward begins with 1 as the gradient of the result"),
    "visited once for each way": ([NAIVE], "a node is visited once for each way that leads to it"),
    "the result comes last": ([("in reversed(order)", "in order")], "reversed topological order"),
    "as they are found": ([PREORDER, PREORDER_2], "reversed topological order"),
    "the sort calls itself": ([RECURSIVE], "backward calls itself for each node, and Python stops near 1,000 calls"),
    "visited nodes in a list": ([("set(), [(", "[], [("), ("seen.add", "seen.append"), ("self.data, self.grad = ", "self.slow = [0] * 0; self.data, self.grad = "), ("    def backward", "    def __eq__(self, other):\n        return self is other or sum(range(50)) == 0\n    __hash__ = object.__hash__\n\n    def backward")], "remember visited nodes in a set"),
    "equal numbers are one node": ([("    def backward", "    def __eq__(self, other):\n        return self.data == other.data and bool(self.parents) == bool(other.parents)\n\n    def __hash__(self):\n        return hash(self.data)\n\n    def backward")], "remember visited nodes by identity"),
    "inner gradients are kept": ([KEPT], "the gradients of inner nodes are kept from the pass before"),
    "leaves forget": ([("            if node.parents:\n                node.grad", "            if True:\n                node.grad")], "gradients of leaves add up over passes"),
    "+= changes its node": ([("    def __sub__", "    def __iadd__(self, other):\n        self.data += other.data\n        return self\n\n    def __sub__")], "leave __iadd__ out"),
    "an operation changes its operand": ([("        t = math.tanh(self.data)\n", "        t = self.data = math.tanh(self.data)\n")], "an operation changes its operand a: make a new Value"),
    "numbers are read when it is too late": ([STALE], "keep the number when you compute the result"),
    "0 ** 0": ([ZERO_POWER], "the derivative of x ** 0 at 0 is 0"),
    "nan is hidden": ([NAN_RELU], "relu of nan is to be nan"),
    "sigmoid overflows": ([OVERFLOW], "sigmoid overflows far from 0"),
    "+x cuts": ([PLUS_CUTS], "+x cuts the graph"),
    "abs cuts": ([ABS_CUTS], "abs(a) sends nothing back to a"),
    "a product that is wrong": ([("self.data * other.data, (", "self.data * other.data + 1, (")], "a * b is computed wrongly: it is −12 here"),
    "the gradient is a list": ([("self.data, self.grad = data, 0.0", "self.data, self.grad = data, []")], "a.grad is to be a number, and is a list"),
    "the parents are a set": ([UNORDERED], "keep parents in a tuple"),
}  # fmt: skip


def with_faults(tmp_path, *changes):
    text = RIGHT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    (tmp_path / "student.py").write_text(text, encoding="utf-8")
    return examine(f"{tmp_path / 'student.py'}:Value", seconds=2.0)


def test_our_own_engine_and_a_right_one_get_full_marks(tmp_path):
    ours, theirs = examine(Value), with_faults(tmp_path)
    assert (ours.ok, ours.faults, ours.missing) == (True, (), ())
    assert (theirs.ok, theirs.faults) == (True, ()), str(theirs)
    assert theirs.missing == ("sqrt", "__rpow__", "a ** b for two Values")
    assert ours.points == ours.out_of > theirs.points == theirs.out_of > 60


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_named_and_no_other(tmp_path, name):
    changes, sentence = PLANTED[name]
    found = with_faults(tmp_path, *changes)
    assert not found
    assert len(found.faults) == 1, str(found)
    assert sentence in found.faults[0].advice, str(found)
    assert found.points + len(found.faults[0].cases) + len(found.following) == found.out_of


def test_each_sentence_is_of_one_fault():
    sentences = [sentence for _, sentence in PLANTED.values()]
    assert len(PLANTED) >= 40
    assert len(set(sentences)) > len(PLANTED) - 6


ALL_SIX = {"the sort calls itself": RECURSIVE, "inner gradients are kept": KEPT, "numbers are read when it is too late": STALE}
PEERS = {  # the faults of six public engines, as they were found in them: planted together
    "micrograd": {"0 ** 0": ZERO_POWER},
    "micrograd-viz": {"0 ** 0": ZERO_POWER, "+x cuts": PLUS_CUTS},
    "lilgrad": {"nan is hidden": NAN_RELU, "sigmoid overflows": OVERFLOW, "+x cuts": PLUS_CUTS, "abs cuts": ABS_CUTS},
    "bitgrad": {"no number on the left of -": NO_LEFT_MINUS, "no number on the left of /": NO_LEFT_DIVIDE},
    "scalargrad": {"nan is hidden": NAN_RELU, "sigmoid overflows": OVERFLOW},
    "propgrad": {"0 ** 0": ZERO_POWER, "no number on the left of /": NO_LEFT_DIVIDE},
}


@pytest.mark.parametrize("name", PEERS)
def test_the_faults_of_six_public_engines_are_each_named(tmp_path, name):
    planted = ALL_SIX | PEERS[name]
    found = with_faults(tmp_path, *planted.values())
    advice = [fault.advice for fault in found.faults]
    for fault in planted:
        assert any(PLANTED[fault][1] in said for said in advice), f"{fault} is not named:\n{found}"
    assert len(advice) == len(planted), str(found)


def test_a_fault_comes_with_its_example_and_both_numbers(tmp_path):
    found = with_faults(tmp_path, *PLANTED["* overwrites"][0])
    (fault,) = found.faults
    assert fault.example == "a = Value(3.0)\nb = Value(-4.0)\ny = (a * b) + (b * a)\ny.backward()"
    assert fault.expected == {"a.grad": -8.0, "b.grad": 6.0}
    assert fault.found == {"a.grad": -4.0, "b.grad": 3.0}
    assert "a.grad is to be −8, and is −4" in str(found)
    assert json.loads(json.dumps(found.as_dict()))["faults"][0]["found"] == fault.found


# ------------------------------------------------------------------------- what a student's file may do
def written(tmp_path, text):
    (tmp_path / "student.py").write_text(text, encoding="utf-8")
    return f"{tmp_path / 'student.py'}:Value"


def checked(*words):
    done = subprocess.run(
        [sys.executable, "-m", "viz.console.command_line", *words], capture_output=True, text=True, timeout=300
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("        self.grad = 1.0\n", "        while True: pass\n"), "not done after 0.2 s"),
        (("        self.grad = 1.0\n", "        import os; os._exit(3)\n"), "Python ended by itself"),
        (("        self.grad = 1.0\n", "        import os, signal; os.kill(os.getpid(), signal.SIGSEGV)\n"), "SIGSEGV"),
        (("        self.grad = 1.0\n", "        raise SystemExit('enough')\n"), "SystemExit: enough (student.py, line 30)"),
        (("        self.grad = 1.0\n", "        return input('')\n"), "EOFError"),
        (("        self.grad = 1.0\n", "        self.backward()\n"), "RecursionError"),
    ],
)  # fmt: skip
def test_what_crashes_or_never_ends_is_told(tmp_path, capfd, change, said):
    place = written(tmp_path, RIGHT.replace(*change) + "\nprint('from the student')\n")
    found = examine(place, seconds=0.2)
    assert found.points < found.out_of
    assert said in str(found)
    assert capfd.readouterr() == ("", "")


def test_a_class_in_hand_is_examined_and_left_as_it_was():
    names = {}
    exec(RIGHT + "\nmade = []\n", names)
    found = examine(names["Value"])
    assert found.ok
    assert found.name == "Value"


def test_without_forks_cases_run_in_threads(tmp_path, monkeypatch):
    monkeypatch.setattr(trial, "FORKS", False)
    assert trial.apart(lambda: {"found": {}}, 5.0) == {"found": {}}
    assert trial.apart(lambda: 1 / 0, 5.0)["error"] == "ZeroDivisionError"
    found = examine(type("Nothing", (), {"__init__": lambda self, x: None}))
    assert found.points == 0
    assert "has no attribute" in str(found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "there is no file"),
        ("class Other: pass", "there is no class Value in"),
        ("def", "SyntaxError"),
        ("1 / 0", "ZeroDivisionError: division by zero (student.py, line 1)"),
        ("raise SystemExit", "SystemExit"),
        ("while True: pass", "not done after"),
    ],
)
def test_where_there_is_no_class_it_says_so(tmp_path, text, said):
    place = written(tmp_path, text) if text is not None else f"{tmp_path}/student.py:Value"
    with pytest.raises(ValueError, match="cannot be examined") as error:
        examine(place, seconds=0.2)
    assert said in str(error.value)


def test_what_is_no_class_is_refused():
    with pytest.raises(TypeError, match="takes a class, or where it stands"):
        examine(Value(1.0))
    with pytest.raises(ValueError, match="more than 0 seconds"):
        examine(Value, seconds=0.0)


def test_the_program_tells_by_its_exit_status(tmp_path):
    (tmp_path / "right_engine.py").write_text(RIGHT, encoding="utf-8")
    code, out, _ = checked("check", f"{tmp_path / 'right_engine.py'}")
    assert code == 0
    assert "points" in out
    code, out, _ = checked("check", written(tmp_path, RIGHT.replace("b.grad += x", "b.grad = x")), "--json")
    assert code == 1
    assert json.loads(out)["faults"][0]["cases"][0] == "multiply, used twice"
    code, out, err = checked("check", f"{tmp_path}/nowhere.py:Value")
    assert (code, out) == (2, "")
    assert "there is no file" in err
