"""Dropout: one mask, forward and backward, and a network that no longer learns its rows by heart (question 6)."""

from collections import namedtuple

from autograd import Value, total
from demos.tutorial.showing import BLUE, ORANGE, panels, regions, show
from nn import Adam, Dropout, Layer, Sequential, binary_cross_entropy_with_logits, datasets, fit, predict

Figures = namedtuple("Figures", "forward backward runs")  # runs: for each p one from each seed
Run = namedtuple("Run", "model loss held_out")  # the loss on its rows, and of the course of training on those held out
ROWS, HELD_OUT = datasets.moons(40, noise=0.35, seed=3), datasets.moons(100, noise=0.35, seed=4)
EVERY, SEEDS = 30, range(3)


def masks(p, count=12):
    """Return the factor that each of several ones meets on its way forward, and its gradient on its way back."""
    inputs = [Value(1.0) for _ in range(count)]
    outputs = Dropout(p, seed=1)(inputs)
    total(outputs).backward()
    return [y.data for y in outputs], [x.grad for x in inputs]


def train(p, epochs, width, seed):
    layers = (Layer(n, width, "tanh", seed=10 * seed + i) for i, n in enumerate((2, width)))
    model = Sequential(*(part for layer in layers for part in (layer, Dropout(p))), Layer(width, 1, None, seed=seed))
    loss, adam = binary_cross_entropy_with_logits, Adam(model.parameters(), learning_rate=0.02)
    history = fit(model, *ROWS, loss=loss, optimizer=adam, epochs=epochs, validation=HELD_OUT, report_every=EVERY)
    return Run(model, loss(predict(model, ROWS[0]), ROWS[1]).data, history.validation_losses)


def measure(p=0.3, epochs=300, width=16):
    return Figures(*masks(p), {f"p = {x:g}": [train(x, epochs, width, seed) for seed in SEEDS] for x in (0.0, p)})


def tell(found):
    yield "factors forward  " + " ".join(f"{x:.2f}" for x in found.forward)
    yield "gradients back   " + " ".join(f"{x:.2f}" for x in found.backward) + "   the same mask"
    for name, runs in found.runs.items():
        for run in runs:
            rest = f"on the {len(HELD_OUT[0])} held out {run.held_out[-1]:.3f} (lowest {min(run.held_out):.3f})"
            yield f"dropout {name:7}  loss on its {len(ROWS[0])} rows {run.loss:.3f}, {rest}"


def picture(found):
    titles = (f"dropout {name}" for name in found.runs)
    figure, (curves, *fields) = panels("loss on the rows held out, 3 seeds", *titles, width=4.4, height=4)
    for (name, runs), axes, color, line in zip(found.runs.items(), fields, (BLUE, ORANGE), ("-", "--"), strict=True):
        for run in runs:
            epochs = [EVERY * (i + 1) for i in range(len(run.held_out))]
            curves.plot(epochs, run.held_out, line, color=color, label=f"dropout {name}" if run is runs[0] else None)
        regions(axes, runs[0].model, *ROWS)
    curves.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
    curves.legend()
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)
