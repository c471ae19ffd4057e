"""Where a way of recording is on: functions, generators, coroutines, threads."""

import asyncio
import contextlib
import copy
import functools
import inspect
import itertools
import pickle
import sys
import threading

import pytest

import autograd as ag
from autograd import Value
from autograd.recording import modes

# --------------------------------------------------------------------- where a way of recording is on
X = Value(2.0, "x")


def recorded():
    return not (X * X).is_leaf


@ag.no_grad
def without_brackets():
    return X * X


class Decorated:
    @ag.no_grad
    def method(self):
        return X * X

    @ag.no_grad()
    @classmethod
    def of_the_class(cls):
        return X * X

    @classmethod
    @ag.no_grad
    def of_the_class_inside(cls):
        return X * X

    @ag.no_grad
    @staticmethod
    def static():
        return X * X

    @ag.no_grad()
    @property
    def attribute(self):
        return X * X

    @ag.no_grad
    @functools.cached_property
    def cached(self):
        return X * X

    def scaled(self, factor):
        return X * factor

    twice = ag.no_grad(functools.partialmethod(scaled, 2.0))

    def __call__(self):
        return X * X


@pytest.mark.parametrize(
    "computed",
    [
        without_brackets,
        ag.no_grad()(without_brackets),
        Decorated().method,
        Decorated.of_the_class,
        Decorated.of_the_class_inside,
        Decorated.static,
        Decorated().static,
        lambda: Decorated().attribute,
        lambda: Decorated().cached,
        Decorated().twice,
        ag.no_grad(Decorated()),
        ag.no_grad(lambda: X * X),
        lambda: ag.no_grad(ag.multiply)(X, X),
        lambda: ag.no_grad(functools.partial(ag.multiply, X))(X),
    ],
)
def test_whatever_can_be_called_can_be_decorated_with_brackets_and_without(computed):
    assert computed().is_leaf
    assert recorded()


def test_a_decorated_function_is_known_as_before():
    assert pickle.loads(pickle.dumps(without_brackets)) is without_brackets
    assert pickle.loads(pickle.dumps(ag.no_grad)) is ag.no_grad is copy.deepcopy(ag.no_grad)
    assert ag.no_grad.__name__ == "no_grad"
    assert "nothing flows back" in ag.no_grad.__doc__


@pytest.mark.parametrize("way", [ag.no_grad, ag.detect_anomaly], ids=lambda way: way.__name__)
def test_what_cannot_be_decorated_is_told_how(way):
    name = way.__name__
    with pytest.raises(TypeError, match=rf"a block begins with brackets: `with {name}\(\):`"), way:
        pass
    with pytest.raises(
        TypeError, match=f"@{name} decorates a function, and Decorated is a class: decorate its methods"
    ):
        way()(Decorated)
    for given in (X, True, (x for x in ())):
        with pytest.raises(TypeError, match=rf"@{name} decorates a function, not {type(given).__name__}; it is for"):
            way(given)
    with pytest.raises(TypeError, match=rf"{name}\(\) takes nothing, or the function"):
        way(1, 2)


def test_a_decorated_generator_runs_inside_and_its_caller_outside():
    before = modes.active
    told = []

    @ag.no_grad()
    def numbers(count):
        try:
            for _ in range(count):
                told.append((yield X * X))
        except KeyError:
            yield X * X
        finally:
            told.append((X * X).is_leaf)
        return "done"

    assert inspect.isgeneratorfunction(numbers)
    for v in numbers(2):
        assert v.is_leaf
        assert recorded()
    running = numbers(9)
    assert next(running).is_leaf
    assert running.send("sent").is_leaf
    assert running.throw(KeyError).is_leaf
    assert recorded()
    with pytest.raises(StopIteration, match="done"):
        next(running)
    closed = numbers(1)
    next(closed)
    closed.close()
    assert told == [None, None, True, "sent", True, True]
    assert modes.active == before
    assert all(v.is_leaf for v in ag.no_grad(lambda: (X * X for _ in "ab"))()), (
        "made by a function that is no generator"
    )
    assert recorded()


