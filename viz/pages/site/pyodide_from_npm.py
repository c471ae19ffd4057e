"""What the page is made of besides this library: Pyodide and Graphviz as npm has them, of one version and digest."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sysconfig
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from autograd.support.messages import shown


class Part(NamedTuple):
    """A package of npm: its version, the digest of its archive, and the files of it that are wanted."""

    package: str
    version: str
    sha256: str
    files: tuple[str, ...]


CODE: Final = {  # the digests of what is run; the lock file may name less than npm's
    "pyodide.mjs": "6f1d60f7bf529beb300f0f47983c921d3982363640ba20af0e38efdddbc66109",
    "pyodide.js": "3141b814715a72e59b51b1b18b9ceae5bf19f7c852417e431bb0a34feadf825c",
    "pyodide.asm.mjs": "f7cdc8ece80678ceb712f8e65ebe6d3a83203a180c399865f49612a051693635",
    "pyodide.asm.wasm": "cc36e3cab04fdfc9a63ff13eb52eae2b911bf46c025cc7b281f394bd3de1d5e6",
    "python_stdlib.zip": "fa1957e5777068fc4f7437f96d860ae2fbe9c19732ba06c84e004ec16dd7dd7a",
}
PYODIDE: Final = Part(
    "pyodide",
    "314.0.7",
    "66b7949e5a0cba2250b586d7e368bf12fb482800748d182c4618254b685ffaa0",
    (*CODE, "pyodide-lock.json"),
)
GRAPHVIZ: Final = Part(
    "@viz-js/viz", "3.31.0", "7dc0189874849cca2fed7cbe88bf334cd0e6e012db16657794a812ad6f2b8c70", ("dist/viz-global.js",)
)
NEEDS: Final = "chainrule site needs Node.js, which brings npm, to build the page (not to use it): https://nodejs.org"
NEEDED: Final = f"the distribution of Pyodide {PYODIDE.version} is needed"
PATIENCE: Final = 300.0  # seconds for npm to fetch a part


def program(name: str) -> str:
    """Return the path of `node` or `npm`: of this environment, or on the PATH.

    Raises RuntimeError, saying how to get it, where there is none.
    """
    found = shutil.which(name, path=sysconfig.get_path("scripts")) or shutil.which(name)
    if found is None:
        raise RuntimeError(f"there is no {name} here: {NEEDS}")
    return found


def from_npm(part: Part) -> dict[str, bytes]:
    """Return the files of a part by their names, fetched by npm, which keeps what it has fetched once.

    Raises RuntimeError if npm does not answer, ValueError if what it brings is not what was there when it was chosen.
    """
    with TemporaryDirectory() as folder:
        command = [program("npm"), "pack", f"{part.package}@{part.version}", "--prefer-offline", "--loglevel=error"]
        given: dict[str, Any] = {"cwd": folder, "capture_output": True, "encoding": "utf-8", "errors": "replace"}
        try:
            done = subprocess.run(command, check=False, timeout=PATIENCE, **given)
            why = shown(" ".join(done.stderr.split()), 300) or f"it left with {done.returncode}, and said nothing"
        except subprocess.TimeoutExpired:
            why = f"it did not answer for {PATIENCE:.0f} s"
        archives = [*Path(folder).glob("*.tgz")]
        if len(archives) != 1:
            raise RuntimeError(f"npm could not fetch {part.package} {part.version}: {why}")
        packed = archives[0].read_bytes()
    if (digest := hashlib.sha256(packed).hexdigest()) != part.sha256:
        raise ValueError(f"npm's {part.package} {part.version} is another than was chosen: its SHA-256 is {digest}")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        held = {name: archive.extractfile(f"package/{name}") for name in part.files}
        return {Path(name).name: file.read() for name, file in held.items() if file is not None}


def from_folder(folder: str | os.PathLike[str]) -> dict[str, bytes]:
    """Return Pyodide's files from a folder that holds its distribution, and NumPy's where they are there, too.

    Raises ValueError for a folder without it, or with files that are not those of the version that was tried.
    """
    place = Path(folder)
    if missing := [name for name in PYODIDE.files if not (place / name).is_file()]:
        raise ValueError(f"--pyodide {shown(place)}: there is no {', '.join(missing)} in it: {NEEDED}")
    files = {name: (place / name).read_bytes() for name in PYODIDE.files}
    try:
        lock = json.loads(files["pyodide-lock.json"])
        numpy = lock["packages"].get("numpy", {})
        wheel, named = str(numpy.get("file_name", "")), numpy.get("sha256")
    except (ValueError, LookupError, TypeError, AttributeError):
        raise ValueError(f"--pyodide {shown(place)}: its pyodide-lock.json is not what Pyodide writes") from None
    if wheel != Path(wheel).name and wheel:  # a way out of the folder
        raise ValueError(
            f"--pyodide {shown(place)}: its pyodide-lock.json names {shown(wheel)}, which is no file in it"
        )
    wanted = dict(CODE)
    if wheel and (place / wheel).is_file():
        files[wheel], wanted[wheel] = (place / wheel).read_bytes(), named
    for name, chosen in wanted.items():
        if (digest := hashlib.sha256(files[name]).hexdigest()) != chosen:
            raise ValueError(f"--pyodide {shown(place)}: its {name} is another, of the SHA-256 {digest}: {NEEDED}")
    return files
