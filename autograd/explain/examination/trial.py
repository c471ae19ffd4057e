"""A case run where it can harm nothing: in a process of its own, which has so many seconds.

Where a system cannot fork, it is a thread of this process, which is left behind when its time is over.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Sequence
from importlib import import_module, util
from pathlib import Path
from typing import Any, Final

from autograd.explain.examination.case import Case
from autograd.support.messages import shown

Answer = dict[str, Any]  # "found": what was read, by name; or "error", a kind, and "says"; or "missing", a method

FORKS: Final = hasattr(os, "fork")
LONGEST_TEXT: Final = 200
LATE: Final = "TimeoutError"


def run_cases(which: type | str, cases: Sequence[Case], seconds: float) -> list[Answer]:
    """Return the answer of each case.  Raises ValueError if the class cannot be had."""
    if isinstance(which, str):
        loaded = apart(lambda: {"class": load(which).__name__}, 6.0 * seconds)
        if "error" in loaded:
            raise ValueError(f"{shown(which, LONGEST_TEXT)} cannot be examined: {loaded['says']}")
        done = apart(lambda: {"answers": run_cases(load(which), cases, seconds)}, (len(cases) + 6.0) * (seconds + 1.0))
        if "error" in done:
            raise ValueError(f"{shown(which, LONGEST_TEXT)} cannot be examined: {done['says']}")
        return list(done["answers"])
    answers: dict[str, Answer] = {}
    for case in cases:
        late = [answers[name] for name in case.builds_on if answers[name].get("error") == LATE]
        answers[case.name] = late[0] if late else apart(lambda case=case: answer(which, case), seconds)  # type: ignore[misc]
    return list(answers.values())


def load(place: str) -> type:
    """Return the class at `student.py:Value` or `package.module:Value`, run as Python runs a module that is imported.

    Raises ValueError if there is none.
    """
    where, _, name = place.rpartition(":")
    if not where or not name.isidentifier():
        where, name = place, "Value"
    if where.endswith(".py"):
        path = Path(where).resolve()
        if not path.is_file():
            raise ValueError(f"there is no file {where}")
        sys.path.insert(0, str(path.parent))
        specification = util.spec_from_file_location(path.stem, path)
        assert specification is not None
        assert specification.loader is not None
        module = util.module_from_spec(specification)
        sys.modules[path.stem] = module
        specification.loader.exec_module(module)
    else:
        sys.path.insert(0, "")
        module = import_module(where)
    found = getattr(module, name, None)
    if not isinstance(found, type):
        there = ", ".join(x for x, what in vars(module).items() if isinstance(what, type))
        raise ValueError(f"there is no class {name} in {where}" + (f"; there is {there}" if there else ""))
    return found


def answer(which: type, case: Case) -> Answer:
    """Return what a case gives on a class, in this process."""
    for method in case.methods:
        if not hasattr(which, method):
            return {"missing": method}
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
    ours = os.path.dirname(__file__)
    try:
        lines = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith((ours, "<"))]
        says = shown(str(error), LONGEST_TEXT)
    except Exception:  # an error of the student's own may have no text
        lines, says = [], ""
    at = f" ({os.path.basename(lines[-1].filename)}, line {lines[-1].lineno})" if lines else ""
    return {"error": kind, "says": f"{kind}{': ' * bool(says)}{says}{at}"}


def apart(run: Callable[[], Answer], seconds: float) -> Answer:
    """Return what `run` returns, having run it where it harms nothing; an error if it took longer, or never ended."""
    return _forked(run, seconds) if FORKS else _in_a_thread(run, seconds)


def _forked(run: Callable[[], Answer], seconds: float) -> Answer:
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that this process has threads: the child uses none of theirs
        child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            _be_quiet()
            signal.signal(signal.SIGALRM, signal.SIG_DFL)  # which ends the process, wherever it is
            signal.setitimer(signal.ITIMER_REAL, seconds)
            try:
                found = run()
            except BaseException as error:  # also sys.exit() in a student's file
                found = _told(error)
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(json.dumps(found).encode())
        finally:
            os._exit(0)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as pipe:
            text = pipe.read()
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return _late(seconds) if number == signal.SIGALRM else _ended(f"by {signal.Signals(number).name}")
    return json.loads(text) if text else _ended("by itself")


def _be_quiet() -> None:
    """What a student's program prints goes nowhere, and it has nothing to read."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    sys.stdin, sys.stdout, sys.stderr = (open(os.devnull, mode) for mode in ("r", "w", "w"))  # noqa: SIM115
    sys.setrecursionlimit(1000)  # whatever this process has: what Python begins with


def _in_a_thread(run: Callable[[], Answer], seconds: float) -> Answer:
    found: list[Answer] = []

    def body() -> None:
        try:
            found.append(run())
        except BaseException as error:
            found.append(_told(error))

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    thread.join(seconds)
    return found[0] if found else _late(seconds)


def _late(seconds: float) -> Answer:
    return {"error": LATE, "says": f"not done after {seconds:g} s"}


def _ended(how: str) -> Answer:
    return {"error": "ended", "says": f"Python ended {how}"}
