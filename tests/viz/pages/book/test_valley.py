"""Figure 5.1's network is the one that it says, and its wall stands where it says."""

import pytest

import nn
from autograd import value_and_grad
from viz.pages.book.chapters.descent import valley


def test_the_two_weights_are_those_of_a_network_trained_on_xor():
    inputs, targets = nn.datasets.xor()
    net = nn.MLP(2, [2, 1], activation="tanh", seed=0)
    loss = nn.binary_cross_entropy_with_logits
    nn.fit(net, inputs, targets, loss=loss, optimizer=nn.SGD(net.parameters(), 0.5), epochs=300, shuffle=None)
    said = [[unit(row).data for unit in net.layers[0].neurons] for row in inputs]
    assert targets == list(valley.TARGETS)
    assert [x for row in said for x in row] == pytest.approx([x for row in valley.HIDDEN for x in row], abs=5e-4)
    assert net.layers[1].neurons[0].bias.data == pytest.approx(valley.BIAS, abs=5e-3)


def test_there_it_is_least_and_the_wall_is_where_the_curvature_says():
    floor, slopes = value_and_grad(valley.network, (0, 1))(*valley.LOWEST)
    assert slopes == pytest.approx((0.0, 0.0), abs=1e-5)
    curvature = valley.steepest(valley.network, valley.LOWEST)
    near = (valley.LOWEST[0] + 1e-3, valley.LOWEST[1] - 1e-3)
    for share, settles in ((0.95, True), (1.05, False)):
        _, losses = valley.walk(valley.network, near, share * 2.0 / curvature)
        assert (losses[-1] - floor < losses[0] - floor) == settles
    assert valley.steepest(valley.valley, (0.0, 0.0)) == pytest.approx(10.0, rel=1e-12)
