"""The runs that are no part of the suite, each for a moment: the fuzzer finds and shrinks, slips are planted."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import autograd as ag
from autograd import Value
from tests.fuzz.__main__ import outcome
from tests.fuzz.against import EQUAL, graph_differs
from tests.fuzz.peers import beside, differs
from tests.fuzz.realistic import REALISTIC, Draw
from tests.fuzz.shrinking import as_test, shrunk
from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.planting import matched, plant
from tests.mutation.reach import noting
from tests.mutation.slips import drawn, planted, slips

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("against", ["recorded", "numpy", "javascript", "exact", "histories"])
def test_a_moment_of_fuzzing_finds_nothing(against):
    for seed in range(30):
        assert outcome(seed, against)[2:] == ("", ""), f"python -m tests.fuzz --against {against} --start {seed}"


@pytest.mark.parametrize("kind", REALISTIC)
def test_every_kind_of_realistic_program_has_a_loss_that_depends_on_its_parameters(kind):
    draw = Draw(0, kind)
    loss = draw.function(draw.rows(3))
    loss.backward()
    assert abs(loss.data) < 1e6
    assert sum(p.grad != 0.0 for p in draw.parameters) >= len(draw.parameters) / 3


def test_what_differs_is_shrunk_to_a_few_lines_that_run(tmp_path):
    draw = Draw(1, "options")
    root = draw.function([[Value(a) for a in row] for row in draw.rows(3)])

    def differs(root, leaves):  # as if log were wrong
        return any(not node.is_leaf and node.op.name == "log" for node in ag.topological_order(root))

    lines = shrunk(root, differs)
    assert [name for name, _, _ in lines.lines] == [None, "log"]
    test = tmp_path / "test_found.py"
    test.write_text(as_test(lines, "numpy", 1, "as if"), encoding="utf-8")
    assert len([line for line in test.read_text().splitlines() if line.startswith("    v")]) < 10
    ran = subprocess.run([sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", str(test)], cwd=ROOT)
    assert ran.returncode == 0
    assert not graph_differs(*lines.built(), "recorded")
    sums = ag.tanh(ag.dot([Value(1.0 * k) for k in range(1, 9)], [Value(0.1 * k) for k in range(1, 9)]))
    few = shrunk(sums, lambda root, leaves: any(getattr(n.op, "name", "") == "dot" for n in ag.topological_order(root)))
    assert [name for name, _, _ in few.lines] == [None, None, None, "dot"]


def test_a_peer_is_told_where_it_is_wrong():
    pytest.importorskip("jax", reason="needs a peer")
    assert {beside(seed, "jax.grad", sys.executable) for seed in (100, 102, 103)} == {EQUAL}
    x = Value(0.0)
    root = ag.where(x, ag.sqrt(x), x + 1.0)
    leaves = [node for node in ag.topological_order(root) if node.is_leaf]
    assert differs(root, leaves, "jax.grad", sys.executable)  # nan: 0 times the infinite slope of the other branch
    assert not differs(x * 2.0, [x], "jax.grad", sys.executable)
    assert not differs(ag.maximum(x, 0.0), [x], "jax.grad", sys.executable)  # at a kink engines may choose


def test_slips_are_small_and_can_be_planted():
    source = (ROOT / "nn" / "datasets.py").read_text(encoding="utf-8")
    found = list(slips(source))
    assert {kind for kind, *_ in found} == {"sign", "limit", "constant", "swapped", "dropped"}
    for _, node, other, function in found:
        changed = planted(source, node, other)
        assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(source))
        assert source.splitlines()[function - 1].lstrip().startswith("def ")
    compile(noting(source, "nn/datasets.py"), "", "exec")
    for pair, is_one in (("a * b", False), ("b * a", False), ("a - b", True), ("a * b + a", True)):
        together = f"def f(x, y):\n    return sum({pair} for a, b in zip(x, y))"
        assert any(kind == "swapped" for kind, *_ in slips(together)) == is_one


def test_a_slip_is_planted_in_the_code_and_the_defaults_of_functions_that_exist():
    original = (
        "def f(x, by=2):\n    return divmod(\n        x,\n        by,\n    )\n\ndef g(x):\n    return lambda: x < 2\n"
    )
    home = {}
    exec(compile(original, "example.py", "exec"), home)
    seen = []
    for kind, node, other, _ in slips(original):
        changed = planted(original, node, other)
        assert changed.count("\n") == original.count("\n")
        pairs, whole = matched(changed, "example.py", [home["f"], home["g"]])
        assert whole
        plant(changed, pairs)
        seen.append((kind, home["f"](5), home["g"](2)()))
    assert sorted(seen) == [
        ("constant", (1, 2), False),  # by=3
        ("constant", (2, 1), True),  # x < 3
        ("limit", (2, 1), True),
        ("swapped", (0, 2), False),
    ]
    assert not matched("def h(x): return x", "example.py", [home["f"]])[1]


def test_slips_that_change_nothing_are_still_there_to_be_judged():
    for name, judged in EQUIVALENT.items():
        there = {(slip.text, slip.before, slip.after) for slip in drawn(ROOT, name, 10**6, 0)}
        assert judged.keys() <= there, name
