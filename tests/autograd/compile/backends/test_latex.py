"""A program as equations: the textbook's four for a network, and any other's; an outside parser reads all of them."""

import doctest
import re
from importlib import import_module

import pytest

import nn
from autograd import Value, explain, gelu, relu, sigmoid, tanh, where
from autograd import compile as compiled
from autograd.compile import compile_forward, compile_training
from autograd.rules.latex import Latex, written
from autograd.rules.operation import TABLE
from autograd.rules.symbols import formulas
from tests.support.programs import PROGRAMS

XOR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


def parsed(latex):
    """Read each equation with matplotlib's parser, which draws it or raises ValueError; return the equations."""
    mathtext = pytest.importorskip("matplotlib.mathtext")
    lines = latex.removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}").split(" \\\\[4pt]\n")
    assert len(lines) == latex.count("\\\\[") + 1
    for line in lines:
        text = re.sub(r"(?<!\\)&", "", line).replace(r"\&", r"\%")  # which it does not know, as LaTeX does
        mathtext.MathTextParser("path").parse(f"${text}$")
    return lines


def equations_of(model, loss, targets, backend="numpy"):
    def function(rows, targets):
        return loss([model(row) for row in rows], targets)

    step = compiled(function, parameters=model.parameters(), backend=backend)
    step(XOR, targets)
    return step


def test_the_four_equations_of_a_network_with_its_sizes():
    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    step = equations_of(model, nn.binary_cross_entropy_with_logits, [0.0, 1.0, 1.0, 0.0])
    assert parsed(step.latex()) == [
        r"z^{(1)} &= x \, W^{(1)\top} + b^{(1)} && \in \mathbb{R}^{4 \times 3}".replace("x \\,", r"\mathrm{rows} \,"),
        r"a^{(1)} &= \tanh(z^{(1)}) && \in \mathbb{R}^{4 \times 3}",
        r"z^{(2)} &= a^{(1)} \, W^{(2)\top} + b^{(2)} && \in \mathbb{R}^{4 \times 1}",
        r"L &= \frac{\sum (\operatorname{softplus}(z^{(2)}) - \mathrm{targets} \odot z^{(2)})}{4}",
        r"\delta^{(2)} &= \frac{\sigma(z^{(2)}) - \mathrm{targets}}{4} && \in \mathbb{R}^{4 \times 1}",
        r"\frac{\partial L}{\partial W^{(2)}} &= \delta^{(2)\top} \, a^{(1)} && \in \mathbb{R}^{1 \times 3}",
        r"\frac{\partial L}{\partial b^{(2)}} &= \sum_{\mathrm{rows}} \delta^{(2)} && \in \mathbb{R}^{1}",
        r"\delta^{(1)} &= (\delta^{(2)} \, W^{(2)}) \odot (1 - a^{(1)} \odot a^{(1)}) && \in \mathbb{R}^{4 \times 3}",
        r"\frac{\partial L}{\partial W^{(1)}} &= \delta^{(1)\top} \, \mathrm{rows} && \in \mathbb{R}^{3 \times 2}",
        r"\frac{\partial L}{\partial b^{(1)}} &= \sum_{\mathrm{rows}} \delta^{(1)} && \in \mathbb{R}^{3}",
    ]
    assert step._repr_latex_() == f"$$\n{step.latex()}\n$$"


def test_every_backend_has_the_same_equations():
    def equations(backend):
        model = nn.MLP(2, [4, 1], activation="relu", seed=0)
        return equations_of(model, nn.mean_squared_error, [0.0, 1.0, 1.0, 0.0], backend).latex()

    assert equations("native") == equations("numpy")
    assert r"\odot \left[z^{(1)} > 0\right]" in equations("numpy")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_parser_reads_the_equations_of_any_program(name):
    function, parameters, arguments = PROGRAMS[name]()
    step = compiled(function, parameters=parameters)
    step(*arguments)
    lines = parsed(step.latex())
    assert sum(line.startswith("L &= ") for line in lines) == 1
    assert any(r"\frac{\partial L}{\partial" in line.split("&=")[0] for line in lines)


def test_scalars_stand_as_scalars():
    w = Value(2.0, "w")
    step = compiled(lambda x: tanh(w * x) * w + x**3 / (1 + w * w), parameters=[w])
    step(2.0)
    lines = parsed(step.latex())
    assert lines[0] == r"t_{3} &= \tanh(w_{1} \, x)"
    assert r"t_{5} &= {w_{1}}^{2} + 1" in lines
    assert r"r_{1} &= \frac{{x}^{3}}{t_{5}}" in lines


