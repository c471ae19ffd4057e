"""A prompt for short commands and Python alike: prompt_toolkit's where it is installed, else Python's own, or a script.

A command is a public method of an object; `run 100` at the prompt is `run("100")`.  Whatever else is typed is Python.
"""

from __future__ import annotations

import builtins
import code
import difflib
import inspect
import keyword
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from importlib.util import find_spec
from typing import Any, ClassVar, Final

from autograd.support.files import read_file, write_file
from autograd.support.messages import documentation, printable
from nn.training.progress import is_terminal
from viz.session.help_and_numbers import as_typed

MARK: Final = "› "
SHORT: Final = {
    "s": "step", "b": "back", "w": "why", "e": "epoch", "u": "until", "?": "help", "h": "help", "q": "quit",
    "exit": "quit", "undo": "back", "next": "step",
}  # fmt: skip
NAME: Final = r"[^\W\d][^\s=+*/<>{}\"'-]*"  # a weight or unit: w211, w(2)11, z11[2]


class Prompt:
    """Runs the commands of an object, and Python in a namespace that has them under their own names."""

    talker: ClassVar[Callable[[Prompt, str], None] | None] = None  # for where no line can be waited for

    def __init__(
        self, commands: object, variables: Callable[[], dict[str, Any]], names: Callable[[], Sequence[str]] = list,
        manual: Callable[[], str] = str,
    ) -> None:  # fmt: skip
        """Prepare to run the public methods of `commands`; `variables()` says what Python finds beside them.

        One of `names()` alone is shown by the command `show`, and set by `name = number`; `manual()` is what help says.
        """
        methods = inspect.getmembers(commands, inspect.ismethod)
        self.commands: dict[str, Callable[..., None]] = {name: method for name, method in methods if name[0] != "_"}
        self.commands |= {"save": self.save, "load": self.load, "help": self.help}
        self.variables, self.names, self.manual = variables, names, manual
        self.namespace = {name: method for name, method in self.commands.items() if not hasattr(builtins, name)}
        self.namespace |= variables() | {"_do": self.do, "help": lambda *words: self.do("help", *words)}
        self.wrong, self.keys = 0, ""
        self.typed: list[str] = []
        self._known = set(self.namespace)
        self._console = _Console(self)

    def do(self, name: str, *words: Any) -> None:
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
        except BrokenPipeError:  # nobody reads on: nothing can be said
            raise
        except Exception as error:
            self.explain(error)

    def explain(self, error: BaseException) -> None:
        """Say what was wrong, in a sentence; raises BrokenPipeError where nobody reads on."""
        if isinstance(error, BrokenPipeError):
            raise error
        self.wrong += 1
        if isinstance(error, NameError) and error.name:
            print(wrapped(self.unknown(error.name)))
        elif isinstance(error, OSError) and error.strerror:
            print(wrapped(f"{error.filename}: {error.strerror}"))
        elif isinstance(error, SyntaxError):
            print("that is neither a command nor Python; help lists what there is")
        else:
            print(wrapped(str(error.args[0] if len(error.args) == 1 else error) or type(error).__name__))

    def unknown(self, word: str) -> str:
        """Return what to say of a word that is no command."""
        near = difflib.get_close_matches(SHORT.get(word, word), self.commands, n=1)
        return f"there is no {word} here{f': did you mean {near[0]}?' if near else ';'} help lists what there is"

    def help(self, command: str | None = None) -> None:
        """Show what can be typed, or more about one command."""
        if command is None:
            print(self.manual())
            return
        command = SHORT.get(command, command)
        if command not in self.commands:
            raise ValueError(f"there is no command {command!r}; help alone lists them")
        method = self.commands[command]
        print(wrapped(f"{usage(command, method)}\n  {documentation(method)}".rstrip()))

    def save(self, file: str) -> None:
        """Save what was typed so far as a script, which load, or `chainrule xor file`, does again to the bit."""
        write_file(file, "\n".join([*self.typed, ""]).encode())
        print(f"wrote {len(self.typed)} lines to {printable(file)}")

    def load(self, file: str) -> None:
        """Do the lines of a script, as if they were typed here."""
        lines = read_file(file).decode().splitlines()
        self.run_script([line for line in lines if line.split() != ["load", file]])

    def to_python(self, line: str) -> str:
        """Return a line of Python for what was typed: a command becomes a call, the rest stays as it is."""
        text = line.strip()
        if found := re.fullmatch(rf"({NAME})(?:\s*(\*\*|//|[-+*/%])?=\s*([^=].*))?", text):
            name, op, number = found[1], found[2], found[3]
            is_weight = name not in self.commands and as_typed(name) in map(as_typed, self.names())
            if is_weight and number:
                return f"_do('set', {name!r}, {f'_weights[{as_typed(name)!r}] {op} ({number})' if op else number})"
            # a unit, z11[2], may be shown like a weight
            module, _, letter = name.rpartition(".")
            is_unit = name == "L" or (name not in SHORT and re.fullmatch(r"[a-z][\d₀-₉⁰-⁹(⁽].*", letter))
            is_unit = is_unit and module.partition(".")[0] not in self.namespace
            if number and is_unit and name[0] in "abvwxz" and name not in self.namespace:
                return f"_do('set', {name!r}, 'a number')"
            if not number and (is_weight or (is_unit and name not in self.namespace)):
                return f"_do('show', {name!r})"
        found = re.match(r"\s*([a-z]\w*|\?)(?![\w.(\[])\s*(.*)", line, re.DOTALL)
        if found is None or "\n" in text or re.match(r"([-+*/%<>!]+=?\s|==|(in|is|and|or|if)\b)", found[2]):
            return line
        name, rest = found[1], found[2].strip()
        if name in SHORT and name not in self.namespace.keys() - self._known and not rest.startswith("="):
            name = SHORT[name]
        is_python = name in self.namespace or keyword.iskeyword(name) or keyword.issoftkeyword(name)
        is_free = not is_python and not hasattr(builtins, name) and "=" not in rest
        if name not in self.commands and not (is_free and difflib.get_close_matches(name, self.commands)):
            return line
        words = [word.strip(",") for word in rest.replace("=", " ").split()]
        return f"_do({', '.join(map(repr, [name, *words]))})"

    # ------------------------------------------------------------------------------ three ways to run
    def run_script(self, lines: Iterable[str]) -> int:
        """Run lines as if they were typed, showing each before its answer; return how many were wrong."""
        console = _Console(self)
        with suppress(SystemExit):
            for line in lines:
                text = line.rstrip("\n")
                typed = printable(text.expandtabs())
                print(f"\n{MARK}{typed}" if text.strip() and not text.lstrip().startswith("#") else typed)
                self._push(console, text)
            self._push(console, "")
        return self.wrong

    def talk(self, greeting: str, keys: str = "") -> None:
        """Talk with a person until they leave; `keys` stand below the prompt."""
        if Prompt.talker is not None:
            Prompt.talker(self, greeting)
            return
        self.keys = keys
        print(greeting)
        read, more = self._reader(), False
        with suppress(SystemExit):
            while True:
                try:
                    line = read("… " if more else MARK)
                except EOFError:
                    print()
                    return
                except KeyboardInterrupt:
                    self._console.resetbuffer()
                    print("\nquit, or Ctrl-D, leaves")
                    more = False
                    continue
                if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
                    print("\x1b[J", end="")  # what stood below the prompt
                more = self.feed(line)

    def feed(self, line: str) -> bool:
        """Do a line that a person typed, an empty one as `step`; return whether it goes on in the next.

        Raises SystemExit when they leave.
        """
        return self._push(self._console, line if line.strip() or self._console.buffer else "step")

    def _push(self, console: _Console, line: str) -> bool:
        if console.buffer and _begins_anew(console.buffer, line):
            console.push("")
        line = line if console.buffer else line.lstrip()
        self.namespace.update(self.variables())
        if (line or console.buffer) and not line.startswith(("save ", "load ")):
            self.typed.append(line)
        return console.push(line)

    def _reader(self) -> Callable[[str], str]:
        """Return what reads a line: prompt_toolkit where it is installed and the terminal can, else Python's own."""

        def words() -> list[str]:
            return [*self.commands, *map(as_typed, self.names())]

        able = os.environ.get("TERM") != "dumb" and sys.stdin.isatty() and sys.stdout.isatty()
        if able and find_spec("prompt_toolkit") and "utf" in (sys.stdout.encoding or "").lower():
            from prompt_toolkit import PromptSession
            from prompt_toolkit.completion import WordCompleter
            from prompt_toolkit.styles import Style

            plain = Style([("bottom-toolbar", "noreverse")])
            prompt: PromptSession[str] = PromptSession(
                completer=WordCompleter(words), complete_while_typing=False, reserve_space_for_menu=0, style=plain,
                bottom_toolbar=self.keys or None,
            )  # fmt: skip
            return prompt.prompt
        with suppress(ImportError):
            import readline

            def complete(text: str, state: int) -> str | None:
                found = [word for word in words() if word.startswith(text)]
                return found[state] if state < len(found) else None

            readline.set_completer(complete)
            readline.parse_and_bind("tab: complete")
        return input


