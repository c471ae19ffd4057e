"""Object code kept between runs, in the user's cache folder: files named by what they were made from.

CHAINRULE_CACHE names another folder, or is "off".  Many processes may read and write at once: a file appears whole or
not at all, and is used only if its check sum holds.  What was not used for longest goes when the folder holds more
than LIMIT bytes.  A cache that cannot be read or written, or holds nonsense, costs only time.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["LIMIT", "keep", "kept"]

LIMIT: Final = 128 << 20  # bytes; a step takes some 10 to 100 kB
HOUR: Final = 3600.0  # seconds after which what a killed process left half-written goes


def kept(key: str) -> bytes | None:
    """Return what was kept under a key, or None; it counts as used now."""
    folder = _folder()
    if folder is None:
        return None
    path = folder / f"{key}.o"
    try:
        whole = path.read_bytes()
    except OSError:
        return None
    code, check = whole[:-32], whole[-32:]
    if hashlib.sha256(code).digest() != check:
        return None
    with suppress(OSError):
        os.utime(path)
    return code


def keep(key: str, code: bytes) -> None:
    """Keep the code under a key, if that can be done, and let older code go if there is too much of it."""
    folder = _folder()
    if folder is None:
        return
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(dir=folder, suffix=".new")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(code + hashlib.sha256(code).digest())
            os.replace(path, folder / f"{key}.o")
        except BaseException:
            Path(path).unlink(missing_ok=True)
            raise
        _prune(folder)


def _prune(folder: Path) -> None:
    """Remove what was used longest ago until three quarters of LIMIT are left, and what was left half-written."""
    files: list[tuple[float, int, Path]] = []
    for path in folder.iterdir():
        with suppress(OSError):  # another process may have removed it
            about = path.stat()
            if path.suffix == ".o":
                files.append((about.st_mtime, about.st_size, path))
            elif path.suffix == ".new" and about.st_mtime < time.time() - HOUR:
                path.unlink()
    size = sum(n for _, n, _ in files)
    if size <= LIMIT:
        return
    for _, n, path in sorted(files):
        with suppress(OSError):
            path.unlink()
        size -= n
        if size <= LIMIT * 3 // 4:
            return


def _folder() -> Path | None:
    wanted = os.environ.get("CHAINRULE_CACHE")
    if wanted is not None:
        return None if wanted.lower() in ("", "0", "off", "no") else Path(wanted)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(base) / "chainrule" if base else None
