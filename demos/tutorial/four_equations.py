"""The four equations of backpropagation, by hand from the forward cache, give what backward gives (section 6.2)."""

import numpy as np

from demos.tutorial.showing import panels, show
from nn import MLP, binary_cross_entropy_with_logits, datasets


def numbers(rows, what="data"):
    return np.array([[getattr(x, what) for x in row] for row in rows])


def sigma(z):
    return 1 / (1 + np.exp(-z))


def measure():
    """Return for each layer δ, ∂L/∂W and ∂L/∂b in pairs: by hand, and by backward."""
    inputs, targets = datasets.xor()
    network = MLP(2, [4, 3, 1], activation="sigmoid", seed=5)
    cache = network.forward_cache(inputs)  # the forward pass, with z and a of each layer kept
    layers = list(zip(network.layers, cache.values(), strict=True))
    loss = binary_cross_entropy_with_logits([row[0] for row in layers[-1][1].z], targets)
    loss.backward()

    weights = [numbers(neuron.weights for neuron in layer.neurons) for layer, _ in layers]
    z, a = [numbers(kept.z) for _, kept in layers], [np.array(inputs), *(numbers(kept.a) for _, kept in layers)]
    error = (sigma(z[-1]) - np.array([targets]).T) / len(inputs)  # 1. δᴸ = ŷ − y, where the loss is a mean over rows
    pairs = []
    for k, (layer, kept) in reversed(list(enumerate(layers))):
        by_weight, by_bias = error.T @ a[k], error.sum(0, keepdims=True)  # 3. ∂L/∂Wˡ = δˡ (aˡ⁻¹)ᵀ and 4. ∂L/∂bˡ = δˡ
        tables = kept.z, [neuron.weights for neuron in layer.neurons], [[neuron.bias for neuron in layer.neurons]]
        backward = (numbers(table, "grad") for table in tables)
        pairs.insert(0, list(zip((error, by_weight, by_bias), backward, strict=True)))
        error = error @ weights[k] * sigma(z[k - 1]) * (1 - sigma(z[k - 1])) if k else error  # 2. δˡ = Wᵀδˡ⁺¹ ⊙ σ′(zˡ)
    return pairs


def tell(found):
    for k, pairs in enumerate(found, 1):
        yield f"layer {k}: δ = {np.round(pairs[0][0], 4).tolist()}"
        apart = [np.abs(by_hand - backward).max() for by_hand, backward in pairs]
        yield "         by hand and by backward differ at most by: δ {:.0e}, ∂L/∂W {:.0e}, ∂L/∂b {:.0e}".format(*apart)


def picture(found):
    figure, plots = panels(*(f"error signal δ of layer {k + 1}" for k in range(len(found))), width=3.8, height=2.8)
    for axes, ((error, _), *_) in zip(plots, found, strict=True):
        axes.imshow(error, cmap="RdBu", vmin=-2 * np.abs(error).max(), vmax=2 * np.abs(error).max(), aspect="auto")
        for (row, unit), x in np.ndenumerate(error):
            axes.text(unit, row, f"{x:.4f}", ha="center", va="center")
        axes.set(xlabel="unit", xticks=range(error.shape[1]), yticks=range(4), yticklabels=["0 0", "0 1", "1 0", "1 1"])
        axes.grid(visible=False)
    plots[0].set_ylabel("row of XOR")
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)
