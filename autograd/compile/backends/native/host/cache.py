"""Object code kept between runs, in a folder of our own: files named by what they were made from.

What lies there is run, so only what we alone can have written counts.  The folder is `chainrule/objects` in the user's
cache folder, or in that which CHAINRULE_CACHE names ("off": no cache).  It is absolute, ours, closed to everybody else,
and on the way there no folder can be changed by others.  Its entries are plain files of ours with a check sum over
their key and their code; they are opened where the folder was checked, and no link is followed.  Otherwise there is no
cache, as on systems without owners of files, and that costs only time.

Many processes may read and write at once: a file appears whole or not at all.  What was not used for longest goes when
the folder holds more than LIMIT bytes; a file by a name that is none of ours is never touched.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

LIMIT: Final = 128 << 20  # bytes; a step takes some 10 to 100 kB
HOUR: Final = 3600.0  # seconds after which what a killed process left half-written goes
OWN: Final = ("chainrule", "objects")  # folders in the user's, both made by us
ENTRY: Final = re.compile(r"[0-9a-f]{64}\.o")
UNFINISHED: Final = re.compile(r"[0-9a-f]{64}\.o\.[0-9a-f]{16}\.new")


def kept(key: str) -> bytes | None:
    """Return what was kept under a key, or None; it counts as used now."""
    with suppress(OSError), _folder(create=False) as folder:
        # a pipe that nobody writes to would be waited for
        file = os.open(_name(key), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        with os.fdopen(file, "rb") as entry:
            about = os.fstat(file)
            if not stat.S_ISREG(about.st_mode) or not _is_ours(about) or about.st_size > LIMIT:
                return None
            whole = entry.read()
            code, check = whole[:-32], whole[-32:]
            if not code or _check(key, code) != check:
                return None
            with suppress(OSError):
                os.utime(file)
            return code
    return None


def keep(key: str, code: bytes) -> None:
    """Keep the code under a key, if that can be done, and let older code go if there is too much of it."""
    with suppress(OSError), _folder(create=True) as folder:
        entry_name = _name(key)
        new = f"{entry_name}.{secrets.token_hex(8)}.new"
        file = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder)
        try:
            with os.fdopen(file, "wb") as entry:
                entry.write(code + _check(key, code))
            os.replace(new, entry_name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(new, dir_fd=folder)
            raise
        _prune(folder)


def _name(key: str) -> str:
    return f"{hashlib.sha256(key.encode()).hexdigest()}.o"


def _check(key: str, code: bytes) -> bytes:
    return hashlib.sha256(key.encode() + b"\n" + code).digest()


def _prune(folder: int) -> None:
    """Remove what was used longest ago until three quarters of LIMIT are left, and what was left half-written."""
    files: list[tuple[float, int, str]] = []
    for name in os.listdir(folder):
        with suppress(OSError):  # another process may have removed it
            about = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if not stat.S_ISREG(about.st_mode):
                continue
            if ENTRY.fullmatch(name):
                files.append((about.st_mtime, about.st_size, name))
            elif UNFINISHED.fullmatch(name) and about.st_mtime < time.time() - HOUR:
                os.unlink(name, dir_fd=folder)
    size = sum(n for _, n, _ in files)
    if size <= LIMIT:
        return
    for _, n, name in sorted(files):
        with suppress(OSError):
            os.unlink(name, dir_fd=folder)
        size -= n
        if size <= LIMIT * 3 // 4:
            return


# ----------------------------------------------------------------------------------------- the folder
@contextmanager
def _folder(*, create: bool) -> Iterator[int]:
    """Open the folder, each step of the way from where the one before was checked; raises OSError if it is not safe."""
    parent = _parent()
    if not os.path.isabs(parent) or not hasattr(os, "geteuid"):
        raise OSError("no folder of the user's own")
    _check_links(parent)
    flags = os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    passing = getattr(os, "O_PATH", os.O_RDONLY)  # a folder on the way need not be readable
    folder = os.open("/", flags | passing)
    try:
        names = [name for name in os.path.realpath(parent).split("/") if name]
        for depth, name in enumerate([*names, *OWN]):
            own = depth >= len(names)
            if create:
                with suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=folder)
            is_last = depth == len(names) + len(OWN) - 1
            inner = os.open(name, flags | (os.O_RDONLY if is_last else passing), dir_fd=folder)
            os.close(folder)
            folder = inner
            about = os.fstat(folder)
            is_safe = _is_ours(about) and not about.st_mode & 0o077 if own else _is_trusted(about)
            if not is_safe:
                raise PermissionError(f"others can change {name}")
        yield folder
    finally:
        os.close(folder)


def _is_ours(about: os.stat_result) -> bool:
    return about.st_uid == os.geteuid() and not about.st_mode & 0o022


def _is_trusted(about: os.stat_result) -> bool:
    """Whether only we and the system can rename what is in a folder: others may not write, or to their own alone."""
    return about.st_uid in (0, os.geteuid()) and bool(not about.st_mode & 0o022 or about.st_mode & stat.S_ISVTX)


def _check_links(path: str) -> None:
    """Raise PermissionError if a link on the way was made by somebody else."""
    while path != os.path.dirname(path):
        with suppress(FileNotFoundError):
            about = os.lstat(path)
            if stat.S_ISLNK(about.st_mode) and about.st_uid not in (0, os.geteuid()):
                raise PermissionError(f"others can change {path}")
        path = os.path.dirname(path)


def _parent() -> str:
    """Return the folder that ours lies in, or a text that is no absolute path: there is no cache."""
    wanted = os.environ.get("CHAINRULE_CACHE")
    if wanted is not None:
        return wanted  # "off" is no absolute path either
    if not os.path.isdir(os.path.expanduser("~")):  # and it is not ours to make
        return ""
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Caches")
    own = os.environ.get("XDG_CACHE_HOME", "")
    return own if os.path.isabs(own) else os.path.expanduser("~/.cache")
