"""Steps shared by devices: their arithmetic, on devices that are stood in for, against the whole batch on NumPy."""

import math

import numpy as np
import pytest

import nn
from autograd import Value, dot, mean, take, total
from autograd.compile import compile_training
from autograd.compile.backends.runner import NumpyRunner, in_order_of_parameters

pytest.importorskip("jax")
from autograd.compile import on_devices
from autograd.compile.backends.jax import devices
from autograd.compile.backends.jax.devices import Devices
from autograd.compile.backends.jax.source import JAX, MATHS
from autograd.compile.ir.program import Array
from autograd.compile.on_devices import DevicesStep

DRAW = np.random.default_rng(0)
X, Y = DRAW.normal(size=(11, 2)), DRAW.normal(size=11)


class Stood:
    """Eight parts, all of this process unless others give their rows, on devices that are their numbers."""

    parts, own = 8, range(8)

    def __init__(self, others=None):
        self.others, self.rows, self.agreed = others, [], []

    def of(self, part):
        return f"device {part}"

    def gathered(self, rows):
        self.rows.append(rows.copy())
        return rows if self.others is None else np.concatenate([rows, self.others])

    def agree(self, arrays, what):
        self.agreed.append(([x.tolist() for x in arrays], what))


@pytest.fixture(autouse=True)
def begun(monkeypatch):
    """Where each part was begun, and on how many rows; NumPy computes it."""
    places = []

    class Part:
        def __init__(self, program):
            self.program, self.runner = program, NumpyRunner(program)

        def begin(self, device, theta, arguments):
            places.append((device, np.size(arguments[-1])))
            self.runner.theta[:] = theta[self.program.order]
            return self.runner.run(arguments)[0], self.runner.gradient.copy()

    monkeypatch.setattr(on_devices, "PartProgram", Part)
    return places


def model():
    weights = [Value(0.3), Value(-0.2), Value(0.1), Value(7.0)]

    def loss(x, y):
        return mean([(dot(weights[:2], row, weights[2]) - t) ** 2 for row, t in zip(x, y, strict=True)])

    return loss, weights


