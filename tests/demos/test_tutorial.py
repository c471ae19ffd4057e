"""The tutorial's claims: each demo is run as a reader runs it, and its figures must be what the mathematics says."""

import math
import random
import runpy
import subprocess
import sys
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from autograd import sigmoid
from demos.tutorial.contents import PARTS
from nn import MLP, binary_cross_entropy_with_logits, datasets

FOLDER = Path(__file__).parents[2] / "demos" / "tutorial"
HELPERS = {"__init__", "__main__", "contents", "showing"}
DEMOS = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in HELPERS)


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run `python -m demos.tutorial.<name>` in this process, check what it leaves, and return its figures."""

    def running(name):
        picture = tmp_path / f"{name}.png"
        monkeypatch.setattr(sys, "argv", [name, "--picture", str(picture)])
        sys.modules.pop(f"demos.tutorial.{name}", None)
        found = runpy.run_module(f"demos.tutorial.{name}", run_name="__main__", alter_sys=True)
        assert picture.read_bytes().startswith(b"\x89PNG")
        said = capsys.readouterr().out.splitlines()
        assert said[0] == found["__doc__"]
        assert len(said) > 5
        return found["figures"]

    return running


def falls(numbers):
    return all(after < before for before, after in pairwise(numbers))


def test_linear_layers_collapse_and_cannot_learn_xor(run):
    found = run("linear_collapse")
    assert found.furthest < 1e-14
    assert found.losses["linear"] >= math.log(2) - 1e-12
    targets = datasets.xor()[1]
    linear, curved = ([round(p) == y for p, y in zip(ps, targets, strict=True)] for ps in found.answers.values())
    assert sum(linear) <= 3
    assert all(curved)
    generator = random.Random(0)
    for _ in range(100):  # the bound holds for every linear map: the losses of the four rows are convex in its outputs
        network = MLP(2, [1], seed=generator)
        network.layers[0].neurons[0].bias.data = generator.gauss(0.0, 3.0)
        assert binary_cross_entropy_with_logits(network.batch(datasets.xor()[0]), targets).data >= math.log(2)


def test_squared_error_starves_and_cross_entropy_does_not(run):
    found = run("starving_sigmoid")
    for z, squared, crossed in zip(found.logits, *found.gradients.values(), strict=True):
        p = sigmoid(z)
        assert crossed == p - 1.0
        assert squared == pytest.approx(2.0 * (p - 1.0) * p * (1.0 - p), rel=1e-14)
    assert found.steps["cross-entropy"] <= 9 < 1000 < found.steps["squared error"]


def test_the_four_equations_give_what_backward_gives(run):
    found = run("four_equations")
    assert [[by_hand.shape for by_hand, _ in pairs] for pairs in found] == [
        [(4, 4), (4, 2), (1, 4)],
        [(4, 3), (3, 4), (1, 3)],
        [(4, 1), (1, 3), (1, 1)],
    ]
    for pairs in found:
        for by_hand, backward in pairs:
            assert np.abs(backward).max() > 1e-4
            np.testing.assert_allclose(by_hand, backward, rtol=1e-11, atol=1e-16)


def test_finite_differences_cost_two_passes_for_each_parameter(run):
    costs = run("finite_differences")
    assert [cost.parameters for cost in costs] == [w * w + 5 * w + 1 for w in (1, 2, 4, 8, 16)]
    assert all(cost.passes == 2 * cost.parameters for cost in costs)
    assert all(cost.furthest < 1e-8 for cost in costs)


def test_sigmoids_lose_the_gradient_and_relu_and_residuals_keep_it(run):
    found = run("vanishing_gradients")
    shares = [norms[0] / norms[-1] for norms in found.flows.values()]
    sigmoid_layers, relu_layers, deep, residual = shares
    assert sigmoid_layers < 1e-15
    assert 0.1 < relu_layers < 10.0
    assert deep < 1e-50
    assert 0.5 < residual < 5.0
    first, *_, last = found.flows.values()
    assert len(last) == 100
    assert all(a <= bound * b for (a, b), bound in zip(pairwise(first), found.bounds[1:], strict=True))


def test_dead_units_have_four_cures(run):
    ill, *cures = run("dying_relu").values()
    assert ill.dead > 0.5
    assert len(cures) == 4
    assert all(cure.dead <= 0.1 and cure.loss < 0.6 * ill.loss for cure in cures)


def test_clipping_saves_an_rnn_whose_gradients_explode(run):
    found = run("exploding_gradients")
    broken, clipped = found.values()
    assert "no longer finite" in broken.history.stopped
    assert clipped.history.losses[0] > 1000.0
    assert clipped.history.losses[-1] < 1e-6
    assert clipped.weight == pytest.approx(1.0, abs=1e-3)
    assert clipped.history.gradient_norms[0] > 1e4


def test_an_lstm_keeps_what_an_rnn_loses(run):
    rnn, *gated, truncated = run("long_memory").values()
    assert rnn[0] < 1e-9 * rnn[-1]
    assert len(gated) == 3
    assert all(slopes[0] > 1e-4 * slopes[-1] for slopes in gated)
    assert truncated[-10:] == rnn[-10:]
    assert set(truncated[:-10]) == {0.0}


def test_wider_layers_come_nearer_to_a_sine(run):
    found = run("universal_approximation")
    inputs, targets = datasets.sine(len(found[1].curve))
    xs = [x for (x,) in inputs]
    best = min(
        np.mean((IsotonicRegression(increasing=up).fit_transform(xs, targets) - targets) ** 2) for up in (True, False)
    )
    assert found[1].error >= best  # one unit is monotone, and nothing monotone is nearer
    assert found[2].error < best / 2
    assert all(fitted.error < 1e-3 for width, fitted in found.items() if width >= 4)


def test_batch_norm_trains_at_rates_at_which_the_plain_network_fails(run):
    plain, normal = run("batch_norm_rates").values()
    assert {len(losses) for losses in (*plain.values(), *normal.values())} == {4}
    assert min(min(losses) for losses in plain.values()) > 0.1
    assert max(normal[3.0]) < 0.1
    assert all(max(normal[rate]) < min(plain[rate]) / 2 for rate in plain if rate <= 3.0)


def test_dropout_uses_one_mask_and_regularizes(run):
    found = run("dropout")
    assert found.forward == found.backward
    assert set(found.forward) == {0.0, 1.0 / (1.0 - 0.3)}
    plain, dropped = found.runs.values()
    assert len(plain) == len(dropped) == 3
    for by_heart, kept in zip(plain, dropped, strict=True):  # from the same weights
        assert by_heart.held_out[-1] > 1.5 * min(by_heart.held_out)
        assert kept.held_out[-1] < by_heart.held_out[-1] / 1.5
        assert by_heart.loss < kept.loss / 2


def test_smaller_batches_are_noisier_and_begin_faster(run):
    runs = run("batch_sizes")
    assert runs[64].noise < 1e-12
    # drawn without return, B of n rows: variance / B · (n − B) / (n − 1)
    assert runs[1].noise / runs[8].noise == pytest.approx(math.sqrt(8 * 63 / 56), rel=0.15)
    whole, some, single = (runs[size].losses for size in (64, 8, 1))
    assert single[1] < some[1] < whole[1] < whole[0]
    assert falls(whole)
    assert not falls(single)
    assert min(single[10:]) > whole[-1] - 1e-3
    assert max(single[10:]) > 1.2 * whole[-1]


def test_rates_too_low_right_and_too_high(run):
    found = run("learning_rates")
    assert found.sweep.rises
    low, right, high, warmed, wild = found.losses.values()
    assert found.rates["too low"] < 2 / found.sharpness < found.rates["high"]
    assert falls(low)
    assert low[-1] > 0.5 * low[0]
    assert right[-1] < 0.2 * right[0]
    assert min(wild[-50:]) > wild[0]
    assert "learning rate too high" in found.alarms["too high"]
    assert falls(warmed[1:15])  # from rate 0 up, and still below 2/λ
    assert not falls(high[:15])


def test_checkpoints_keep_less_and_compute_each_layer_twice(run):
    for depth, (plain, saved) in run("checkpointing").items():
        assert plain.passes == 2 * depth  # two rows
        assert saved.passes == 2 * plain.passes
        np.testing.assert_allclose(saved.gradients, plain.gradients, rtol=1e-9, atol=1e-300)
        assert plain.nodes == pytest.approx(8 * depth, abs=10)
        assert saved.nodes == pytest.approx(4 * math.sqrt(depth), abs=10)
        assert saved.kept < plain.kept
        assert saved.peak < plain.peak


def test_xor_is_learned_by_plateau_drop_and_convergence(run):
    losses, answers, (start, end) = run("xor_training")
    assert len(losses) == 5000
    assert falls(losses[::1000])
    assert losses[4000] < 0.0432  # the tutorial's
    assert all(abs(p - y) <= 0.04 for p, y in zip(answers, datasets.xor()[1], strict=True))
    plateau, drop, convergence = (
        (losses[a] - losses[b]) / (b - a) for a, b in ((0, start), (start, end), (end, len(losses) - 1))
    )
    assert drop > 5.0 * plateau > 0.0
    assert drop > 5.0 * convergence > 0.0


def test_depth_folds_what_one_layer_must_draw_piece_by_piece(run):
    for folds, drawn in run("depth_and_width").items():
        assert drawn.pieces == 2**folds
        assert drawn.apart == 0.0  # powers of two: nothing is rounded
        assert drawn.deep == 6 * folds + 1
        assert drawn.shallow == 3 * 2**folds + 1
        assert drawn.curve[:: 1024 >> folds].tolist() == [float(i % 2) for i in range(2**folds + 1)]


def test_a_wrong_gradient_lowers_the_loss_and_is_found_by_the_check(run):
    right, wrong = run("silent_bug").values()
    assert right.check.ok
    assert falls(wrong.losses[:20])
    assert wrong.losses[20] < 1.05 * right.losses[20]
    assert wrong.losses[-1] > 3.0 * right.losses[-1]
    blamed = {mismatch.parameter for mismatch in wrong.check.mismatches}
    names = [name for name, _ in MLP(1, [6, 1]).named_parameters()]
    assert blamed == {name for name in names if name.startswith("layers.0.")}


def test_the_logarithm_of_zero_and_the_epsilon_that_hides_it(run):
    found = run("log_of_zero")
    naive, hidden, fused = ((found.losses[name], found.gradients[name]) for name in found.losses)
    assert naive[0][-1] == math.inf
    assert math.isnan(naive[1][-1])
    assert hidden[0][-1] == pytest.approx(-math.log(1e-8))
    assert hidden[1][-1] == 0.0
    assert all(grad == sigmoid(z) - 1.0 for z, grad in zip(found.logits, fused[1], strict=True))
    assert "is born in log(0.0)" in found.source


def test_activations_saturate_die_and_zig_zag_as_they_are_said_to(run):
    found = run("activations")
    assert found["sigmoid"].steepest == 0.25
    assert found["tanh"].steepest == found["relu"].steepest == 1.0
    assert found["relu"].far == (0.0, 1.0)
    assert found["leaky_relu"].far == (0.01, 1.0)
    assert max(found["sigmoid"].far) < 0.01
    assert max(found["tanh"].far) < 0.001
    assert abs(found["tanh"].mean) < 0.05 < found["sigmoid"].mean  # 2000 normal draws
    assert [name for name, shape in found.items() if shape.agreeing == 1.0] == ["sigmoid", "relu"]
    assert found["tanh"].agreeing < 0.05
    curve = found["gelu"].values
    assert min(curve) < 0.0 < max(curve)


def test_adaptive_optimizers_train_at_rates_at_which_descent_does_not(run):
    found = run("optimizers")
    assert min(found.losses["SGD"].values()) > 0.45
    assert all(min(found.losses[name].values()) < 0.1 for name in ("AdaGrad", "RMSProp", "Adam"))
    assert sum(loss < 0.4 for loss in found.losses["Adam"].values()) == 3
    for name in ("AdaGrad", "RMSProp", "Adam"):  # at the first step each goes by the sign alone
        assert max(found.steps[name]) == pytest.approx(min(found.steps[name]), rel=2e-3)
    for gradient, step in zip(found.gradients["SGD"], found.steps["SGD"], strict=True):
        assert step == pytest.approx(0.01 * gradient, rel=1e-9)


def test_the_95th_percentile_is_a_good_place_to_clip(run):
    found = run("clipping_threshold")
    none, percentile, tiny = (sum(errors[-10:]) / 10 for errors in found.errors.values())
    limit = found.limits["95th percentile"]
    below = sum(norm < limit for norm in found.norms) / len(found.norms)
    assert below == pytest.approx(0.95, abs=1 / len(found.norms))
    assert max(found.norms) > 2.0 * limit
    assert percentile < none / 3
    assert percentile < tiny / 3


def test_each_part_of_the_tutorial_has_its_counterpart():
    sections = [f"{i}.{k}" for i in range(1, 10) for k in (1, 2)] + ["10", "11"]
    assert [part.number for part in PARTS] == sections + [f"Q{i}" for i in range(1, 9)]
    assert sorted({demo for part in PARTS for demo in part.demos}) == DEMOS
    for part in PARTS:
        for name in part.names:
            package, *rest = name.split(".")
            if package == "demos":
                assert import_module(name)
                continue
            thing = import_module(package)
            for step in rest:
                thing = getattr(thing, step)


@pytest.mark.parametrize("name", DEMOS)
def test_a_demo_is_read_on_one_screen(name):
    assert len((FOLDER / f"{name}.py").read_text().splitlines()) < 60


def test_the_index_lists_and_runs(tmp_path):
    index = [sys.executable, "-m", "demos.tutorial"]
    listed = subprocess.run(index, capture_output=True, text=True, check=True, cwd=FOLDER.parents[1]).stdout
    assert all(demo in listed for demo in DEMOS)
    assert all(part.title in listed for part in PARTS)
    asked = [*index, "four_equations", "--pictures", str(tmp_path)]
    subprocess.run(asked, capture_output=True, text=True, check=True, cwd=FOLDER.parents[1])
    assert (tmp_path / "four_equations.png").exists()


def test_without_matplotlib_the_figures_are_still_printed(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr(sys, "argv", ["starving_sigmoid"])
    sys.modules.pop("demos.tutorial.starving_sigmoid", None)
    runpy.run_module("demos.tutorial.starving_sigmoid", run_name="__main__", alter_sys=True)
    said = capsys.readouterr().out
    assert "1507 steps" in said
    assert "chainrule[plots]" in said
