"""Threads, forks, interrupts, and processes without streams: what one does is not seen, and not missed, by another."""

import os
import pickle
import random
import threading
import time

import pytest

import autograd
import nn
import viz
from autograd import Value
from autograd import compile as compile_
from nn import MLP, SGD, History, diagnose, fit, mean_squared_error, predict
from tests.support.training.noisy import X, Y, loss, network, train

FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")


QUIETLY = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


OF_JAX = pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")  # if another test has loaded it


class Beside:
    """A thread that does something again and again while the block runs."""

    def __init__(self, act):
        self.act, self.over, self.began, self.error = act, False, threading.Event(), None
        self.thread = threading.Thread(target=self.run)

    def run(self):
        try:
            while not self.over:
                self.act()
                self.began.set()
        except BaseException as error:
            self.error = error
            self.began.set()

    def __enter__(self):
        self.thread.start()
        self.began.wait(30)
        return self

    def __exit__(self, *error):
        self.over = True
        self.thread.join()
        assert self.error is None


# --------------------------------------------------------------------------------------- threads
class Interrupted(nn.Module):
    """A layer, in whose pass another thread makes a pass of its own."""

    def __init__(self, act):
        self.layer, self._act = MLP(1, [1], seed=1), act

    def __call__(self, row):
        thread = threading.Thread(target=self._act)
        thread.start()
        thread.join()
        return self.layer(row)


def test_a_forward_cache_and_a_diagnosis_hold_the_passes_of_their_own_thread():
    other, seen = MLP(1, [3, 1], seed=2), []
    mine = Interrupted(lambda: seen.append(other([0.5])))
    cache = mine.forward_cache(X[:4])
    assert {path: len(layer.z) for path, layer in cache.items()} == {"layer.layers.0": 4}
    found = str(diagnose(mine, X, Y, loss=mean_squared_error))
    assert found == str(diagnose(Interrupted(lambda: None), X, Y, loss=mean_squared_error))
    mine = Interrupted(lambda: seen.append(other.forward_cache([[0.5]])))
    assert {path: len(layer.z) for path, layer in mine.forward_cache(X[:4]).items()} == {"layer.layers.0": 4}
    assert len(seen[-1]["layers.0"].z) == 1


@pytest.mark.usefixtures("often_switched")
def test_another_thread_that_predicts_does_not_see_or_make_another_behavior():
    model = network()
    seen = []
    with Beside(lambda: predict(model, X[:2])):
        for _ in range(300):
            seen.append(all(module.training for _, module in model.named_modules()))
    assert all(seen)


class Sitting(threading.Thread):
    """A thread that enters a mode and leaves it when it is told."""

    def __init__(self, mode):
        super().__init__()
        self.mode, self.told, self.heard, self.over = mode, threading.Event(), threading.Event(), False

    def tell(self):
        self.told.set()
        assert self.heard.wait(30)
        self.heard.clear()

    def hear(self):
        self.heard.set()
        self.told.wait(30)
        self.told.clear()

    def run(self):
        self.told.wait(30)
        self.told.clear()
        while not self.over:
            with self.mode():
                self.hear()
            if not self.over:
                self.hear()
        self.heard.set()


class BesideAMode(nn.Module):
    """An MLP in whose passes another thread enters a mode and leaves it, after so many rows."""

    def __init__(self, sizes, every, tell):
        self.net, self._every, self._rows, self._tell = MLP(1, sizes, "tanh", seed=3), every, 0, tell

    def __call__(self, row):
        self._rows += 1
        if self._rows % self._every == 0:
            self._tell()
        return self.net(row)


@pytest.mark.parametrize("mode", [autograd.no_grad, autograd.detect_anomaly])
@pytest.mark.parametrize("every", [1, 3, 1000])
def test_what_another_thread_is_in_changes_no_bit_here(mode, every):
    def trained(sizes, tell):
        model = BesideAMode(sizes, every, tell)
        optimizer = SGD(model.parameters(), 0.05)
        fit(model, X, Y, loss=mean_squared_error, optimizer=optimizer, epochs=6, batch_size=4, backend="recorded",
            validation=(X[:3], Y[:3]))  # fmt: skip
        for x in X:
            (model(x) * model(x)).backward()
        return repr([(p.data, p.grad) for p in model.parameters()])

    shapes = [8, 8, 1], [5, 7, 3, 1], [1, 2, 1]
    alone = [trained(sizes, lambda: None) for sizes in shapes]
    sitting = Sitting(mode)
    sitting.start()
    try:
        sitting.tell()
        assert [trained(sizes, sitting.tell) for sizes in shapes] == alone
    finally:
        sitting.over = True
        sitting.told.set()
        sitting.join()


