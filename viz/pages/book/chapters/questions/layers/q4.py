"""Figure Q4: what a network learns at five rates, with and without batch normalization, which changes three sums.

The losses are those that `python -m demos.tutorial batch_norm_rates` measures, to 6 digits.
"""

from math import log

from autograd import Value
from nn import BatchNorm
from viz.pages.book.controls import Choice, Slider, State
from viz.pages.book.figure import Figure, Numbers, program

LOSSES = {  # after 100 epochs, from four first weights each, by rate: without, and with
    "0.1": ((0.40188, 0.336894, 0.359803, 0.339115), (0.13507, 0.0847274, 0.0724557, 0.113076)),
    "0.3": ((0.308118, 0.254173, 0.257645, 0.264285), (0.0551504, 0.0110411, 0.0116471, 0.0546379)),
    "1.0": ((0.135794, 0.274366, 0.274343, 0.207871), (0.00401336, 0.00260163, 0.00230478, 0.00225559)),
    "3.0": ((0.236353, 0.29276, 0.233072, 0.693147), (0.00132163, 0.0006553, 0.00114822, 0.000962258)),
    "10.0": ((1.04443, 1.04443, 1.04443, 1.04443), (0.606455, 0.458903, 1.04443, 0.52942)),
}
SUMS = (1.0, 2.0)  # of the first two rows; the reader moves the third


def normalized(third: Value) -> list[Value]:
    """Return what batch normalization makes of a neuron's sums in three rows."""
    return [row[0] for row in BatchNorm(1).batch([[x] for x in (*SUMS, third)])]


def shown(third: Value) -> dict[str, Value | list[Value]]:
    """Return the last of them, and all three."""
    made = normalized(third)
    return {"last": made[-1], "made": made}


def numbers(state: State) -> Numbers:
    """Return the best and the worst loss of either way, and the three sums when normalized."""
    plain, normal = LOSSES[state["eta"]]
    first, second, third = (x.data for x in normalized(Value(state["sum"])))
    return {
        "plain_best": min(plain),
        "plain_worst": max(plain),
        "best": min(normal),
        "worst": max(normal),
        "first": first,
        "second": second,
        "third": third,
    }


FIGURE = Figure(
    "questions/layers/q4",
    controls={
        "eta": Choice("rate", {rate: f"{float(rate):g}" for rate in LOSSES}, "1.0"),
        "sum": Slider("sum in row 3", -10.0, 10.0, 6.0, step=0.5),
    },
    numbers=numbers,
    programs={"normalized": program(shown, 1)},
    data={"losses": LOSSES, "sums": SUMS, "half": log(2.0)},
    states=[{"eta": "10.0", "sum": 0.0}],
    demo="batch_norm_rates",
)
