"""`chainrule site`: a folder, or one file, in which Python, this library and its XOR session run in a browser.

What is heavy is packed here, once: the page itself asks nothing of the network but its own folder.
"""

from __future__ import annotations

import base64
import gzip
import json
import shutil
import subprocess
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from autograd.support.files import check_folder, write_file
from autograd.support.messages import shown
from viz.pages.bundle import bundled, file_of, styles_of
from viz.pages.document import colors, inert
from viz.pages.site.gallery import gallery, programs
from viz.pages.site.interpreter import READY_FILE
from viz.pages.site.pyodide_from_npm import GRAPHVIZ, PYODIDE, from_folder, from_npm, program
from viz.support.labels import escaped

PACKAGES: Final = ("autograd", "nn", "viz", "graphviz")  # what the page's Python imports besides its own library
POLICY: Final = (  # nothing from elsewhere, nothing to elsewhere
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; "
    "style-src 'unsafe-inline'; connect-src 'self' blob: data:; img-src blob: data:; frame-src blob:; "
    "base-uri 'none'; form-action 'none'"
)
SCRIPTS: Final = (
    "pyodide.asm.mjs",
    "pyodide.js",
    "viz-global.js",
)  # one that is no module: a file lets a worker load no others
NO_MODULE: Final = (
    b"globalThis.importScripts = undefined"  # by which Pyodide knows a module, which could load its parts
)
HERE: Final = Path(__file__).parent


def site(out: str, *, pyodide: str | None = None, single: bool = False) -> Path:
    """Leave the browser edition in the folder `out`, or as the one file `out`, and return the path of its page.

    Pyodide comes from npm, or from the folder `pyodide` that holds its distribution.  A folder is served by any server
    of files; one file opens from the disk, too.  Raises ValueError for a place that will not do or parts that are not
    what was chosen, RuntimeError where Node is missing or npm does not answer; then nothing is written.
    """
    page = _place(Path(out), single=single)
    program("node")
    parts = (from_npm(PYODIDE) if pyodide is None else from_folder(pyodide)) | from_npm(GRAPHVIZ)
    parts |= _compiled(parts)
    made = b"\n;".join([NO_MODULE, *(parts[name] for name in SCRIPTS), bundled("site/worker.js").encode()])
    scripts = made.replace(b"import.meta.url", b"location.href").replace(
        b"export default ", b"var createPyodideModule = "
    )
    pages = gallery()
    titles = {name: title for name, (title, _) in pages.items()}
    files = {name: content for name, content in parts.items() if not name.endswith(("js", ".mjs"))}
    files |= {"worker.js": scripts} | {name: page.html.encode() for name, (_, page) in pages.items()}
    if single:
        packed = {
            name: base64.b64encode(gzip.compress(content, 9, mtime=0)).decode() for name, content in files.items()
        }
        write_file(page, _html(titles, dict.fromkeys(files, ""), packed).encode())
        return page
    page.parent.mkdir(exist_ok=True)
    for name, content in files.items():
        write_file(page.parent / name, content)
    write_file(page, _html(titles, {name: name for name in files}, {}).encode())  # last: it needs all the others
    return page


def _place(out: Path, *, single: bool) -> Path:
    """Return where the page itself is to lie; raises ValueError if it cannot lie there."""
    if single:
        if out.suffix.lower() not in (".html", ".htm") or out.is_dir():
            raise ValueError(f"chainrule site --single {shown(out)}: one file is saved as .html")
        check_folder(out)
        return out
    if out.is_dir() and any(out.iterdir()) and not (out / "pyodide.asm.wasm").exists():
        raise ValueError(f"chainrule site {shown(out)}: there are other things in this folder: name a new one")
    if out.exists() and not out.is_dir():
        raise ValueError(f"chainrule site {shown(out)}: it is a file; for one file say --single {shown(out)}")
    check_folder(out)
    return out / "index.html"


def _compiled(parts: dict[str, bytes]) -> dict[str, bytes]:
    """Return Python's library and ours as archives of .pyc, written by the page's own Python under Node."""
    with TemporaryDirectory() as folder:
        work = Path(folder)
        for name in ("pyodide", "library", "made"):
            (work / name).mkdir()
        for name in PYODIDE.files:
            (work / "pyodide" / name).write_bytes(parts[name])
        (work / "python_stdlib.zip").write_bytes(parts["python_stdlib.zip"])
        for package in PACKAGES:
            source = Path(str(import_module(package).__file__)).parent
            shutil.copytree(source, work / "library" / package, ignore=shutil.ignore_patterns("__pycache__"))
        ready = json.dumps({key: asdict(structure) for key, structure in programs().items()})
        (work / "library" / READY_FILE).write_text(ready, encoding="utf-8")
        command = [program("node"), f"{HERE / 'run.mjs'}", f"{work / 'pyodide'}", f"{HERE / 'bytecode.py'}"]
        command.append(f"/work={work}")
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
        if done.returncode:
            raise RuntimeError(f"Pyodide could not compile the library: {shown(done.stderr.strip(), 500)}")
        return {path.name: path.read_bytes() for path in (work / "made").iterdir()}


def _html(titles: dict[str, str], places: dict[str, str], packed: dict[str, str]) -> str:
    """Return the page; `places` says where its files lie, "" for those that stand in it, packed."""
    links = "".join(f'<a href="{name}" target="_blank">{escaped(title)}</a>' for name, title in titles.items())
    body = file_of("site/site.html").replace("</nav>", f"{links}</nav>")
    held = "".join(f'<script type="text/plain" id="file:{name}">{text}</script>\n' for name, text in packed.items())
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<link rel="icon" href="data:,">\n'
        f"<title>chainrule</title>\n<style>{colors()}{styles_of('site/site.css')}</style>\n</head>\n<body>\n{body}"
        f'<script type="application/json" id="files">{inert(places)}</script>\n{held}'
        f"<script>{bundled('site/site.js')}</script>\n</body>\n</html>\n"
    )
