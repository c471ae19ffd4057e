"""The plugin of pytest that plants slips: tests are collected once, and each slip has a fork of the process.

There the code of the slip's function is put in the place of what it was, in memory and in its file, and the tests that
call the function are run until one fails.  What was computed at import is not computed again in a fork: if none fails,
and the function is called at import or its code fits no function, the tests are run in a fresh process too.
"""

import ast
import contextlib
import gc
import json
import math
import os
import resource
import signal
import time
from collections import Counter
from pathlib import Path
from types import CodeType, FunctionType

from tests.mutation.equivalent import reason
from tests.mutation.reach import ROOT, at_import, relevant, run
from tests.mutation.slips import drawn

TIME = "the time it took alone"
CRASH = "the end of its process"


def pytest_configure(config):
    if "SLIPS" in os.environ:
        config.pluginmanager.register(_Planting(json.loads(os.environ["SLIPS"])))


class _Planting:
    def __init__(self, given):
        self.part, self.count, self.seed, tests = given
        self.tests = json.loads(Path(tests).read_text(encoding="utf-8"))
        self.steady = {}  # test -> whether it passes where nothing is planted

    def pytest_runtestloop(self, session):
        self.session = session
        self.items = {item.nodeid: item for item in session.items}
        self.functions = {}
        for x in gc.get_objects():
            if isinstance(x, FunctionType):
                self.functions.setdefault(x.__code__.co_filename, []).append(x)
        gc.freeze()
        counts = Counter()
        for slip in drawn(ROOT, self.part, self.count, self.seed):
            if why := reason(slip):
                print(f"equivalent {slip}: {why}", flush=True)
                continue
            why = self.noticed(slip)
            counts[slip.kind] += 1
            counts[slip.kind, "noticed"] += bool(why)
            print(f"noticed {slip}  by {why}" if why else f"unnoticed {slip}", flush=True)
        kinds = sorted(kind for kind in counts if isinstance(kind, str))
        planted = sum(counts[kind] for kind in kinds)
        noticed = sum(counts[kind, "noticed"] for kind in kinds)
        by_kind = ", ".join(f"{kind} {counts[kind, 'noticed']} of {counts[kind]}" for kind in kinds)
        share = f"{noticed} of {planted} slips noticed ({100 * noticed / max(planted, 1):.0f} %)"
        print(f"{self.part}, seed {self.seed}: {share}: {by_kind}", flush=True)
        return True

    def noticed(self, slip):
        """Return what notices a slip, "" if nothing does."""
        file = ROOT / slip.name
        original = file.read_text(encoding="utf-8")
        chosen = [test for test in relevant(self.tests, slip) if test in self.items]
        seconds = 120.0 + 30.0 * sum(self.tests[test][0] for test in chosen)
        path = str(ROOT / slip.name)
        pairs, whole = matched(slip.source, path, self.functions.get(path, ()))
        while chosen:
            file.write_text(slip.source, encoding="utf-8")
            failed = self.first_failure(chosen, seconds, slip, pairs)
            anew = not failed and (not whole or at_import(self.tests, slip))
            code = run(ROOT, "-x", *chosen, seconds=seconds) if anew else 0
            file.write_text(original, encoding="utf-8")
            if not failed:
                return "" if code == 0 else "a fresh process" if code else TIME
            if failed in (TIME, CRASH) or self.passes(failed):
                return failed
            chosen.remove(failed)  # it fails without the slip too
        return ""

    def passes(self, test):
        if test not in self.steady:
            self.steady[test] = not self.first_failure([test], 600.0)
        return self.steady[test]

    def first_failure(self, tests, seconds, slip=None, pairs=()):
        """Return the first of these tests that fails in a fork, TIME or CRASH if they do not end, "" if all pass.

        What turns round and round is ended by the processor's seconds, however busy the machine is; what waits, by the
        clock's.
        """
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.setsid()
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nothing, stream)
            try:
                if slip is not None:
                    plant(slip.source, pairs)
                for test, after in zip(tests, [*tests[1:], None], strict=True):
                    item, following = self.items[test], self.items.get(after)
                    most = math.ceil(time.process_time() + 10.0 + 4.0 * self.tests[test][0])
                    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                    if self.session.testsfailed:
                        os.write(writing, test.encode())
                        break
            finally:
                os._exit(0)
        os.close(writing)
        end = time.monotonic() + seconds
        while not (ended := os.waitpid(child, os.WNOHANG))[0]:
            time.sleep(0.01)
            if time.monotonic() > end:
                os.kill(child, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)  # what its tests started
        with os.fdopen(reading, "rb") as pipe:
            ended_late = os.WIFSIGNALED(ended[1]) and os.WTERMSIG(ended[1]) in (signal.SIGKILL, signal.SIGXCPU)
            return pipe.read().decode() or (TIME if ended_late else CRASH * bool(ended[1]))


def matched(source, path, functions):
    """Return each function of a file with its code in a source of as many lines, and whether each has just one."""
    codes, several = {}, set()
    waiting = [compile(source, path, "exec")]
    while waiting:
        for code in waiting.pop().co_consts:
            if isinstance(code, CodeType):
                place = (code.co_qualname, code.co_firstlineno)
                if place in codes:  # two lambdas of a line
                    several.add(place)
                codes[place] = code
                waiting.append(code)
    pairs, whole = [], True
    for function in functions:
        place = (function.__code__.co_qualname, function.__code__.co_firstlineno)
        code = codes.get(place)
        if code is not None and place not in several and code.co_freevars == function.__code__.co_freevars:
            pairs.append((function, code))
        else:
            whole = False
    return pairs, whole


def plant(source, pairs):
    """Give functions their code in a source, and the defaults that they have there."""
    arguments = {
        min([node.lineno, *(d.lineno for d in node.decorator_list)]): node.args
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    for function, code in pairs:
        function.__code__ = code
        if "<l" not in code.co_qualname:
            _set_defaults(function, arguments[code.co_firstlineno])


def _set_defaults(function, arguments):
    def value(node):
        return eval(compile(ast.Expression(node), "", "eval"), function.__globals__)

    try:
        if function.__defaults__:
            function.__defaults__ = tuple(value(node) for node in arguments.defaults)
        if function.__kwdefaults__:
            names = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
            function.__kwdefaults__ = {a.arg: value(node) for a, node in names if node is not None}
    except NameError:
        pass  # a name of the class that it is in: a fresh process will see
