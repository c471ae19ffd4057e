"""Cases run where they can harm nothing: in a process of their own, which has so many seconds for each.

Where a system cannot fork, it is a thread of this process, which is left behind when its time is over.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import queue
import selectors
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module, util
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from autograd.explain.examination.case import Case
from autograd.support.messages import shown
from autograd.value import Value

Answer = dict[str, Any]  # "found": what was read, by name; or "error", a kind, and "says"; or "missing", a method

FORKS: Final = hasattr(os, "fork")
LONGEST_TEXT: Final = 200
LATE: Final = "TimeoutError"
END: Final = "end"  # marks the last answer
LOADING: Final = 6.0  # times the seconds of a case, for a module to be loaded
SLEEPING: Final = 10.0  # times the seconds of a case may go by while a processor is waited for


def run_cases(which: type | str, cases: Sequence[Case], seconds: float) -> list[Answer]:
    """Return the answer of each case.  Raises ValueError if the class cannot be had.

    One process runs case after case until one fails: the next begins in a fresh one.  What builds on a case that never
    ended is not tried, and has its answer.
    """
    answers: dict[str, Answer] = {}
    while left := [case for case in cases if case.name not in answers]:
        loaded, *came = apart(lambda left=left: _answers(which, left), seconds)  # type: ignore[misc]
        if "error" in loaded:
            raise ValueError(f"{shown(which, LONGEST_TEXT)} cannot be examined: {loaded['says']}")
        missing = {case.name: method for case in left for method in case.methods if method in loaded["missing"]}
        answers |= {name: {"missing": method} for name, method in missing.items()}
        answers |= zip([case.name for case in left if case.name not in missing], came, strict=False)
        for case in left:
            late = [x for x in case.builds_on if answers.get(x, {}).get("error") == LATE]
            if late and case.name not in answers:
                answers[case.name] = answers[late[0]]
    return [answers[case.name] for case in cases]


def _answers(which: type | str, cases: Sequence[Case]) -> Iterator[Answer]:
    """Yield what the class lacks, then the answer of each case that it has all for, up to the first that fails."""
    found = load(which) if isinstance(which, str) else which
    missing = sorted({x for case in cases for x in case.methods if not hasattr(found, x)})
    tried = [case for case in cases if not set(case.methods) & set(missing)]
    yield {"missing": missing, **({} if tried else {END: True})}
    for case in tried:
        came = answer(found, case)
        if "error" in came or case is tried[-1]:
            came[END] = True
        yield came
        if END in came:
            return


def load(place: str) -> type:
    """Return the class at `student.py:Value` or `package.module:Value`, run as Python runs a module that is imported.

    Raises ValueError if there is none, or if it is ours.
    """
    where, _, name = place.rpartition(":")
    if not where or (name and not name.isidentifier()):
        where, name = place, ""
    name = name or "Value"
    if where.endswith(".py"):
        path = Path(where).resolve()
        if not path.is_file():
            raise ValueError(f"there is no file {where}")
        module = _module_of(path)
    elif not all(part.isidentifier() for part in where.split(".")):
        raise ValueError("write the place as student.py:Value, or as package.module:Value")
    else:
        sys.path.insert(0, "")
        module = import_module(where)
    found = getattr(module, name, None)
    if not isinstance(found, type):
        there = ", ".join(x for x, what in vars(module).items() if isinstance(what, type))
        raise ValueError(f"there is no class {name} in {where}" + (f"; there is {there}" if there else ""))
    if found is Value:
        raise ValueError("it is this library's own Value, which somebody else has written: name a class of your own")
    return found


def _module_of(path: Path) -> ModuleType:
    """Return the module in a file, as part of its package where it stands in one, so that its siblings are found."""
    names, top = [path.stem], path.parent
    while (top / "__init__.py").is_file():
        names, top = [top.name, *names], top.parent
    sys.path[:0] = [str(path.parent), str(top)]
    if len(names) > 1 and names[0] not in sys.modules:
        return import_module(".".join(names).removesuffix(".__init__"))
    specification = util.spec_from_file_location(path.stem, path)
    assert specification is not None
    assert specification.loader is not None
    module = util.module_from_spec(specification)
    sys.modules[path.stem] = module
    specification.loader.exec_module(module)
    return module


def answer(which: type, case: Case) -> Answer:
    """Return what a case gives on a class, in this process."""
    names: dict[str, Any] = {"Value": which}
    try:
        exec(compile(case.example, "<example>", "exec"), names)  # the case's own words
        return {"found": {name: _number(eval(name, names)) for name in case.reads}}
    except Exception as error:
        return _told(error)


def _number(x: Any) -> float | str:
    """Return what was read as a float; a text that tells what it is where it is no number."""
    if x is None:
        return 0.0
    try:
        return float(x)
    except (TypeError, ValueError, OverflowError):
        return f"a {shown(type(x).__name__)}"


def _told(error: BaseException) -> Answer:
    """Return an error with the innermost line that is not ours."""
    kind = shown(type(error).__name__)
    ours = (os.path.dirname(__file__), os.path.dirname(importlib.__file__))
    try:
        lines = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith((*ours, "<"))]
        says = shown(str(error), LONGEST_TEXT)
    except Exception:  # an error of the student's own may have no text
        lines, says = [], ""
    at = f" ({os.path.basename(lines[-1].filename)}, line {lines[-1].lineno})" if lines else ""
    if not lines and isinstance(error, ValueError):  # our own, of what is not there
        return {"error": kind, "says": says}
    return {"error": kind, "says": f"{kind}{': ' * bool(says)}{says}{at}"}


def apart(run: Callable[[], Iterator[Answer]], seconds: float) -> list[Answer]:
    """Return what `run` yields, having run it where it harms nothing; the last is an error if it ended too soon.

    Each answer may take so many seconds, and the first, for which a module is loaded, six times as many.
    """
    return _forked(run, seconds) if FORKS else _in_a_thread(run, seconds)


def _each(run: Callable[[], Iterator[Answer]]) -> Iterator[Answer]:
    """Yield what `run` yields, and as the last what it raises, sys.exit() in a student's file too."""
    try:
        yield from run()
    except BaseException as error:
        yield {**_told(error), END: True}


