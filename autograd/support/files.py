"""The one place that reads and writes files: what is written is whole, or is as it was before."""

from __future__ import annotations

import os
import re
import stat
import time
from contextlib import suppress
from typing import Final

# O_EXCL follows no link that somebody has put there; the others are not on every system
FRESH: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
AT_ONCE: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # nobody waits for the other end of a pipe
MINUTE, HOUR = 60.0, 3600.0  # seconds after which a half-written file goes: if nobody holds it, or none can tell


def read_file(path: str | os.PathLike[str]) -> bytes:
    """Return what a file holds; raises OSError for what cannot be read, ValueError for pipes and devices."""
    handle = os.open(path, os.O_RDONLY | AT_ONCE)
    kind = os.fstat(handle).st_mode
    if not stat.S_ISREG(kind):
        os.close(handle)
        raise ValueError(f"{os.fspath(path)} is {'a folder' if stat.S_ISDIR(kind) else 'a pipe or device'}, not a file")
    with os.fdopen(handle, "rb") as file:
        return file.read()


def write_file(path: str | os.PathLike[str], contents: bytes) -> None:
    """Leave `contents` at `path` and on the disk, or what was there as it was if anything fails.

    Readers see the old file or the new one, whoever else writes.  A link stays one, and what it leads to is written; a
    file that was there keeps its mode, a new one has that of any new file.  Pipes and devices are written to.
    Raises FileNotFoundError if there is no such folder.
    """
    check_folder(path)
    try:
        old = os.stat(path)
    except FileNotFoundError:
        old = None
    if old is not None and not stat.S_ISREG(old.st_mode):
        with open(path, "wb") as there:
            there.write(contents)
        return
    place = os.path.realpath(path)
    folder, name = os.path.split(place)
    part = f".{name[:50]}."
    beside = os.path.join(folder, f"{part}{os.urandom(8).hex()}.part")
    try:
        # the system itself takes the umask off: to ask for it would be to change it for other threads
        handle = os.open(beside, FRESH, 0o666 if old is None else 0o600)
        with os.fdopen(handle, "wb") as file:
            _hold(handle)
            if old is not None:
                _take_over(beside, old)
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, place)
    except FileExistsError:  # somebody else's
        raise
    except BaseException:  # an interrupt may come when the file is there already, and is not known yet
        with suppress(FileNotFoundError):
            os.unlink(beside)
        raise
    _sync(folder)
    _clear(folder, part)


def check_folder(path: str | os.PathLike[str]) -> None:
    """Raise FileNotFoundError if there is no folder to leave the file in: that of what it leads to if it is a link."""
    folder, name = os.path.split(os.path.realpath(path))
    if not os.fspath(path):
        raise FileNotFoundError("the path of a file is needed, and this is an empty text")
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"there is no folder {folder!r} to leave {name!r} in: make it first")


def _take_over(beside: str, old: os.stat_result) -> None:
    """Give the new file the owner of the old one, where that is allowed, and its mode."""
    new = os.stat(beside)
    if hasattr(os, "chown") and (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        with suppress(OSError):
            os.chown(beside, old.st_uid, old.st_gid)
    os.chmod(beside, stat.S_IMODE(old.st_mode))


def _hold(handle: int) -> bool | None:
    """Return whether this process holds a file from now on until it is closed or killed; None: there is no way here."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return None
    return True


def _clear(folder: str, part: str) -> None:
    """Remove what processes that were killed left of this file: they hold it no more."""
    with suppress(OSError):
        for name in os.listdir(folder):
            place = os.path.join(folder, name)
            if name.startswith(part) and re.fullmatch("[0-9a-f]{16}[.]part", name[len(part) :]):
                age, is_left = time.time() - os.lstat(place).st_mtime, _is_left(place)
                if age > (HOUR if is_left is None else MINUTE) and is_left is not False:
                    os.unlink(place)


def _is_left(place: str) -> bool | None:
    """Return whether no process holds a half-written file, None if that cannot be told here."""
    handle = os.open(place, os.O_RDONLY | AT_ONCE | getattr(os, "O_NOFOLLOW", 0))
    try:
        return _hold(handle)
    finally:
        os.close(handle)


def _sync(folder: str) -> None:
    """Have the move on the disk too, where the system can do that for folders; the file itself is there already."""
    if os.name != "posix":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