def test_predictions_and_training_steps_have_equations_and_nothing_is_shown_before_a_run():
    model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
    forward = compile_forward(lambda rows: [model(row) for row in rows], parameters=model.parameters())
    forward(XOR)
    assert parsed(forward.latex())[0].startswith("z^{(1)} &= ")
    step = compiled(lambda x: model(x), parameters=model.parameters())
    assert step._repr_latex_() is None
    optimizer = nn.SGD(model.parameters(), 0.1)
    training = compile_training(lambda rows: model(rows[0]), model.parameters(), optimizer)
    training(XOR)
    assert any("partial L" in line for line in parsed(training.latex()))


# ------------------------------------------------------------------------------------------- explanations
def test_a_chain_rule_in_symbols_in_numbers_and_the_gradient():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    assert parsed(explain(a * b + relu(a), a).latex()) == [
        r"\frac{\partial L}{\partial a} &= \frac{\partial L}{\partial v_{2}} \cdot 1 [a > 0] + "
        r"\frac{\partial L}{\partial v_{1}} \cdot b",
        r" &= (1)(1) + (1)(-3)",
        r" &= -2",
    ]
    L = a * b
    assert parsed(explain(L, L).latex()) == [r"\frac{\partial L}{\partial L} &= 1"]
    cut = where(a > 0, a, b) * 1.0
    assert parsed(explain(cut, b).latex())[0].endswith("&= 0")
    assert explain(L, a)._repr_latex_().startswith("$$\n\\begin{aligned}")


def test_many_contributions_end_in_dots():
    x = Value(1.0, "x")
    lines = parsed(explain(sum(x * k for k in range(1, 15)), x).latex())
    assert lines[0].count(r"\cdot") == 10 + 1
    assert lines[-1] == " &= 105"


def test_names_of_networks_and_of_any_kind():
    model = nn.MLP(2, [3, 1], activation="relu", seed=0)
    loss = nn.mean_squared_error([model([1.0, 2.0])], [0.5])
    told = parsed(explain(loss, "layers.0.neurons.1.weights.0").latex())
    assert told[0] == (
        r"\frac{\partial L}{\partial w^{(1)}_{21}} &= \frac{\partial L}{\partial z^{(1)}_{2}} \cdot x_{1}"
    )
    for name in ("rate & 100%", "a_b^c", "$x$", "{", r"\frac{1}", "~", "#1", "π", "z₁[2]", "<b>", "−3", "x" * 30):
        x = Value(0.5, name)
        parsed(explain(tanh(x) * x, x).latex())
        assert written(name)


def test_greek_names_and_scripts_in_any_order_are_what_tex_can_set():
    assert [written(name) for name in ("α", "λ₁", "learning η", "Σ")] == [
        "\\alpha ",
        "\\lambda _{1}",
        "\\mathrm{learning\\ \\eta }",
        "\\Sigma ",
    ]
    assert written("a¹₂³") == "a^{1}_{2}{}^{3}"
    assert written("w⁽¹⁾₁₂") == "w^{(1)}_{12}"
    for name in ("a¹₂³", "x₁²₃⁴", "₁²₃"):
        parsed(written(name))


@pytest.mark.parametrize("name", [name for name, op in TABLE.items() if not op.groups])
def test_a_parser_reads_the_formulas_of_every_operation(name):
    output, derivatives = formulas(name)
    for formula in (output, *derivatives):
        parsed(f"y &= {Latex().write(formula)}")


def test_a_formula_is_bracketed_where_it_must_be():
    x, y = Value(0.5, "x"), Value(-2.0, "y")
    assert r"\cdot (1 - {v_{1}}^{2})" in parsed(explain(tanh(x) * y, x).latex())[0]
    assert r"\cdot v_{1} \cdot (1 - v_{1})" in parsed(explain(sigmoid(x) * y, x).latex())[0]
    assert r"\cdot \frac{-L}{y}" in parsed(explain(x / y, y).latex())[0]
    parsed(explain(gelu(x), x).latex())


@pytest.mark.parametrize("module", ["autograd.explain.explanation", "autograd.rules.latex"])
def test_the_examples_are_right(module):
    ran = doctest.testmod(import_module(module))
    assert (ran.failed, ran.attempted > 0) == (0, True)