def _forked(run: Callable[[], Iterator[Answer]], seconds: float) -> list[Answer]:
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this process has threads: the child uses none of theirs
        child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            os.setpgid(0, 0)  # so that what a student's program starts ends with it
            _be_quiet()
            own = os.getpid()
            with os.fdopen(writing, "wb") as pipe:
                for found in _each(run):
                    if os.getpid() != own:  # a student's program has forked, and this is the copy
                        break
                    pipe.write(json.dumps(found).encode() + b"\n")
                    pipe.flush()
        finally:
            os._exit(0)
    os.close(writing)
    came: list[Answer] = []
    text = b""
    try:
        with selectors.DefaultSelector() as waiting:
            waiting.register(reading, selectors.EVENT_READ)
            while not came or END not in came[-1]:
                given = seconds if came else LOADING * seconds
                if not _said_in_time(waiting, child, given):
                    return [*came, _late(given)]
                text += (more := os.read(reading, 1 << 16))
                if not more:
                    break
                *lines, text = text.split(b"\n")
                came += map(json.loads, lines)
    finally:
        os.close(reading)
        status = _killed(child)
    if came and END in came[-1]:
        return came
    by = f"by {signal.Signals(os.WTERMSIG(status)).name}" if os.WIFSIGNALED(status) else "by itself"
    return [*came, _ended(by)]


def _said_in_time(waiting: selectors.BaseSelector, child: int, seconds: float) -> bool:
    """Return whether a process says something before it has worked so many seconds, or slept several times that.

    On a busy machine a right engine waits for its turn.  The clock is ours: a student's program may ignore all signals.
    """
    worked, end = _worked(child) + seconds, time.monotonic() + SLEEPING * seconds
    while (left := min(worked - _worked(child), end - time.monotonic())) > 0.0:
        if waiting.select(left):
            return True
    return False


def _worked(child: int) -> float:
    """Return the seconds that a process has had a processor; where no clock tells, those that have gone by."""
    try:
        return time.clock_gettime(~child << 3 | 2)  # what clock_getcpuclockid says on Linux
    except (AttributeError, OSError):
        return time.monotonic()


def _killed(child: int) -> int:
    """End a process and those that it started, and return its status, its own where it had ended before."""
    for kill in (os.kill, os.killpg):
        with suppress(ProcessLookupError, PermissionError):
            kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


def _be_quiet() -> None:
    """What a student's program prints goes nowhere, and it has nothing to read."""
    faulthandler.disable()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    sys.stdin, sys.stdout, sys.stderr = (open(os.devnull, mode) for mode in ("r", "w", "w"))  # noqa: SIM115
    sys.setrecursionlimit(1000)  # whatever this process has: what Python begins with


def _in_a_thread(run: Callable[[], Iterator[Answer]], seconds: float) -> list[Answer]:
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()

    def body() -> None:
        for found in _each(run):
            answers.put(found)

    threading.Thread(target=body, daemon=True).start()
    came: list[Answer] = []
    while not came or END not in came[-1]:
        try:
            came.append(answers.get(timeout=seconds if came else LOADING * seconds))
        except queue.Empty:
            return [*came, _late(seconds if came else LOADING * seconds)]
    return came


def _late(seconds: float) -> Answer:
    return {"error": LATE, "says": f"not done after {seconds:g} s"}


def _ended(how: str) -> Answer:
    return {"error": "ended", "says": f"Python ended {how}"}
