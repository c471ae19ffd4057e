"""Dropout: one mask, forward and backward, and a network that no longer learns its rows by heart (question 6)."""

from collections import namedtuple

from autograd import Value, total
from demos.tutorial.showing import panels, regions, show
from nn import Adam, Dropout, Layer, Sequential, binary_cross_entropy_with_logits, datasets, fit, predict

Figures = namedtuple("Figures", "forward backward histories models losses")  # losses: on its rows, without dropout
ROWS = datasets.moons(40, noise=0.35, seed=3)
HELD_OUT = datasets.moons(300, noise=0.35, seed=4)


def masks(p, count=12):
    """Return the factor that each of several ones meets on its way forward, and its gradient on its way back."""
    inputs = [Value(1.0) for _ in range(count)]
    outputs = Dropout(p, seed=1)(inputs)
    total(outputs).backward()
    return [y.data for y in outputs], [x.grad for x in inputs]


def train(p, epochs, width):
    hidden = Layer(2, width, "tanh", seed=0), Dropout(p), Layer(width, width, "tanh", seed=1), Dropout(p)
    model = Sequential(*hidden, Layer(width, 1, None, seed=2))
    loss, adam = binary_cross_entropy_with_logits, Adam(model.parameters(), learning_rate=0.02)
    history = fit(model, *ROWS, loss=loss, optimizer=adam, epochs=epochs, validation=HELD_OUT, report_every=10)
    return history, model, loss(predict(model, ROWS[0]), ROWS[1]).data


def measure(p=0.3, epochs=200, width=32):
    trained = {f"p = {share:g}": train(share, epochs, width) for share in (0.0, p)}
    columns = ({name: run[i] for name, run in trained.items()} for i in range(3))
    return Figures(*masks(p), *columns)


def tell(found):
    yield "factors forward  " + " ".join(f"{x:.2f}" for x in found.forward)
    yield "gradients back   " + " ".join(f"{x:.2f}" for x in found.backward) + "   the same mask"
    for name, history in found.histories.items():
        held = history.validation_losses
        rest = f"on the 300 held out {held[-1]:.3f} (lowest {min(held):.3f})"
        yield f"dropout {name:7}  loss on its 40 rows {found.losses[name]:.3f}, {rest}"


def picture(found):
    titles = (f"dropout {name}" for name in found.models)
    figure, (curves, *fields) = panels("loss on 300 rows held out", *titles, width=4.4, height=4)
    for name, history in found.histories.items():
        held = history.validation_losses
        curves.plot([10 * (i + 1) for i in range(len(held))], held, label=f"dropout {name}")
    curves.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
    curves.legend()
    for axes, model in zip(fields, found.models.values(), strict=True):
        regions(axes, model, *ROWS)
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)
