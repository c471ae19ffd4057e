"""What chapters 7 to 12 of the book say in numbers is what the library measures."""

import io
import re
from contextlib import redirect_stdout
from itertools import pairwise
from statistics import median

import pytest

import nn
from autograd import Value, gelu, norm, sigmoid
from nn import binary_cross_entropy_with_logits as cross_entropy
from tests.support.web.words import XOR, digits, line, measured, page, powers, says, slope, trained
from viz.pages.book.chapters.questions.layers.q4 import LOSSES


def rises(losses):
    return sum(after > before for before, after in pairwise(losses))


# ------------------------------------------------------------------------------- 7, 8: activations and depth
def test_what_gets_back_through_an_activation():
    assert slope(Value.sigmoid, 0.0) == 0.25
    says(f"At z = 5 it is {digits(slope(Value.sigmoid, 5.0))}.", f"at 0 and {digits(slope(Value.tanh, 5.0))} at 5")
    found = measured("activations")
    alike = {name: shape.agreeing for name, shape in found.items()}
    assert alike == {"sigmoid": 1.0, "tanh": 0.0, "relu": 1.0, "leaky_relu": 0.0, "gelu": 0.0}
    lowest = min((gelu(-k / 1000), -k / 1000) for k in range(2000))
    says(
        f"to {digits(lowest[0], 2)} at z = {digits(lowest[1], 2)}",
        f"steepest slope is {digits(found['gelu'].steepest)}",
    )


def test_a_dead_neuron_and_its_revival():
    def step(w, b, act):
        w, b = Value(w), Value(b)
        loss = sum((act(w * x + b) - 1) ** 2 for x in (-1, -0.5, 0, 0.5, 1)) / 5
        loss.backward()
        return loss.data, w.grad, b.grad

    assert step(1.0, -2.0, Value.relu) == (1.0, 0.0, 0.0)
    says(f"the bias has the gradient {digits(step(1.0, -2.0, Value.leaky_relu)[2])}.")
    w, b, steps = 1.0, -2.0, 0
    while w + b <= 0.0:
        _, dw, db = step(w, b, Value.leaky_relu)
        w, b, steps = w - dw, b - db, steps + 1
    says(f"After {steps} steps the first example wakes")
    ill, leaky, he, slow, normal = measured("dying_relu").values()
    says(f"{ill.dead:.0%} of the hidden".replace("%", " %"), f"stood at {digits(ill.loss, 3)}: one half")
    told = [f"{100 * cure.dead:.0f} %" for cure in (leaky, he, slow, normal)]
    says("leaky ReLU {} dead, He’s weights {}, a twentieth of the rate {}, batch normalization {}".format(*told))


def share(activation, initializer, block, seed=1, depth=10):
    rows = [[1.0] * 16]
    for i in range(depth):
        layer = nn.Layer(16, 16, activation, seed=100 * seed + i, initializer=initializer)
        rows.append(block(layer)(rows[-1]))
    norm(rows[-1]).backward()
    return norm(x.grad for x in rows[1])


def test_gradients_through_ten_layers():
    plain = share("sigmoid", nn.xavier_normal, nn.Sequential)
    says(f"{plain:.7f} of it. On average a layer let through {digits(plain ** (1 / 9), 2)}.")
    says(f"ReLU in place of the sigmoid: {digits(share('relu', nn.xavier_normal, nn.Sequential), 2)}.")
    says(f"With He’s weights as well: {share('relu', nn.he_normal, nn.Sequential):.1f}.")
    says(f"add the skip: {digits(share('sigmoid', nn.xavier_normal, nn.Residual), 2)}.")
    says(f"grows {share('relu', nn.he_normal, nn.Residual):.0f} times in ten layers")


