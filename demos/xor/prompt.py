"""A prompt for short commands and Python alike: IPython where it is installed, else Python's own, or a script.

A command is a public method of an object; `run 100` at the prompt is `run("100")`.  Whatever else is typed is Python.
"""

from __future__ import annotations

import builtins
import code
import difflib
import inspect
import keyword
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

from autograd.support.messages import printable

MARK = "› "


class Prompt:
    """Runs the commands of an object, and Python in a namespace that has them under their own names."""

    def __init__(self, commands: object, variables: Callable[[], dict[str, Any]]) -> None:
        """Prepare to run the public methods of `commands`; `variables()` says what Python finds beside them."""
        methods = inspect.getmembers(commands, inspect.ismethod)
        self.commands: dict[str, Callable[..., None]] = {name: method for name, method in methods if name[0] != "_"}
        self.variables = variables
        self.namespace = {name: method for name, method in self.commands.items() if not hasattr(builtins, name)}
        self.namespace |= variables() | {"_do": self.do, "help": lambda *words: self.do("help", *words)}
        self.wrong = 0

    def do(self, name: str, *words: str) -> None:
        """Run a command; a line that is wrong is answered in one sentence, and changes nothing."""
        try:
            if name not in self.commands:
                raise LookupError(self.unknown(name))
            command = self.commands[name]
            try:
                inspect.signature(command).bind(*words)
            except TypeError:
                raise TypeError(f"it is written {usage(name, command)}; help {name} says more") from None
            command(*words)
        except KeyboardInterrupt:
            print("\nstopped; what was done so far stays, and back takes it back")
        except Exception as error:
            self.explain(error)
        self.namespace.update(self.variables())

    def explain(self, error: BaseException) -> None:
        """Say what was wrong, in a sentence."""
        self.wrong += 1
        if isinstance(error, NameError) and error.name:
            print(wrapped(self.unknown(error.name)))
        elif isinstance(error, SyntaxError):
            print("that is neither a command nor Python; help lists what there is")
        else:
            print(wrapped(str(error.args[0])) if error.args else type(error).__name__)

    def unknown(self, word: str) -> str:
        """Return what to say of a word that is no command."""
        near = difflib.get_close_matches({"undo": "back"}.get(word, word), self.commands, n=1)
        return f"there is no {word} here{f': did you mean {near[0]}?' if near else ';'} help lists what there is"

    def to_python(self, line: str) -> str:
        """Return a line of Python for what was typed: a command becomes a call, the rest stays as it is."""
        found = re.match(r"\s*([a-z]\w*)(?![\w.(\[])\s*(.*)", line, re.DOTALL)
        if line.strip() in ("exit", "q"):
            return "_do('quit')"
        if found is None or "\n" in line.strip() or re.match(r"([-+*/%<>!]+=?\s|==|(in|is|and|or|if)\b)", found[2]):
            return line
        name, rest = found[1], found[2].strip()
        is_python = name in self.namespace or keyword.iskeyword(name) or keyword.issoftkeyword(name)
        mistyped = not is_python and not hasattr(builtins, name) and "=" not in rest and self._near(name)
        if name not in self.commands and not mistyped:
            return line
        words = rest.replace("=", " ").replace(",", " ").split()
        return f"_do({', '.join(map(repr, [name, *words]))})"

    def _near(self, name: str) -> bool:
        return bool(difflib.get_close_matches(name, self.commands, n=1))

    # ------------------------------------------------------------------------------ three ways to run
    def run_script(self, lines: Iterable[str]) -> int:
        """Run lines as if they were typed, showing each before its answer; return how many were wrong."""
        console = _Console(self)
        with suppress(SystemExit):
            for line in lines:
                text = line.rstrip("\n")
                typed = printable(text.expandtabs())
                print(f"\n{MARK}{typed}" if text.strip() and not text.lstrip().startswith("#") else typed)
                console.push(text)
            console.push("")
        return self.wrong

    def talk(self, greeting: str, *, plain: bool = False) -> None:
        """Talk with a person until they leave."""
        if not plain and find_spec("IPython"):
            self._talk_in_ipython(greeting)
        else:
            self._complete_with_readline()
            _Console(self).interact(banner=greeting, exitmsg="")

    def _talk_in_ipython(self, greeting: str) -> None:
        from IPython.terminal.embed import InteractiveShellEmbed

        shell = InteractiveShellEmbed(banner1=greeting + "\n", user_ns=self.namespace, confirm_exit=False)
        shell.enable_tip = False

        def translated(lines: list[str]) -> list[str]:
            text = "".join(lines)
            return lines if text.strip() in ("quit", "exit") else [self.to_python(text).rstrip("\n") + "\n"]

        shell.input_transformers_cleanup.append(translated)
        shell.set_custom_exc((Exception,), lambda _shell, _kind, error, *_, **__: self.explain(error))
        shell()

    def _complete_with_readline(self) -> None:
        """Give Python's own prompt history and completion, where the platform has them."""
        with suppress(ImportError):
            import readline
            import rlcompleter

            python = rlcompleter.Completer(self.namespace)

            def complete(text: str, state: int) -> str | None:
                words = [f"{name} " for name in self.commands if name.startswith(text)]
                return words[state] if state < len(words) else python.complete(text, state - len(words))

            readline.set_completer(complete)
            readline.parse_and_bind("tab: complete")


class _Console(code.InteractiveConsole):
    """Python's own prompt, which takes commands too and answers a mistake in a sentence."""

    def __init__(self, prompt: Prompt) -> None:
        super().__init__(prompt.namespace)
        self.prompt = prompt
        sys.ps1, sys.ps2 = MARK, "… "

    def runsource(self, source: str, filename: str = "<input>", symbol: str = "single") -> bool:
        return super().runsource(self.prompt.to_python(source), filename, symbol)

    def showtraceback(self) -> None:
        error = sys.exc_info()[1]
        if error is not None:
            self.prompt.explain(error)

    def showsyntaxerror(self, filename: str | None = None, **_: object) -> None:
        self.prompt.explain(SyntaxError())


def wrapped(text: str, hang: str = "") -> str:
    """Return text in lines no longer than the terminal, or than a book's; what goes on hangs below its line's start.

    What cannot be seen is escaped: an answer may repeat what was typed.
    """
    width = min(100, shutil.get_terminal_size().columns)
    lines = []
    for line in map(printable, text.split("\n")):
        indent = " " * (len(line) - len(line.lstrip())) + hang
        lines.append(textwrap.fill(line, width, subsequent_indent=indent, break_on_hyphens=False))
    return "\n".join(lines)


def usage(name: str, command: Callable[..., None]) -> str:
    """Return how a command is written: `run epochs`, `step [n]`."""
    parameters = inspect.signature(command).parameters.values()
    return " ".join([name, *(p.name if p.default is p.empty else f"[{p.name}]" for p in parameters)])


def progress(done: int, of: int, note: str) -> None:
    """Draw a bar on the error stream if that is a terminal, and wipe it when all is done."""
    if sys.stderr is not None and sys.stderr.isatty():
        filled = 30 * done // of
        bar = f"\r{'█' * filled}{'░' * (30 - filled)} {done} of {of}  {note}\x1b[K"
        print("\r\x1b[K" if done == of else bar, end="", file=sys.stderr, flush=True)


def has_terminal() -> bool:
    """Return whether somebody can type: standard input may be closed."""
    return sys.stdin is not None and sys.stdin.isatty()
