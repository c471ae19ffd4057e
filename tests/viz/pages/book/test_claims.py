"""What chapters 1 to 6 of the book say in numbers is what the library measures."""

import math
import random
from itertools import pairwise

import pytest

import nn
from autograd import Value, certify, gradcheck, log, sigmoid
from demos.microgpt import END, LETTERS, network, surprise
from demos.tutorial.batch_sizes import INPUTS, TARGETS, loss_at
from demos.tutorial.silent_bug import careless
from nn import binary_cross_entropy_with_logits as cross_entropy
from tests.support.web.words import XOR, digits, line, measured, page, powers, says, slope, trained


# ---------------------------------------------------------------------------------------- 1 to 3: a network
def test_how_many_parameters_there_are():
    count = nn.MLP(2, [4, 3, 1]).parameter_count()
    parts = [a * b + b for a, b in pairwise([2, 4, 3, 1])]
    says(f"{count}: the first hidden layer has 2 × 4 + 4 = {parts[0]}")
    says(f"4 × 3 + 3 = {parts[1]}, the output 3 × 1 + 1 = {parts[2]}")
    deep = measured("depth_and_width")[7]
    says(f"a zigzag of {deep.pieces} straight pieces, with {deep.deep} parameters")
    says(f"draws exactly the same has {deep.shallow}.")
    assert deep.apart < 1e-12


def test_one_neuron():
    z = Value(0.5 * 1 + -1 * 2 + 0.5)
    a = z.sigmoid()
    a.backward()
    says(f"+ 0.5 = {digits(z.data)}. The sigmoid makes {digits(a.data)} of it.", f"rises by {digits(z.grad)} for")


def test_linear_layers_fold_and_cannot_learn_xor():
    def layers(x1, x2, bend):
        return 2 * bend(Value(x1 + 0.5 * x2 + 0.5)) - bend(Value(-x1 + 2 * x2 - 1)) + 0.25

    for x1, x2 in ((1.0, 1.0), (-0.3, 2.0)):
        assert layers(x1, x2, lambda z: z).data == pytest.approx(3 * x1 - x2 + 2.25, rel=1e-15)
    says(f"which is {layers(1, 1, lambda z: z).data} at (1, 1) both ways")
    says(f"they say {digits(layers(1, 1, Value.tanh).data)} there")
    found = measured("linear_collapse")
    says(f"has a loss of {found.losses['linear']:.6f}, which is log 2")
    says(f"at a loss of {digits(found.losses['tanh'], 2)}")
    assert all(p == pytest.approx(0.5, abs=1e-6) for p in found.answers["linear"])


def test_the_forward_pass_and_its_cache():
    net = nn.MLP(2, [3, 1], "tanh", output="sigmoid", seed=0)
    cache = net.forward_cache([[1.0, 0.5]])
    kept = sum(len(row) for layer in cache.values() for rows in (layer.z, layer.a) for row in rows)
    says(f"{kept}: two for each of the four neurons")
    says(f"the prediction is {digits(cache['layers.1'].a[0][0].data)}", f"of the {net.parameter_count()} gradients")
    plain, saved = measured("checkpointing")[256]
    says(f"keeps {plain.nodes:,} nodes", f"it keeps {saved.nodes}, and computes each layer twice")
    assert saved.passes == 2 * plain.passes


# ------------------------------------------------------------------------------------------- 4, 5: the loss
def test_two_losses():
    mse, bce = slope(lambda z: (z.sigmoid() - 1) ** 2, -6.0), slope(lambda z: cross_entropy(z, 1.0), -6.0)
    assert bce / mse > 100
    assert round(100 * sigmoid(-6.0), 2) == 0.25
    says("It gave one half: 0.693. It gave 0.0025: 6.")
    assert (round(-math.log(0.5), 3), round(-math.log(0.0025))) == (0.693, 6)
    found = measured("starving_sigmoid")
    says(f"needs {found.steps['cross-entropy']} steps", f"Squared error needs {found.steps['squared error']:,}.")


def test_the_logarithm_of_zero():
    def patched(z):
        return -log(z.sigmoid() + 1e-8)

    says(f"Less than a billionth: {powers(-slope(patched, -40.0))}.")
    says(f"stands still at {digits(patched(Value(-40.0)).data)} whatever")
    z = Value(-40.0)
    assert (cross_entropy(z, 1.0).data, slope(lambda z: cross_entropy(z, 1.0), -40.0)) == (40.0, -1.0)
    found = measured("log_of_zero")
    left = found.gradients["−log(σ(z) + 1e-8)"]
    says(f"At z = −28.3 only {powers(-left[30])} of the pull", "at z = −800 exactly 0.")
    assert left[60] == 0.0
    assert round(found.logits[30], 1) == -28.3
    assert sigmoid(-746.0) == 0.0 < sigmoid(-745.0)