def test_vanishing_exploding_and_clipping_as_the_demos_measure_them():
    found = measured("vanishing_gradients")
    sigmoids, relus, deep, skips = (norms[0] / norms[-1] for norms in found.flows.values())
    says(f"{powers(sigmoids)} of the error arrives; through 100, {powers(deep)}.")
    says(f"here {min(found.bounds):.2f} to {max(found.bounds):.2f}", f"arrives {digits(skips, 2)} times as large")
    assert digits(relus, 2) == "2"
    assert round(relus ** (1 / 29), 2) == 1.02
    first = next(iter(found.flows.values()))
    used = [a / b / bound for a, b, bound in zip(first, first[1:], found.bounds[1:], strict=False)]
    says(f"passed on {100 * min(used):.0f} % to {100 * max(used):.0f} % of that")
    clip = measured("clipping_threshold")
    free, right, tight = (f"{sum(error[-10:]) / 10:.4f}" for error in clip.errors.values())
    says(f"the error is {right}.", f"the error is {free}.", f"has got only to {tight}.")
    says(f"Of the first {len(clip.norms)} gradients 95 % are shorter than {clip.limits['95th percentile']:.2f}")
    says(f"the longest is {max(clip.norms):.2f}.")
    limit, norms = clip.limits["95th percentile"], clip.norms
    says(f"are shorter than {digits(median(norms), 3)}", f"touches {sum(n > limit for n in norms)} of them")
    says(f"A hundredth of it cuts all {sum(n > limit / 100 for n in norms)}.")
    broken, clipped = measured("exploding_gradients").values()
    says(f"went from {broken.history.losses[0]:,.0f} to infinity in the third epoch")
    assert "epoch 3" in broken.history.stopped
    says(f"came down to {powers(clipped.history.losses[-1], 1)}.", f"length {clipped.history.gradient_norms[0]:,.0f}.")


# ----------------------------------------------------------------------------------------- 9 to 11: training
def test_the_listing_learns_xor_and_prints_what_the_text_says():
    (listing,) = (one.text for one in page("training").iter("pre") if one.get("class") == "listing")
    assert max(map(len, listing.splitlines())) <= 76
    printed, names = io.StringIO(), {}
    with redirect_stdout(printed):
        exec(listing, names)
    losses = re.findall(r"loss ([\d.]+)", printed.getvalue())
    says(f"prints the losses {', '.join(losses[:-1])} and {losses[-1]}")
    answers = [f"{p:g}" for p in names["prediction"].round(2).ravel()]
    says(f"the answers {', '.join(answers[:-1])} and {answers[-1]}.")


def xor_network(seed=0):
    return nn.MLP(2, [4, 1], activation="sigmoid", seed=seed)


def test_the_trace_of_xor():
    found = measured("xor_training")
    says(
        "at epochs 0, 1,000, 2,000, 3,000 and 4,000 are "
        + "{:.4f}, {:.4f}, {:.4f}, {:.4f} and {:.4f}.".format(*found.losses[::1000])
    )
    says("at the end it says " + ", ".join(f"{p:.3f}" for p in found.answers))
    answers = {}
    for epochs in (500, 1000):
        net = xor_network()
        trained(net, 0.5, epochs)
        answers[epochs] = [sigmoid(z) for z in nn.predict(net, XOR[0])]
    says("unsure: " + ", ".join(f"{p:.2f}" for p in answers[1000]) + f", at a loss of {found.losses[1000]:.4f}.")
    assert all(abs(p - 0.5) < 0.02 for p in answers[500])
    falls = [(a - b) / (end - start) * 100 for a, b, start, end in parts_of(found.losses)]
    says("by {:.4f} in a hundred epochs, in the drop by {:.4f}, in the convergence by {:.4f}.".format(*falls))


def parts_of(losses):
    for part in nn.stretches(losses):
        yield losses[part.start], losses[min(part.end, len(losses) - 1)], part.start, part.end


def plateau(seed, rate):
    parts = nn.stretches(trained(xor_network(seed), rate, 5000))
    assert [part.name for part in parts] == ["plateau", "drop", "convergence"]
    return parts[1].start


def test_the_three_parts_of_the_curve():
    says(f"the plateau lasts {plateau(0, 0.5)} epochs", f"About half as long: {plateau(0, 1.0)} epochs.")
    says(f"At 0.25 it lasts {plateau(0, 0.25):,}.")
    says(f"from seed 7 it is {plateau(7, 0.5)} epochs, from seed 6 it is {plateau(6, 0.5):,}.")
    for seed in range(1, 6):
        plateau(seed, 0.5)