@pytest.mark.usefixtures("often_switched")
def test_no_training_and_no_file_gives_another_thread_its_random_numbers_again(tmp_path):
    pytest.importorskip("safetensors")
    drawn = []
    with Beside(lambda: drawn.extend(random.getrandbits(64) for _ in range(5))):
        for seed in range(4):
            model = network(seed)
            optimizer = SGD(model.parameters(), 0.05)
            train(model, 2)
            nn.TrainingSession(model, X, Y, loss=loss).step(2)
            nn.save(tmp_path / "run", model, optimizer, History())
            nn.load(tmp_path / "run", model, optimizer, History())
    assert len(set(drawn)) == len(drawn)


class Drawing(nn.Module):
    def __init__(self):
        self.layer = MLP(1, [1], seed=1)

    def __call__(self, row):
        return self.layer([row[0] + random.random()])


def test_a_model_that_draws_from_pythons_generator_is_repeatable_beside_threads_that_do_not():
    def after():
        random.seed(5)
        session = nn.TrainingSession(Drawing(), X, Y, loss=loss)
        session.step(3)
        session.back(2)
        return random.random(), session.step()

    alone = after()
    with Beside(lambda: time.sleep(0.001)):
        assert after() == alone


# ----------------------------------------------------------------------------------------- forks
def in_a_child(act, seconds=20):
    """Return what a forked child makes of `act()`; fails if it hangs."""
    receive, send = os.pipe()
    child = os.fork()
    if not child:
        try:
            answer = act()
        except BaseException as error:
            answer = repr(error)
        os.write(send, pickle.dumps(answer))
        os._exit(0)
    os.close(send)
    watch = threading.Timer(seconds, os.kill, (child, 9))
    watch.start()
    with os.fdopen(receive, "rb") as answers:
        answer = answers.read()
    watch.cancel()
    os.waitpid(child, 0)
    assert answer, "the child hung"
    return pickle.loads(answer)


@FORKS
@QUIETLY
@OF_JAX
@pytest.mark.parametrize("kind", ["recorded", "compiled"])
def test_a_child_forked_while_another_thread_trains_works_and_gets_the_same_bits(kind):
    shared = MLP(1, [8, 8, 1], seed=4)
    # by itself it becomes machine code, of other last bits, as soon as the thread beside has called it often enough
    step = compile_(lambda x: shared(x) ** 2, parameters=shared.parameters(), backend="numpy")

    def trained():
        model = network()
        train(model)
        return repr([p.data for p in model.parameters()]), step([0.5]) if kind == "compiled" else 0.0

    alone = trained()
    with Beside((lambda: (shared(X[3]) ** 2).backward()) if kind == "recorded" else (lambda: step(X[3]))):
        for _ in range(6):
            assert in_a_child(trained) == alone


@FORKS
@QUIETLY
@OF_JAX
def test_a_child_finds_a_lock_free_that_another_thread_holds_and_keeps_its_own():
    from autograd.support.locks import make_lock

    held, own, begun, done = make_lock(), make_lock(), threading.Event(), threading.Event()

    def hold():
        with held:
            begun.set()
            done.wait(30)

    thread = threading.Thread(target=hold)
    thread.start()
    begun.wait(30)

    def child():
        with held, own:
            return "free"

    with own:
        assert in_a_child(child) == "free"
    done.set()
    thread.join()


@FORKS
@QUIETLY
@OF_JAX
def test_a_child_draws_while_another_thread_was_drawing(monkeypatch):
    begun, done = threading.Event(), threading.Event()

    def slow(*given):
        begun.set()
        done.wait(30)
        return b"<svg></svg>"

    monkeypatch.setattr("viz.support.rendering.render", slow)
    thread = threading.Thread(target=lambda: viz.draw(Value(1.0)).svg)
    thread.start()
    assert begun.wait(30)
    done_in_child = lambda: done.set() or "<svg" in viz.draw(Value(2.0)).svg  # noqa: E731
    try:
        assert in_a_child(done_in_child) is True
    finally:
        done.set()
        thread.join()
