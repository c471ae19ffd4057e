"""Learning rates: too low crawls, right descends, too high leaps about; finder and warm-up (section 5, question 3)."""

from collections import namedtuple
from itertools import pairwise

from demos.tutorial.showing import panels, show
from nn import MLP, SGD, WarmUp, datasets, diagnose, find_learning_rate, fit, sharpness
from nn import binary_cross_entropy_with_logits as cross_entropy

Figures = namedtuple("Figures", "sweep sharpness rates losses alarms")


def begin(rate=0.1):
    model = MLP(2, [8, 8, 1], activation="tanh", seed=2)
    return model, {"loss": cross_entropy, "optimizer": SGD(model.parameters(), learning_rate=rate)}


def measure(rows=40, epochs=200):
    data = datasets.moons(rows)
    model, how = begin()
    sweep = find_learning_rate(model, *data, **how, start=1e-7, end=10.0, steps=100)
    curvature = sharpness(model, *data, loss=how["loss"])
    factors = {"too low": 0.01, "right": 1, "high": 10, "high, warmed up": 10, "too high": 30}
    rates, losses, alarms = {name: factor * sweep.suggestion for name, factor in factors.items()}, {}, {}
    for name, rate in rates.items():
        model, how = begin(rate)
        history = fit(model, *data, **how, epochs=epochs, schedule=WarmUp(epochs // 2) if "warm" in name else None)
        losses[name], alarms[name] = history.losses, diagnose(model, *data, **how, history=history).alarms
    return Figures(sweep, curvature, rates, losses, alarms)


def tell(found):
    yield f"The finder's sweep from 1e-7 to 10 suggests {found.sweep.suggestion:.2g}."
    yield f"The sharpness λ of the first weights allows up to 2/λ = {2 / found.sharpness:.2g} there."
    for name, losses in found.losses.items():
        rises = sum(after > before for before, after in pairwise(losses))
        course = f"loss {losses[0]:.2f} → {losses[-1]:.2g}, rose {rises} times"
        yield f"{name:15} rate {found.rates[name]:6.3f}: {course}; {', '.join(found.alarms[name]) or 'healthy'}"


def picture(found):
    figure, (left, *others) = panels("learning-rate finder", "loss by epoch", "ten times the right rate", width=4.2)
    left.semilogx(found.sweep.rates[: len(found.sweep.losses)], found.sweep.losses)
    left.axvline(found.sweep.suggestion, color="black", linestyle="--", label="suggested")
    left.set(xlabel="learning rate of the step", ylabel="loss")
    for name, losses in found.losses.items():
        axes = others[name.startswith("high")]
        axes.semilogy(losses, label=f"{name}: {found.rates[name]:.2g}", linewidth=1)
        axes.set(xlabel="epoch", ylabel="loss", ylim=(1e-3, 1e2))
        axes.legend(loc="lower left")
    left.legend()
    return figure


if __name__ == "__main__":
    figures = show(measure, tell, picture)
