"""Figure 5.1: a walk down a valley, and the rate beyond which it flies out; the same on two weights of a network."""

from collections.abc import Callable
from math import hypot

from autograd import Value, grad, value_and_grad
from nn import SGD, binary_cross_entropy_with_logits
from viz.pages.book.controls import Choice, Slider, State
from viz.pages.book.figure import Figure, Numbers, program, update

Point = tuple[float, float]
STEPS, TURNS = 12, 24  # of the walk; of the search for the steepest direction, after which it no longer changes
START: Point = (-3.0, 0.55)
# MLP(2, [2, 1], activation="tanh", seed=0) after 300 epochs on XOR at rate 0.5: what its two hidden units say in
# each row, and the bias of its output.  The two weights between are the walker's; LOWEST is where their loss is least.
HIDDEN = ((-0.891, 0.994), (0.941, 0.713), (0.939, 0.714), (1.0, -0.804))
BIAS, TARGETS = -3.22, (0.0, 1.0, 1.0, 0.0)
FROM: Point = (3.6, 4.6)
LOWEST: Point = (4.8452, 5.0558)
NEAR = 2.0**-7  # how far apart the two gradients are taken: a power of 2 adds no rounding of its own


def valley(u: Value, v: Value) -> Value:
    """Return the loss of a valley that is ten times as steep across as along."""
    return (u * u + 10.0 * v * v) / 2.0


def network(u: Value, v: Value) -> Value:
    """Return the loss of the network on XOR, where these are the two weights of its output."""
    return binary_cross_entropy_with_logits([u * a + v * b + BIAS for a, b in HIDDEN], TARGETS)


def walk(loss: Callable[[Value, Value], Value], start: Point, rate: float) -> tuple[list[Point], list[float]]:
    """Return the points of gradient descent, and the loss at each."""
    points, losses = [start], []
    for _ in range(STEPS + 1):
        value, (du, dv) = value_and_grad(loss, (0, 1))(*points[-1])
        losses.append(value)
        points.append((points[-1][0] - rate * du, points[-1][1] - rate * dv))
    return points[:-1], losses


def steepest(loss: Callable[[Value, Value], Value], point: Point) -> float:
    """Return the largest curvature at a point: the power iteration, on differences of gradients."""
    along, curvature = (0.6, 0.8), 0.0
    for _ in range(TURNS):
        up = grad(loss, (0, 1))(point[0] + NEAR * along[0], point[1] + NEAR * along[1])
        down = grad(loss, (0, 1))(point[0] - NEAR * along[0], point[1] - NEAR * along[1])
        bend = ((up[0] - down[0]) / (2 * NEAR), (up[1] - down[1]) / (2 * NEAR))
        curvature = hypot(*bend)
        along = (bend[0] / curvature, bend[1] / curvature)
    return curvature


def numbers(state: State) -> Numbers:
    """Return what a step multiplies the distance with, the walls, and the losses."""
    points, losses = walk(valley, START, state["eta"])
    curvature = steepest(network, LOWEST)
    _, others = walk(network, FROM, state["rate"])
    return {
        "along": points[1][0] / points[0][0],
        "across": points[1][1] / points[0][1],
        "first": losses[0],
        "third": losses[3],
        "loss": losses[-1],
        "wall": 2.0 / steepest(valley, (0.0, 0.0)),
        "curvature": curvature,
        "xor_wall": 2.0 / curvature,
        "factor": 1.0 - state["rate"] * curvature,
        "xor_first": others[0],
        "xor_loss": others[-1],
    }


FIGURE = Figure(
    "descent/valley",
    controls={
        "tab": Choice("Surface", {"valley": "a plain valley", "xor": "two weights of a network on XOR"}, "valley"),
        "eta": Slider("rate η", 0.003, 0.9, 0.21, powers=True),
        "rate": Slider("rate η", 1.0, 100.0, 36.0, powers=True),
    },
    numbers=numbers,
    programs={"valley": program(valley, 2), "xor": program(network, 2), "descent": update(SGD([Value(0.0)], 0.1))},
    data={"steps": STEPS, "turns": TURNS, "near": NEAR, "valley": START, "from": FROM, "lowest": LOWEST},
    states=[{"eta": 0.19}, {"eta": 0.1}, {"tab": "xor", "rate": 20.0}, {"tab": "xor", "rate": 100.0}],
    demo="learning_rates",
)
