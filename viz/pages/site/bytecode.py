"""A program that Pyodide runs, with a folder at /work: its library and ours as .pyc, so that a page need not compile.

A .pyc is read by the Python that wrote it alone, so the page's own Python writes them.  The same files give the same
bytes.  Docstrings of Python's library are left out; ours are what `help` says.
"""

from __future__ import annotations

import py_compile
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

WORK = Path("/work")


def members(archive: Path) -> Iterable[tuple[str, bytes]]:
    """Yield the name and the content of each file in an archive."""
    with zipfile.ZipFile(archive) as held:
        for name in held.namelist():
            if not name.endswith("/"):
                yield name, held.read(name)


def files(folder: Path) -> Iterable[tuple[str, bytes]]:
    """Yield the same of a folder, in the order of the names."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def compiled(source: bytes, name: str, optimize: int) -> bytes:
    """Return a module as the bytes of its .pyc, which is read without a look at the source."""
    before, after = Path("/tmp/module.py"), Path("/tmp/module.pyc")
    before.write_bytes(source)
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(before), str(after), name, doraise=True, optimize=optimize, invalidation_mode=mode)
    return after.read_bytes()


def pack(given: Iterable[tuple[str, bytes]], archive: Path, optimize: int) -> None:
    """Leave an archive of the files, with each module as .pyc."""
    with zipfile.ZipFile(archive, "w") as packed:
        for name, content in given:
            if name.endswith(".py"):
                name, content = f"{name}c", compiled(content, name, optimize)
            packed.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 9)  # dated 1980, as all


if sys.platform == "emscripten":
    pack(members(WORK / "python_stdlib.zip"), WORK / "made" / "python_stdlib.zip", 2)
    pack(files(WORK / "library"), WORK / "made" / "library.zip", 0)
