"""Checkpointing: a deep network keeps fewer numbers for backward, and pays with one more forward pass (section 3.2)."""

import tracemalloc
from collections import namedtuple

from autograd import topological_order
from demos.tutorial.showing import panels, show
from nn import Checkpoint, Layer, Sequential, mean_squared_error

Cost = namedtuple("Cost", "nodes kept peak passes gradients")  # kept after forward, and at most: in thousands of bytes


def cost_of(model, calls):
    """Return what a forward and a backward pass take."""
    inputs, targets = [[0.5, -0.5], [1.0, 0.0]], [[0.0, 0.0], [0.0, 1.0]]
    model.batch(inputs)  # so that what is made only once is made
    model.zero_grad()
    calls.clear()
    tracemalloc.start()
    loss = mean_squared_error(model.batch(inputs), targets)
    kept = tracemalloc.get_traced_memory()[0] / 1000
    nodes = sum(not node.is_leaf for node in topological_order(loss))
    loss.backward()
    peak = tracemalloc.get_traced_memory()[1] / 1000
    tracemalloc.stop()
    return Cost(nodes, kept, peak, len(calls), [p.grad for p in model.parameters()])


def measure(depths=(16, 64, 256)):
    """Return for each depth what the network costs plainly, and in √depth checkpoints of √depth layers."""
    found, calls = {}, []
    for depth in depths:
        size = round(depth**0.5)
        layers = [Sequential(Layer(2, 2, "tanh", seed=i), lambda row: calls.append(1) or row) for i in range(depth)]
        blocks = [Checkpoint(Sequential(*layers[i : i + size])) for i in range(0, depth, size)]
        found[depth] = cost_of(Sequential(*layers), calls), cost_of(Sequential(*blocks), calls)
    return found


def tell(found):
    yield "        plain                                     checkpointed"
    yield "layers  " + 2 * "nodes     kept     peak   layers computed   "
    for depth, pair in found.items():
        yield f"{depth:6}" + "    ".join(f"{c.nodes:7} {c.kept:5.0f} kB {c.peak:5.0f} kB {c.passes:17}" for c in pair)


def picture(found):
    figure, (left, right) = panels("nodes kept for backward", "layers computed (two rows)")
    for axes, field in ((left, "nodes"), (right, "passes")):
        for i, name in enumerate(("plain", "checkpointed")):
            axes.loglog(list(found), [getattr(pair[i], field) for pair in found.values()], marker="os"[i], label=name)
        axes.set(xlabel="layers", xticks=list(found), xticklabels=list(found))
        axes.minorticks_off()
    left.legend()
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)