def test_decorated_coroutines_run_inside_and_the_tasks_beside_them_outside():
    before = modes.active

    async def child():
        await asyncio.sleep(0)
        return (X * X).is_leaf

    @ag.no_grad
    async def quiet():
        before = (X * X).is_leaf
        await asyncio.sleep(0)
        return [before, *await asyncio.gather(child(), child()), (X * X).is_leaf]

    @ag.no_grad()
    async def steps():
        sent = yield X * X
        await asyncio.sleep(0)
        yield X * X if sent == "sent" else None

    async def main():
        task = asyncio.create_task(quiet())
        beside = asyncio.create_task(child())
        while not task.done():
            assert recorded()
            await asyncio.sleep(0)
        assert task.result() == [True] * 4
        assert not await beside
        async for v in steps():
            assert v is None or v.is_leaf
            assert recorded()
        running = steps()
        assert (await running.asend(None)).is_leaf
        assert (await running.asend("sent")).is_leaf
        assert recorded()
        await running.aclose()

    assert inspect.iscoroutinefunction(quiet)
    assert inspect.isasyncgenfunction(steps)
    asyncio.run(main())
    by_hand = quiet()
    by_hand.send(None)
    assert recorded(), "a coroutine that waits"
    by_hand.close()
    assert modes.active == before


def test_a_block_in_a_generator_is_its_own_and_one_in_a_context_manager_its_callers():
    before = modes.active

    def numbers():
        with ag.no_grad():
            yield X * X
            yield from (X * X for _ in range(2))

    @contextlib.contextmanager
    def quiet():
        with ag.no_grad():
            yield

    def managed():
        with quiet():
            yield X * X

    def stacked():
        with contextlib.ExitStack() as stack:
            stack.enter_context(ag.no_grad())
            yield X * X

    for kind in (numbers, managed, stacked):
        for v in kind():
            assert v.is_leaf, kind
            assert recorded(), kind
    with quiet():
        assert not recorded()
    left = numbers(), numbers()
    assert all(next(running).is_leaf for running in left)
    left[0].close()  # not in the order in which they began
    assert next(left[1]).is_leaf
    other = threading.Thread(target=left[1].close)
    other.start()
    other.join()
    assert recorded()
    assert modes.active == before


def test_a_block_may_be_entered_again_and_by_several_threads():
    before = modes.active
    block, seen, both = ag.no_grad(), [], threading.Barrier(2)

    def enter():
        with block, block:
            both.wait(5)
            seen.append(recorded())
            both.wait(5)
        seen.append(recorded())

    threads = [threading.Thread(target=enter) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert recorded(), "this thread is outside"
    for thread in threads:
        thread.join()
    assert sorted(seen) == [False, False, True, True]
    with block:
        assert not recorded()
    assert modes.active == before


def test_ctrl_c_leaves_no_mode_on():
    def interrupted_at(k):
        """Whether a line of modes.py was left for the k-th time, with Ctrl-C coming there."""
        lines = itertools.count(1)

        def line(frame, event, _):
            if event == "line" and next(lines) == k:
                raise KeyboardInterrupt
            return line

        before, entered = sys.gettrace(), modes.mode(object())
        sys.settrace(lambda frame, *_: line if frame.f_code.co_filename == modes.__file__ else None)
        try:
            with entered:
                pass
        except KeyboardInterrupt:
            entered.leave()  # as whoever must be sure does: in the first line of leaving nothing can be done yet
            return True
        finally:
            sys.settrace(before)
        return False

    before, count = modes.active, 0
    while interrupted_at(count + 1):
        count += 1
        assert (modes.active, modes.recorders) == (before, 0), f"at line {count}"
        assert not modes.current("anything")
    assert count > 10


def test_a_block_whose_entering_was_interrupted_is_not_entered(monkeypatch):
    def interrupted(frame):
        raise KeyboardInterrupt

    before, block = modes.active, ag.no_grad()
    with monkeypatch.context() as patched:
        patched.setattr(modes, "_generator", interrupted)
        with pytest.raises(KeyboardInterrupt):
            block.__enter__()
    assert (modes.active, block._entered) == (before, [])
    with block:
        assert not recorded()
    assert recorded()


def test_modes_that_do_not_record_leave_operations_as_they_are():
    with modes.mode(object()):
        assert (modes.active, modes.recorders) == (1, 0)
        assert recorded()
    with ag.no_grad():
        assert (modes.active, modes.recorders) == (1, 1)
