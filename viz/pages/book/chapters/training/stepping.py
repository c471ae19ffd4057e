"""Figure 10: one row there and back through a 2–2–1 network, and the step of its nine parameters."""

from autograd import Value, tanh
from nn import SGD
from viz.pages.book.chapters.backpropagation.equations import ROW, TARGET, network
from viz.pages.book.chapters.training.passes import pass_numbers, with_terms
from viz.pages.book.controls import Slider, State, Steps
from viz.pages.book.figure import Figure, Numbers, counted, program, update

MODEL = network()
STEPS = 7 + 12 + 9 + 1  # forward, back, the update of each parameter, and forward once more


def numbers(state: State) -> Numbers:
    """Return every number of the pass, and what a step of this rate makes of it."""
    model = network()
    before = pass_numbers(model, ROW, TARGET)
    SGD(model.parameters(), learning_rate=state["eta"]).step()
    after = with_terms(model, ROW, [TARGET])
    return {
        **before,
        **counted("next", model.parameters()),
        "L_after": after["loss"].data,
        "prediction_after": after["prediction"].data,
    }


FIGURE = Figure(
    "training/stepping",
    controls={"eta": Slider("rate η", 0.01, 5.0, 0.5, powers=True), "step": Steps("step", STEPS)},
    numbers=numbers,
    programs={
        "pass": program(lambda x, y: with_terms(MODEL, x, y), MODEL.parameters(), x=2, y=1),
        "bend": program(tanh, 1),
        "descend": update(SGD([Value(0.0)], learning_rate=0.5)),
    },
    data={"row": ROW, "target": TARGET, "theta": [p.data for p in MODEL.parameters()]},
    states=[{"step": k} for k in (1, 5, 7, 8, 12, 13, 17, 19, 22, 28)],
)