class _Console(code.InteractiveConsole):
    """Python's own console, which takes commands too and answers a mistake in a sentence."""

    def __init__(self, prompt: Prompt) -> None:
        super().__init__(prompt.namespace)
        self.prompt = prompt

    def runsource(self, source: str, filename: str = "<input>", symbol: str = "single") -> bool:
        return super().runsource(self.prompt.to_python(source), filename, symbol)

    def showtraceback(self) -> None:
        error = sys.exc_info()[1]
        if error is not None:
            self.prompt.explain(error)

    def showsyntaxerror(self, filename: str | None = None, **_: object) -> None:
        self.prompt.explain(SyntaxError())


def _begins_anew(lines: Sequence[str], line: str) -> bool:
    """Return whether a line cannot go on what was typed, as `epoch` after `for i in range(3): print(i)`."""
    if not line.strip() or line[0].isspace() or code.compile_command("\n".join([*lines, ""])) is None:
        return False
    try:
        code.compile_command("\n".join([*lines, line]))
    except (SyntaxError, ValueError, OverflowError):
        return True
    return False


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
    if is_terminal(sys.stderr):
        filled = 30 * done // of
        bar = f"\r{'█' * filled}{'░' * (30 - filled)} {done} of {of}  {note}\x1b[K"
        print("\r\x1b[K" if done == of else bar, end="", file=sys.stderr, flush=True)


def has_terminal() -> bool:
    """Return whether somebody can type: standard input may be closed."""
    return is_terminal(sys.stdin)