@pytest.mark.parametrize("clip", [None, nn.ClipByNorm(0.3).clip_array], ids=["free", "clipped"])
@pytest.mark.parametrize("make", [lambda p: nn.SGD(p, 0.1, momentum=0.9), lambda p: nn.Adam(p, 0.1)])
@pytest.mark.filterwarnings("ignore:the loss does not depend")
def test_steps_are_those_of_the_whole_batch(make, clip, begun):
    found = []
    for shared in (True, False):
        loss, weights = model()
        optimizer, stood = make(weights), Stood()
        if shared:
            step = DevicesStep(loss, weights, optimizer, stood, clip)
        else:
            step = compile_training(loss, weights, optimizer, "numpy", clip)
        losses = [
            *step(X, Y, steps=2),
            *step(X, Y, rate=0.05),
            *step.on_rows([range(3), range(4, 7)], [0.1, 0.2], X, Y),
        ]
        step.write_back()
        memories = [optimizer.state[name] for name in optimizer.state_names]
        own = [p.data for p in weights], [p.grad for p in weights[:3]], optimizer.step_count
        found.append([np.array(losses), *own, memories, np.nan if clip is None else step.norm])
        assert not weights[3].has_grad
        assert step.used == {0, 1, 2}
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
    rows = [11 * (k + 1) // 8 - 11 * k // 8 for k in range(8)]
    assert begun[:8] == [(f"device {k}", n) for k, n in enumerate(rows)]
    assert begun[24:27] == [("device 2", 1), ("device 5", 1), ("device 7", 1)], "three rows are three parts"
    assert len(begun) == 30


def test_what_each_part_gives_stands_in_its_row():
    loss, weights = model()
    step = DevicesStep(loss, weights[:3], nn.SGD(weights[:3], 0.1), stood := Stood())
    (found,) = step(X[:3], Y[:3])
    (rows,) = stood.rows
    assert not rows[[0, 1, 3, 4, 6], :].any()
    assert rows[[2, 5, 7], 1].mean() == pytest.approx(found, rel=1e-15)
    truth = []
    for x, y in zip(X[:3], Y[:3], strict=True):
        slope = 2.0 * (0.3 * x[0] - 0.2 * x[1] + 0.1 - y)
        truth.append([slope * x[0], slope * x[1], slope])
    np.testing.assert_allclose(rows[[2, 5, 7], 2:], truth, rtol=1e-13)


def test_a_process_without_rows_goes_along_and_stops_when_any_is_asked():
    loss, weights = model()
    stood = Stood(np.zeros((4, 5)))
    stood.own = range(4, 8)
    step = DevicesStep(loss, weights[:3], nn.SGD(weights[:3], 0.1), stood)
    stood.own = range(4)
    stood.others = np.array([[0.0, 8.0, 1.0, 2.0, 4.0]] * 4)  # no gradient of ours: one row, the last of eight parts
    assert step(X[:1], Y[:1], steps=2).tolist() == [8.0, 8.0]
    step.write_back()
    assert [p.data for p in weights[:3]] == pytest.approx([0.3 - 0.2, -0.2 - 0.4, 0.1 - 0.8])
    assert (step.told, [rows[:, 0].tolist() for rows in stood.rows]) == (False, [[0.0] * 4] * 2)
    stood.others[2, 0] = 1.0
    assert len(step(X[:1], Y[:1], steps=5)) == 1
    assert step.told
    assert len(step.on_rows([[0], [1]], [0.1, 0.1], X, Y)) == 1
    step.asked = lambda: True
    step(X[:1], Y[:1])
    assert stood.rows[-1][:, 0].tolist() == [1.0] * 4


def test_what_is_not_finite_ends_the_steps_and_is_not_clipped():
    loss, weights = model()
    norms = []
    step = DevicesStep(loss, weights[:3], nn.SGD(weights[:3], 0.1), Stood(), lambda g, norm: norms.append(norm))
    step(X, Y)
    assert norms == [step.norm]
    assert len(step(X, Y * 1e200, steps=5)) == 1
    assert (len(norms), math.isfinite(step.norm)) == (1, False)
    assert len(step.on_rows([[0], [1]], [0.1] * 2, X * np.inf, Y)) == 1


def test_processes_compare_what_they_begin_with():
    loss, weights = model()
    optimizer = nn.SGD(weights, 0.1, momentum=0.5)
    optimizer.step_count, optimizer.state["velocity"] = 3, [1.0, 2.0, 3.0, 4.0]
    stood = Stood()
    step = DevicesStep(loss, weights, optimizer, stood)
    assert stood.agreed[0][0] == [[0.3, -0.2, 0.1, 7.0], [1.0, 2.0, 3.0, 4.0], 3]
    assert stood.agreed[0][1].startswith("weights, optimizer's memories and step count")
    assert (step.steps_made, step.fuses) == (3, False)


def test_what_is_drawn_or_kept_is_refused_and_indices_are_checked(monkeypatch):
    for layer, more in ((nn.Dropout(0.5, seed=0), 1), (nn.BatchNorm(2), 2)):
        chain = nn.Sequential(nn.Layer(2, 2, seed=0), layer)
        step = DevicesStep(
            lambda x, chain=chain: total([v for row in chain.batch(x) for v in row]),
            chain.parameters(), nn.SGD(chain.parameters(), 0.1), Stood(),
        )  # fmt: skip
        with pytest.raises(ValueError, match="devices compute parts of a batch by themselves"):
            step(X[: 8 * more])
    table = [Value(1.0), Value(2.0), Value(3.0)]
    monkeypatch.setattr(on_devices, "CHUNK", 4)
    step = DevicesStep(lambda k: mean([take(table, i) ** 2 for i in k]), table, nn.SGD(table, 0.1), Stood())
    step(np.arange(16) % 3)
    step.check(16, np.arange(32) % 3)
    for wrong in (0, 5, 31):
        numbers = np.arange(32) % 3
        numbers[wrong] = 3
        with pytest.raises(IndexError, match=r"is 3, and is used as an index: the first is 0, the last 2"):
            step.check(16, numbers)


def test_gradients_are_in_the_order_of_the_parameters():
    loss, weights = model()
    step = compile_training(loss, weights[2::-1], nn.SGD(weights, 0.1), "numpy")
    step(X, Y)
    program = step._programs.latest.program
    assert in_order_of_parameters(program, np.arange(3.0)).tolist() == np.argsort(program.order).tolist()


# ---------------------------------------------------------------------------------------------- JAX's own
def seen(monkeypatch, processes, index, local, there=None):
    """Let JAX see so many processes, of which this is one, and devices by these names in it."""
    counts = {"process_count": processes, "process_index": index, "device_count": there or processes * len(local)}
    for name, x in counts.items():
        monkeypatch.setattr(devices.jax, name, lambda x=x: x)
    monkeypatch.setattr(devices.jax, "local_devices", lambda: local)


@pytest.mark.parametrize(
    ("count", "processes", "index", "local", "own", "of"),
    [
        (None, 1, 0, "a", range(8), "aaaaaaaa"), (1, 1, 0, "abc", range(8), "aaaaaaaa"),
        (2, 1, 0, "abcd", range(8), "aaaabbbb"), (None, 1, 0, "abcdefgh", range(8), "abcdefgh"),
        (None, 2, 1, "ab", range(4, 8), "aabb"), (None, 4, 3, "a", range(6, 8), "aa"),
        (None, 1, 0, "abcdefghijklmnop", range(16), "abcdefghijklmnop"),
    ],
)  # fmt: skip
def test_parts_are_shared_out_evenly(count, processes, index, local, own, of, monkeypatch):
    seen(monkeypatch, processes, index, list(local))
    found = Devices(count)
    assert (found.own, found.processes, found.is_first) == (own, processes, index == 0)
    assert found.parts == max(8, len(local) * processes if count is None else count)
    assert "".join(map(found.of, own)) == of


@pytest.mark.parametrize(
    ("count", "processes", "local", "there", "says"),
    [
        (2, 1, "a", None, r"devices=2, but JAX sees 1 device in 1 process; on a CPU"),
        (9, 2, "aaaa", None, r"devices=9, but JAX sees 8 devices in 2 processes: take all of them"),
        (4, 2, "aaaa", None, r"devices=4, but JAX sees 8 devices in 2 processes: take all of them"),
        (3, 1, "aaaa", None, r"devices=3: 8 parts of a batch are shared evenly by \[1, 2, 4, 8\], or by more than 8"),
        (None, 2, "a", 4, r"process 0 has 1 of 4 devices: give each process as many"),
    ],
)
def test_devices_that_cannot_share_are_refused(count, processes, local, there, says, monkeypatch):
    seen(monkeypatch, processes, 0, list(local), there)
    with pytest.raises(ValueError, match=says):
        Devices(count)


def test_numbers_that_differ_between_processes_are_told(monkeypatch):
    alone = Devices(1)
    rows = np.array([[0.1, 0.2]])
    assert alone.gathered(rows).tolist() == rows.tolist()
    assert alone.gathered(rows).dtype == np.float64
    alone.agree([rows, np.arange(3)], "rows")
    given = []
    monkeypatch.setattr(alone, "gathered", lambda x: (given.append(x), np.concatenate([x, x, x + np.uint8(1)]))[1])
    with pytest.raises(RuntimeError, match="process 2 and process 0 of 1 do not have the same rows"):
        alone.agree([rows, np.arange(3)], "rows")
    for other in ([rows.T, np.arange(3)], [rows, np.arange(3.0)], [rows + 1e-16, np.arange(3)], [rows]):
        with pytest.raises(RuntimeError, match="rows"):
            alone.agree(other, "rows")
    assert len({x.tobytes() for x in given}) == 5, "shapes, kinds, numbers and how many there are"
    assert {x.shape for x in given} == {(1, 32)}


@pytest.mark.parametrize("shapes", [((3, 64), (64, 2)), ((2, 3, 130), (2, 130, 4))])
def test_long_sums_are_made_of_those_of_64_products(shapes):
    draw = np.random.default_rng(0)
    x, y = (draw.normal(size=shape) for shape in shapes)
    array = Array("matmul", (Array("input", (), x.shape), Array("input", (), y.shape)), (*x.shape[:-1], y.shape[-1]))
    with devices.in_64_bits():
        found = np.asarray(devices._in_blocks(array, x, y))
        blocks = [(x[..., k : k + 64], y[..., k : k + 64, :]) for k in range(0, x.shape[-1], 64)]
        whole = sum(np.asarray(JAX["matmul"](array, *block)) for block in blocks)
    np.testing.assert_allclose(found, x @ y, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(found, whole, rtol=1e-15, atol=1e-15)


def test_a_part_computes_in_64_bits_where_it_is_told():
    loss, weights = model()
    step = compile_training(loss, weights[:3], nn.SGD(weights[:3], 0.1), "numpy")
    step(X, Y)
    program, given = step._programs.latest.program, step._programs.latest.arguments([X, Y])
    theta = np.array([0.3, -0.2, 0.1])
    found, gradient = devices.PartProgram(program).begin(devices.jax.devices()[0], theta, given)
    runner = NumpyRunner(program)
    runner.theta[:] = theta[program.order]
    (truth,) = runner.run(given)
    assert (found.shape, str(found.dtype), str(gradient.dtype)) == ((), "float64", "float64")
    assert float(found) == pytest.approx(truth, rel=1e-14)
    np.testing.assert_allclose(gradient, runner.gradient, rtol=1e-13)


def test_jax_has_the_error_functions_of_python():
    with devices.in_64_bits():
        for x in (-2.5, 0.25, 3.0):
            assert float(MATHS.erf(x)) == pytest.approx(math.erf(x), rel=1e-14)
            assert float(MATHS.erfc(x)) == pytest.approx(math.erfc(x), rel=1e-13)