def valley(rate, steps, curvatures=(1.0, 10.0), start=(-3.0, 0.55)):
    place, losses = [Value(x) for x in start], []
    descent = nn.SGD(place, rate)
    for _ in range(steps + 1):
        descent.zero_grad()
        loss = sum(c * x * x for c, x in zip(curvatures, place, strict=True)) / 2
        losses.append(loss.data)
        loss.backward()
        descent.step()
    return losses


def test_the_wall():
    losses = valley(0.21, 12)
    says(f"from {digits(losses[0])} to {digits(losses[3])}", f"after twelve it is {digits(losses[12])}")
    assert losses[0] > losses[1] > losses[2] > losses[3] < losses[4]
    assert all(after < before for before, after in pairwise(valley(0.19, 12)))


def raced(optimizer, rate, start, shape, steps=60):
    x, y = place = [Value(p) for p in start]
    (a, b, c), descent = shape, optimizer(place, rate)
    for _ in range(steps + 1):
        descent.zero_grad()
        loss = a * x * x + b * x * y + c * y * y
        loss.backward()
        descent.step()
    return loss.data


def test_five_optimizers():
    straight, turned = ((-3.0, 0.55), (0.5, 0.0, 50.0)), ((-2.5, -1.75), (25.25, -49.5, 25.25))
    adagrad, adam, rms = (raced(one, 0.1, *straight) for one in (nn.AdaGrad, nn.Adam, nn.RMSProp))
    says(f"the loss of AdaGrad is {digits(adagrad, 2)} and falling, Adam’s {digits(adam, 3)}, and RMSProp’s")
    assert rms < 1e-15
    for plain in (nn.SGD, lambda p, rate: nn.SGD(p, rate, momentum=0.9)):
        assert raced(plain, 0.1, *straight) > 1e100
    rms, adam = (raced(one, 0.1, *turned) for one in (nn.RMSProp, nn.Adam))
    says(f"RMSProp and Adam stand at {digits(rms, 3)} and {digits(adam, 3)}, from 18.58.")
    assert digits(raced(nn.SGD, 0.1, *turned, steps=0)) == "18.58"
    gentle = (-3.0, 0.55), (0.5, 0.0, 5.0)
    says(
        f"after sixty steps at {raced(nn.SGD, 0.1, *gentle):.7f}",
        f"the same rate at {raced(nn.Adam, 0.1, *gentle):.4f}",
    )


def test_optimizers_and_rates_as_the_demos_measure_them():
    losses = measured("optimizers").losses
    says(f"no lower than {digits(min(losses['SGD'].values()), 3)} at any")
    says(f"at the rate 0.001 Adam stands at {digits(losses['Adam'][0.001], 3)}")
    assert losses["Adam"][1.0] < 0.01
    found = measured("learning_rates")
    low, right, high, warmed, wild = found.losses.values()
    says(f"suggests {digits(found.sweep.suggestion, 2)}", f"the wall at {digits(2 / found.sharpness, 2)}, at")
    says(f"({low[0]:.2f} → {low[-1]:.2f} in 200 epochs)")
    assert right[-1] < 0.05
    assert warmed[-1] < high[-1] / 10
    assert min(wild[-50:]) > wild[0]


def test_one_row_or_some_or_all():
    start = measured("batch_sizes")[1].losses[0]
    whole, some, one = (line(0.2, size) for size in (64, 8, 1))
    says(f"From {digits(start)} the exact step comes down to {digits(whole[0])}")
    says(f"fair ones to {digits(some[0], 3)}, the sixty-four wild ones to {digits(one[0], 3)}")
    says(f"end at {digits(whole[-1], 3)} and {digits(some[-1], 3)}", f"between {min(one):.3f} and {max(one):.3f}.")
    noise = [digits(measured("batch_sizes")[size].noise) for size in (1, 8)]
    says(f"lies on average {noise[0]} from the exact one, that of eight rows {noise[1]}")


def test_the_lowest_loss_of_a_line():
    n, squares = len(INPUTS), sum(x * x for (x,) in INPUTS)  # the inputs add up to 0
    w = sum(x * y for (x,), y in zip(INPUTS, TARGETS, strict=True)) / squares
    says(f"the lowest loss that any line has, {digits(loss_at(w, sum(TARGETS) / n))}.")


