"""The modules of a page in one script: it has no server to ask for them, and `file://` lets no module in.

Each module becomes a function of its own, so that it sees what it imports and nobody sees what it does not export.
`MODULES["shared/numbers.js"].shortly(1 / 3)` works in a browser's console.
"""

from __future__ import annotations

import posixpath
import re
from importlib import resources

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:function\*?|const|class) ([\w$]+))", re.MULTILINE)
_STYLE = re.compile(r'^@import "(\.[^"]+)";\n', re.MULTILINE)


def file_of(name: str) -> str:
    """Return a file of `viz/pages/` as it is written there."""
    return resources.files("viz").joinpath("pages", name).read_text(encoding="utf-8")


def bundled(*entries: str) -> str:
    """Return modules of `viz/pages/` and all that they import as one script, what is imported first.

    Raises ValueError where modules import each other in a circle, or what is not exported.
    """
    written: dict[str, str] = {}
    exports: dict[str, set[str]] = {}

    def write(name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise ValueError(f"modules import each other in a circle: {' → '.join((*above, name))}")
        source = file_of(name)
        exports[name] = set(_EXPORT.findall(source))

        def imported(found: re.Match[str]) -> str:
            other = posixpath.normpath(posixpath.join(posixpath.dirname(name), found[2]))
            if other not in written:
                write(other, (*above, name))
            names = [one.strip() for one in found[1].split(",") if one.strip()]
            if missing := {one.split(" as ")[0] for one in names} - exports[other]:
                raise ValueError(f"{name} imports {', '.join(sorted(missing))}, which {other} does not export")
            return f'const {{ {", ".join(names).replace(" as ", ": ")} }} = MODULES["{other}"];\n'

        body = _EXPORT.sub("", _IMPORT.sub(imported, source))
        given = ", ".join(sorted(exports[name]))
        written[name] = f'MODULES["{name}"] = (() => {{\n{body}return {{ {given} }};\n}})();\n'

    for entry in entries:
        if entry not in written:
            write(entry, ())
    return "const MODULES = {};\n" + "".join(written.values())


def styles_of(entry: str) -> str:
    """Return a style sheet of `viz/pages/`, with those that it imports in their places."""
    folder = posixpath.dirname(entry)
    return _STYLE.sub(lambda found: styles_of(posixpath.normpath(posixpath.join(folder, found[1]))), file_of(entry))
