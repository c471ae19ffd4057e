"""Names and keywords that people know from other libraries: accepted where they mean ours, else answered.

An answer says the way out.  The words are data: each package has a table of them, in its `foreign_names.py`.
Nothing of this runs for a call that is right.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType

Function = TypeVar("Function", bound=Callable[..., Any])
Class = TypeVar("Class", bound=type)


def key(guess: str) -> str:
    """Return a name without what people spell differently: case and underscores."""
    return guess.replace("_", "").replace("-", "").replace(" ", "").lower()


class Guesses:
    """A package's table of guesses.

    names      a name that people look for in the package -> ours, or a sentence that says the way out
    same       a keyword -> ours, several if functions have different ones
    keywords   a keyword -> a sentence, for functions that have none of those
    examples   a function -> a right call
    """

    def __init__(
        self,
        package: str,
        *,
        names: Mapping[str, str],
        same: Mapping[str, str],
        keywords: Mapping[str, str],
        examples: Mapping[str, str],
    ) -> None:
        self.package, self.same, self.examples = package, same, examples
        self.accepted = {name: ours for name, ours in names.items() if ours.isidentifier()}
        self.answered = {key(name): said for name, said in names.items() if name not in self.accepted}
        self.keywords = keywords
        _Finder.packages[package] = self

    # ---------------------------------------------------------------------------------- names of a package
    def found(self, name: str) -> Any:
        """Return what the package has by the name that is meant; raises AttributeError with the way out, if known."""
        if name in self.accepted:
            return getattr(sys.modules[self.package], self.accepted[name])
        raise AttributeError(self.said(name) or f"module {self.package!r} has no attribute {name!r}")

    def said(self, name: str) -> str:
        """Return the way out for one who looks for this name in the package, or ""."""
        said = "" if name[:1] == "_" else self.answered.get(key(name), "")
        public = getattr(sys.modules.get(self.package), "__all__", ())
        ours = next((ours for ours in public if name[:1] != "_" and key(ours) == key(name)), said)
        if not ours:
            return ""
        said = f"it is {self.package}.{ours} here" if ours.isidentifier() else said
        return f"module {self.package!r} has no attribute {name!r}: {said}"

    # ------------------------------------------------------------------------------------------ keywords
    def __call__(self, function: Function) -> Function:
        """Return the function, which takes keywords of other libraries too, and says the way out of a wrong call."""

        @wraps(function)
        def answering(*given: Any, **named: Any) -> Any:
            try:
                return function(*given, **named)
            except TypeError as error:
                if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                    raise  # it ran: the call was right
            return function(*given, **self.meant(function, given, named))

        return answering  # type: ignore[return-value]

    def of_class(self, cls: Class) -> Class:
        """Return the class, whose constructor answers as a function does."""
        cls.__init__ = self(cls.__init__)  # type: ignore[misc]
        return cls

    def meant(self, function: Callable[..., Any], given: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
        """Return the keywords by our names for them; raises TypeError that says the way out if the call stays wrong."""
        from inspect import Parameter, signature

        parameters = signature(function).parameters
        takes = [name for name, p in parameters.items() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        by_place = [name for name, p in parameters.items() if p.kind is p.POSITIONAL_OR_KEYWORD][: len(given)]
        takes = [name for name in takes if name != "self"]
        *_, owner, name = ("", *function.__qualname__.split("."))
        call = owner if name == "__init__" else name
        open_ended = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
        meant: dict[str, Any] = {}
        for word, x in named.items():
            ours = word if word in takes else next((o for o in self.same.get(word, "").split() if o in takes), "")
            if not ours and open_ended:
                ours = word
            if not ours:
                star = next((f"its {p.name} one by one" for p in parameters.values() if p.kind is p.VAR_POSITIONAL), "")
                raise TypeError(f"{call} takes no {word}: {self.way_out(word, takes or [star] * bool(star))}")
            if ours in by_place or ours in meant or (ours != word and ours in named):
                also = f": {word} is {ours} here" if ours != word else ""
                raise TypeError(f"{call} is given {ours} twice{also}")
            meant[ours] = x
        needed = [name for name in takes if parameters[name].default is Parameter.empty]
        missing = [name for name in needed if name not in meant and name not in by_place]
        if missing:
            raise TypeError(f"{call} needs {' and '.join(missing)} as well, as in {self._shown(call, parameters)}")
        most = sum(p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters.values())
        if len(given) > most and not any(p.kind is p.VAR_POSITIONAL for p in parameters.values()):
            counted = most - ("self" in parameters), len(given) - ("self" in parameters)
            raise TypeError(
                f"{call} takes {counted[0]} by place, not {counted[1]}, as in {self._shown(call, parameters)}"
            )
        return meant

    def way_out(self, word: str, takes: Sequence[str]) -> str:
        """Return the way out for one who gave a keyword that is not among those that are taken."""
        if word in self.keywords:
            return self.keywords[word]
        from difflib import get_close_matches

        alike = {key(name): name for name in takes}
        near = get_close_matches(key(word), list(alike), 1)
        if near:
            return f"did you mean {alike[near[0]]}?"
        return f"it takes {', '.join(takes)}" if takes else "it takes nothing"

    def _shown(self, call: str, parameters: Mapping[str, Any]) -> str:
        """Return a right call, or the signature without types."""
        from inspect import Signature

        plain = [p.replace(annotation=p.empty) for name, p in parameters.items() if name != "self"]
        return self.examples.get(call) or f"{call}{Signature(plain)}"


class Guess:
    """An attribute that others have: read, it is ours, or says the way out; set, it is the user's own.

    A `__getattr__` would say so, too, and make every attribute of every neuron five times as slow to read.
    """

    def __init__(self, name: str, said: str) -> None:
        self._name, self._said = name, said
        ours = said.isidentifier()
        self.__doc__ = f"It is `{said}` here." if ours else f"Not here: {said}."  # for help, which shows all of a class

    def __get__(self, thing: Any, owner: type) -> Any:
        if thing is not None and self._said.isidentifier():
            return getattr(thing, self._said)
        raise AttributeError(f"{owner.__name__} has no attribute {self._name!r}: {self._said}")

    def __repr__(self) -> str:
        return f"<not here: {self._said}>"


def guessed(words: Mapping[str, str]) -> Callable[[Class], Class]:
    """Return a decorator that has a class answer for the attributes of these names, which `dir` of an object omits."""

    def answering(cls: Class) -> Class:
        for name, said in words.items():
            setattr(cls, name, Guess(name, said))
        cls.__dir__ = _seen  # type: ignore[method-assign, assignment]
        return cls

    return answering


def _seen(thing: Any) -> list[str]:
    """Return the names that `dir` shows."""
    found = ((name, [vars(c)[name] for c in type(thing).__mro__ if name in vars(c)]) for name in object.__dir__(thing))
    return [name for name, at in found if name in vars(thing) or not (at and isinstance(at[0], Guess))]


class _Finder:
    """What Python asks when it has found no module of a name: `from nn import Linear` and `import autograd.numpy`."""

    packages: ClassVar[dict[str, Guesses]] = {}

    @classmethod
    def find_spec(cls, name: str, path: object = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return None, no module; raises ModuleNotFoundError that says the way out of a guess."""
        package, _, guess = name.partition(".")
        guesses = cls.packages.get(package)
        said = guesses.said(guess.partition(".")[0]) if guesses is not None and guess else ""
        if guesses is None or not said or guess in guesses.accepted:
            return None
        raise ModuleNotFoundError(said)


if _Finder not in sys.meta_path:
    sys.meta_path.append(_Finder)  # the last that is asked
