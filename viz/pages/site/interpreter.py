"""What runs in the page's own interpreter: the session, one's own code beside it, and pictures handed to the page.

`worker.js` makes one `Interpreter` and hands it what is typed; it imports nothing that a browser lacks.
"""

from __future__ import annotations

import ast
import json
import linecache
import os
import sys
import traceback
import webbrowser
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any, Final

import viz
from autograd import Value
from viz.pages.live.ready import READY, Structure
from viz.session.prompt import MARK, Prompt
from viz.session.session import start
from viz.session.xor import XorSession

CODE: Final = "your code"  # what tracebacks call it
READY_FILE: Final = "viz/pages/site/ready.json"  # beside our packages: programs that NumPy would make
KINDS: Final = {".svg": "picture", ".html": "page"}

Show = Callable[[str, str, str, str], object]  # of kind, name, content, and the address within a page


class Interpreter:
    """A session that is fed line by line, and own code in its namespace; `show` gets what is to be seen.

    `render` is Graphviz, as `viz.set_renderer` takes it.
    """

    def __init__(self, show: Show, render: Callable[[str, str], str]) -> None:
        self.show, self.written = show, _written()
        self.prompt: Prompt | None = None
        held = resources.files("viz").joinpath(READY_FILE.removeprefix("viz/"))
        if held.is_file():
            made = json.loads(held.read_text(encoding="utf-8"))
            READY.update({key: Structure(**structure) for key, structure in made.items()})
        viz.set_renderer(render)
        Prompt.talker = self._talk
        vars(webbrowser)["get"] = lambda: _Tab(show)  # Pyodide's has none: it opens windows, and a worker has no window

    def begin(self) -> str:
        """Begin the session of XOR; return the prompt, as `feed` does."""
        start(XorSession())
        return self._after(MARK)

    def feed(self, line: str, columns: int) -> str:
        """Do a line that was typed where so many columns are seen; return the prompt that follows, "" after the end."""
        os.environ["COLUMNS"] = str(columns)
        assert self.prompt is not None
        try:
            more = self.prompt.feed(line)
        except SystemExit:
            return self._after("")
        return self._after("… " if more else MARK)

    def run(self, source: str, columns: int) -> str:
        """Run a program of one's own; a Value, a picture or a page in its last line is shown.  Return the prompt."""
        os.environ["COLUMNS"] = str(columns)
        assert self.prompt is not None
        self.prompt.namespace.update(self.prompt.variables())
        linecache.cache[CODE] = (len(source), None, [f"{line}\n" for line in source.splitlines()], CODE)
        try:
            self._show_result(_last_value(source, self.prompt.namespace))
        except BaseException as error:  # SystemExit, too: nothing that is run here ends the page
            ours = error.__traceback__
            while ours is not None and ours.tb_frame.f_code.co_filename != CODE:
                ours = ours.tb_next
            traceback.print_exception(type(error), error, ours, file=sys.stdout)
        return self._after(MARK)

    def _talk(self, prompt: Prompt, greeting: str) -> None:
        """Let a session take the place of the one before; what the user has defined stays known."""
        if self.prompt is not None:
            before = self.prompt.namespace
            prompt.namespace.update({name: before[name] for name in before.keys() - self.prompt._known})
        self.prompt = prompt
        print(greeting)

    def _show_result(self, result: Any) -> None:
        if isinstance(result, Value):
            print(repr(result))
            result = viz.draw(result)
        if isinstance(result, viz.Picture):
            self.show("picture", result.description, result.svg, "")
        elif isinstance(result, viz.Page):
            self.show("page", result.data["title"], result.html, "")
        elif result is not None:
            print(repr(result))

    def _after(self, mark: str) -> str:
        """Show the pictures and pages that were written since this was asked last, and all that was printed."""
        before, self.written = self.written, _written()
        for path, state in sorted(self.written.items(), key=lambda found: found[1]):  # the latest last
            if before.get(path) != state:
                self.show(KINDS[path.suffix], path.name, path.read_text(encoding="utf-8"), "")
        sys.stdout.flush()
        return mark


class _Tab:
    """The browser that `Page.open` finds: it hands the page that lies in a file to the page that this runs in."""

    def __init__(self, show: Show) -> None:
        self.show = show

    def open(self, url: str) -> None:
        """Show a page at its address."""
        place, _, address = url.partition("#")
        self.show("page", url, Path(place.removeprefix("file://")).read_text(encoding="utf-8"), address)


def _written() -> dict[Path, tuple[int, int]]:
    """Return each picture and page in this folder, with what tells whether it was written anew."""
    found = ((path, path.stat()) for path in Path.cwd().iterdir() if path.suffix in KINDS)
    return {path: (state.st_mtime_ns, state.st_size) for path, state in found}


def _last_value(source: str, names: dict[str, Any]) -> Any:
    """Run a program; return what its last line is, if that is an expression."""
    program = ast.parse(source, CODE)
    last = program.body[-1] if program.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(program, CODE, "exec"), names)
        return None
    exec(compile(ast.Module(program.body[:-1], []), CODE, "exec"), names)
    return eval(compile(ast.Expression(last.value), CODE, "eval"), names)