def test_one_step_of_the_smallest_network():
    net = nn.MLP(2, [2, 1], activation="tanh", seed=0)
    loss = cross_entropy(net([1.0, 0.0]), 1.0)
    loss.backward()
    nn.SGD(net.parameters(), 0.5).step()
    after = net([1.0, 0.0])
    says(
        f"the bias from 0 to {digits(net.layers[1].neurons[0].bias.data)}.",
        f"the network says {digits(sigmoid(after).data)}",
    )
    says(f"has gone from {loss.data:.4f} to {digits(cross_entropy(after, 1.0).data)}.")


# ---------------------------------------------------------------------------------------- 12: the questions
def test_passes_are_counted():
    count = nn.MLP(2, [16, 16, 1]).parameter_count()
    says(f"there are {count} parameters", f"{2 * count}, two for each parameter.")
    assert 2 * 10**6 / 2 == 10**6
    says("2,000,000 passes to 2, a factor of 1,000,000")


def test_an_oscillating_loss_is_cured():
    wild, calm, slow = (line(rate, 1) for rate in (0.5, 0.05, 0.005))
    says(f"swings between {min(wild[10:]):.2f} and {max(wild[10:]):.1f}, round after round")
    says(f"up in {rises(calm)} of 29 rounds, but between {min(calm[10:]):.3f} and {max(calm[10:]):.3f}")
    assert round((max(wild[10:]) - min(wild[10:])) / (max(calm[10:]) - min(calm[10:])), -1) == 100
    says(f"comes down nearly smoothly, and ends at {slow[-1]:.4f}.")
    assert (rises(wild), rises(slow)) == (16, 2)


def test_batch_normalization_width_dropout_and_memory_as_the_demos_measure_them():
    plain, normal = measured("batch_norm_rates").values()
    for rate, shown in LOSSES.items():
        for found, four in zip((plain, normal), shown, strict=True):
            assert found[float(rate)] == pytest.approx(four, rel=1e-5), rate
    says(f"a loss between {digits(min(plain[1.0]), 3)} and {digits(max(plain[1.0]), 3)}.")
    says(f"Between {min(normal[1.0]):.4f} and {max(normal[1.0]):.4f}.")
    says(f"the worst of four: {digits(max(plain[3.0]), 3)} without, below 0.002 with")
    assert max(normal[3.0]) < 0.002
    assert digits(max(plain[10.0]), 3) == digits(max(normal[10.0]), 3) == "1.04"
    errors = {width: fitted.error for width, fitted in measured("universal_approximation").items()}
    says(f"The error is {digits(errors[1], 3)}. Two neurons can turn once: {digits(errors[2], 2)}.")
    assert round(errors[4], 4) == 0.0001
    assert 400 < errors[1] / errors[4] < 600
    assert all(errors[4] / 10 < errors[width] < 3 * errors[4] for width in (8, 16))
    dropped = measured("dropout")
    assert dropped.forward == dropped.backward
    assert (sum(x > 0 for x in dropped.forward), len(dropped.forward)) == (10, 12)
    says(f"= {digits(max(dropped.forward), 3)}, so that on average")
    free, held = dropped.runs.values()
    low, high = (f(run.loss for run in free) for f in (min, max))
    says(f"on them fell to {low:.3f} to {high:.3f}")
    for runs, said in ((free, "it rose to {:.2f} to {:.2f}"), (held, "ended at {:.2f} to {:.2f}")):
        says(said.format(*(f(run.held_out[-1] for run in runs) for f in (min, max))))
    rnn, lstm, _, gru, cut = measured("long_memory").values()
    says(f"by {powers(rnn[0])}, an LSTM’s by {powers(lstm[0])}, a GRU’s", f"remember by {powers(gru[0])}.")
    assert cut[0] == 0.0


def test_an_error_goes_back_through_time():
    w, first = Value(0.9), Value(0.5)
    last = first
    for _ in range(50):
        last = w * last
    last.backward()
    says(f"to the power of 50 is {digits(first.grad)}", f"At w = 1.1 it is {1.1**50:.0f} times")
