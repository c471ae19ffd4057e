"""Figure 3.2: what each gradient of a 2–3–1 network needs of the cache, and what is lost with a value of it."""

from nn import MLP
from viz.pages.book.chapters.backpropagation.equations import passed
from viz.pages.book.controls import Drawn, State
from viz.pages.book.figure import Figure, Numbers, program

ROW = [1.0, 0.5]  # the answer is 1, as in figure 6.2
MODEL = MLP(2, [3, 1], activation="tanh", seed=0)
UNITS = (1, 2, 3)
CACHE = ("x1", "x2", *(f"z{i}" for i in UNITS), *(f"a{i}" for i in UNITS), "z", "a")
NEEDS = {  # by the four equations, in the order of the parameters: the output's error needs the prediction
    **{
        name: ["a", f"z{i}", *start]
        for i in UNITS
        for name, start in ((f"d_w{i}1", ["x1"]), (f"d_w{i}2", ["x2"]), (f"d_b{i}", []))
    },
    **{f"d_v{i}": ["a", f"a{i}"] for i in UNITS},
    "d_c": ["a"],
}


def numbers(state: State) -> Numbers:
    """Return the cache, the gradients as the whole of it gives them, and how many are lost without a value of it."""
    model = MLP(2, [3, 1], activation="tanh", seed=0)
    found = passed(model, ROW)
    found["loss"].backward()
    values = [*ROW, *(x.data for x in [*found["z"], *found["a"], found["logit"], found["prediction"]])]
    return {
        **dict(zip(CACHE, values, strict=True)),
        **{name: p.grad for name, p in zip(NEEDS, model.parameters(), strict=True)},
        "lost": float(sum(state["pulled"] in needed for needed in NEEDS.values())),
    }


FIGURE = Figure(
    "forward/cache",
    controls={"pulled": Drawn("a", ("none", *CACHE))},
    numbers=numbers,
    programs={"network": program(lambda x: passed(MODEL, x), MODEL.parameters(), x=2)},
    data={"theta": [p.data for p in MODEL.parameters()], "row": ROW, "cache": CACHE, "needs": NEEDS},
    demo="checkpointing",
)
