"""Layers, and fifty steps of training, agree with PyTorch's."""

import pytest

from nn import (
    MLP,
    Activation,
    BatchNorm,
    Embedding,
    Layer,
    Residual,
    Sequential,
    mean_squared_error,
    softmax_cross_entropy,
)
from nn.losses import binary_cross_entropy_with_logits
from tests.support.golden_files import assert_same, data, golden, gradient, layer_gradients, load_layer, values

LAYERS = golden("layers")


# ------------------------------------------------------------------------------- against PyTorch
@pytest.mark.parametrize("activation", LAYERS["networks"])
def test_a_network_agrees_with_pytorch_layer_by_layer(activation):
    case = LAYERS["networks"][activation]
    model = MLP(2, [4, 3], activation)
    for layer, name in zip(model.layers, ("first", "second"), strict=True):
        load_layer(layer, case[name]["weight"], case[name]["bias"])
    x = values(case["x"])
    cache = model.forward_cache(x)
    assert list(cache) == ["layers.0", "layers.1"]
    loss = mean_squared_error(cache["layers.1"].a, case["y"])
    loss.backward()
    assert_same(loss.data, case["loss"])
    for i, layer in enumerate(model.layers):
        z, a = cache[f"layers.{i}"]
        assert_same(data(z), case["z"][i])
        assert_same(data(a), case["a"][i])
        assert_same(gradient(z), case["delta"][i])
        weights, biases = layer_gradients(layer)
        assert_same(weights, case["gradients"][i]["weight"])
        assert_same(biases, case["gradients"][i]["bias"])
    assert_same(gradient(x), case["x_gradient"])


def test_batch_norm_agrees_with_pytorch_in_training_and_in_use():
    case = LAYERS["batch_norm"]
    layer = BatchNorm(3)
    for ours, name in ((layer.scale, "weight"), (layer.shift, "bias")):
        for p, x in zip(ours, case["parameters"][name], strict=True):
            p.data = x
    for batch in case["batches"]:
        layer.zero_grad()
        layer.train() if batch["training"] else layer.eval()
        x = values(batch["x"])
        output = layer.batch(x)
        mean_squared_error(output, batch["y"]).backward()
        assert_same(data(output), batch["output"])
        assert_same(gradient(x), batch["x_gradient"])
        assert_same(gradient(layer.scale), batch["gradients"]["weight"])
        assert_same(gradient(layer.shift), batch["gradients"]["bias"])
        assert_same(layer.running_mean, batch["mean"])
        assert_same(layer.running_variance, batch["variance"])


def test_embedding_agrees_with_pytorch():
    case = LAYERS["embedding"]
    layer = Embedding(4, 2, seed=0)
    for row, numbers in zip(layer.rows, case["rows"], strict=True):
        for p, x in zip(row, numbers, strict=True):
            p.data = x
    loss = mean_squared_error(layer.batch(case["indices"]), case["y"])
    loss.backward()
    assert_same(loss.data, case["loss"])
    assert_same(gradient(layer.rows), case["gradient"])


TRAINING = golden("training")


def trained_nets():
    binary, classes = TRAINING["binary"], TRAINING["classes"]
    mlp = MLP(2, [5, 1])
    places = {"0": mlp.layers[0], "2": mlp.layers[1]}
    yield "mlp", mlp, places, lambda out: binary_cross_entropy_with_logits(out, binary)
    normal = Sequential(Layer(2, 4, None), BatchNorm(4), Activation("tanh"), Layer(4, 3, None))
    places = {"0": normal.layers[0], "1": normal.layers[1], "3": normal.layers[3]}
    yield "batch_norm", normal, places, lambda out: softmax_cross_entropy(out, classes)
    deep = Sequential(Layer(2, 3, "tanh"), Residual(Layer(3, 3, "gelu")), Layer(3, 1, None))
    places = {"0": deep.layers[0], "2.block.0": deep.layers[1].block, "3": deep.layers[2]}
    yield "residual", deep, places, lambda out: mean_squared_error(out, binary)


def named_numbers(places):
    numbers = {}
    for name, layer in places.items():
        norm = isinstance(layer, BatchNorm)
        weight = layer.scale if norm else [list(n.weights) for n in layer.neurons]
        bias = layer.shift if norm else [n.bias for n in layer.neurons]
        numbers |= {f"{name}.weight": data(weight), f"{name}.bias": data(bias)}
    return numbers


@pytest.mark.parametrize(("name", "model", "places", "loss_of"), list(trained_nets()), ids=list(TRAINING["nets"]))
def test_fifty_steps_of_training_agree_with_pytorch(name, model, places, loss_of):
    case = TRAINING["nets"][name]
    for place, layer in places.items():
        weight, bias = case["start"][f"{place}.weight"], case["start"][f"{place}.bias"]
        if isinstance(layer, BatchNorm):
            for p, x in zip([*layer.scale, *layer.shift], [*weight, *bias], strict=True):
                p.data = x
        else:
            load_layer(layer, weight, bias)
    losses = []
    for _ in range(50):
        model.zero_grad()
        loss = loss_of(model.batch(TRAINING["x"]))
        loss.backward()
        losses.append(loss.data)
        for p in model.parameters():
            p.data -= 0.1 * p.grad
    assert_same(losses, case["losses"])
    end = named_numbers(places)
    assert end.keys() == case["end"].keys()
    for key, numbers in end.items():
        assert_same(numbers, case["end"][key])