# ----------------------------------------------------------------------------------- 6: backpropagation
def test_a_chain_of_boxes():
    def loss(w):
        return ((3 * w - 3).tanh() - 1) ** 2

    assert slope(loss, 1.0) == -6.0
    moved = loss(Value(1.01)).data - loss(Value(1.0)).data
    says(f"a push of 0.01 foretells −0.06, and the loss really changes by {digits(moved)}")


def small():
    return nn.MLP(2, [2, 1], activation="tanh", seed=0)


def test_the_four_equations():
    net = small()
    loss = cross_entropy(net([1.0, 0.0]), 1.0)
    loss.backward()
    (first, second), (out,) = (layer.neurons for layer in net.layers)
    assert [unit.weights[1].grad for unit in (first, second)] == [0.0, 0.0]
    assert first.weights[0].grad == first.bias.grad
    says(f"the network says {digits(1 + out.bias.grad)} where 1 is right", f"is {digits(out.bias.grad)}; equation")
    says(f"makes {digits(first.bias.grad)} and {digits(second.bias.grad)} of it")
    apart = max(abs(a - b).max() for pairs in measured("four_equations") for a, b in pairs)
    assert apart <= 2e-17


def test_a_planted_bug():
    ends = {}
    for name, activation in (("right", "tanh"), ("wrong", careless)):
        net = nn.MLP(2, [2, 1], activation=activation, seed=0)
        check = gradcheck(lambda net=net: cross_entropy(net.batch(XOR[0]), XOR[1]), net.named_parameters())
        ends[name] = check.mismatches, trained(net, 0.5, 1500)
    assert not ends["right"][0]
    assert [one.parameter.startswith("layers.0.") for one in ends["wrong"][0]] == [True] * 6
    right, wrong = ends["right"][1], ends["wrong"][1]
    says(f"from {digits(right[0])} to {digits(right[20])} without the bug and to {digits(wrong[20])} with it")
    says(f"XOR, at {digits(right[-1], 2)}; the other one has come to rest at {digits(wrong[-1], 3)}.")
    (right, _), (wrong, check) = measured("silent_bug").values()
    says(f"the losses are {digits(right[20], 3)} (right) and {digits(wrong[20], 3)} (wrong)")
    says(f"they are {digits(right[-1], 2)} and {digits(wrong[-1], 3)}")
    says(f"{check.checked - len(check.mismatches)} of {check.checked} gradients agree")
    corner = (Value(1e-5).relu().data - Value(-1e-5).relu().data) / 2e-5
    assert (corner, slope(Value.relu, 0.0)) == (0.5, 0.0)


def test_digits_that_are_proved():
    pytest.importorskip("flint")
    lines = page("backpropagation").find(".//aside[@class='digits']/div/pre").text
    names = {}
    exec(lines.replace("print", ""), names)
    for asked in ("certify(L).digits", "certify(softplus(z)).digits"):
        assert f"{asked}  # {math.floor(10 * eval(asked, names)) / 10}\n" in lines
    told = certify(names["L"])
    (lost,) = told.value.lost
    assert (round(lost.digits), "begins with z" in lost.way_out, told.gradients[0].digits) == (9, True, 16.0)
    says(f"comes out as {told.value.number:.8f} where {told.value.true:.8f} is right")
    says(f"the loss subtracts {sigmoid(20.0):.10f} from 1. Nine digits cancel")


def test_the_digits_of_three_networks():
    pytest.importorskip("flint")
    xor, moons = nn.MLP(2, [4, 1], "sigmoid", seed=0), nn.MLP(2, [8, 1], "tanh", seed=0)
    twenty, gpt = nn.datasets.moons(20, noise=0.1, seed=0), network(random.Random(1))
    trained(xor, 0.5, 5000)
    trained(moons, 0.5, 200, twenty)
    weights = sum(len(row) for matrix in gpt.values() for row in matrix)
    for name, loss in (
        ("after the 5,000 epochs of figure 9", cross_entropy(xor.batch(XOR[0]), XOR[1])),
        ("after 200 epochs", cross_entropy(moons.batch(twenty[0]), twenty[1])),
        (f"a GPT of {weights:,} weights, untrained", surprise(gpt, [END, *map(LETTERS.index, "ada"), END])),
    ):
        told = certify(loss)
        cells = [math.floor(told.value.digits), math.floor(min(one.digits for one in told.gradients))]
        rows = ["".join(row.itertext()) for row in page("backpropagation").iter("tr")]
        assert any(name in row and row.endswith("{}{}".format(*cells)) for row in rows), (name, cells)
