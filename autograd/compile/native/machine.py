"""From the text of a module to a function in memory: the host's processor, LLVM's passes, and a cache of object code.

A module compiled once is kept in the user's cache folder under a hash of its text, the processor and LLVM's version,
so that the next process only links it.  CHAINRULE_CACHE names another folder, or is "off".  A cache that cannot be
written, or holds nonsense, costs only time.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["Machine", "host"]


class Machine:
    """The processor this runs on, and the compiler for it.

    Attributes
        lanes     how many doubles a register holds
        features  what the processor can do, as LLVM names it
    """

    def __init__(self) -> None:
        llvm = _llvm()
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        self.cpu = llvm.get_host_cpu_name()
        features = llvm.get_host_cpu_features()
        self.features = features.flatten()
        wide, middle = features.get("avx512f", False), features.get("avx2", False)
        self.lanes = 8 if wide else 4 if middle else 2
        self._targets: dict[int, Any] = {}
        self._jit = llvm.create_lljit_compiler()
        self._count = 0

    def compile(self, text: str, name: str, level: int = 1) -> Callable[..., Any]:
        """Return the module's function of that name, which takes one address; compiled now or found in the cache.

        `level` says how hard LLVM is to look for faster code, from 0; the bits that come out are always the same.
        """
        key = self.key(text, level)
        code = _read(key)
        if code is not None:
            try:
                return self._link(code, name)
            except (RuntimeError, OSError):
                pass  # what the cache held was no object code after all
        code = self.object_code(text, level)
        _write(key, code)
        return self._link(code, name)

    def key(self, text: str, level: int) -> str:
        """Return what object code is kept under: all that it depends on, the processor above all."""
        source = f"{text}|{level}|{self.cpu}|{self.features}|{_llvm().llvm_version_info}"
        return hashlib.sha256(source.encode()).hexdigest()

    def object_code(self, text: str, level: int) -> bytes:
        """Return the module compiled for this processor."""
        module = _llvm().parse_assembly(text)
        return self.target(level).emit_object(module)  # type: ignore[no-any-return]

    def target(self, level: int) -> Any:
        """Return LLVM's code generator for this processor, at an optimisation level."""
        if level not in self._targets:
            llvm = _llvm()
            triple = llvm.Target.from_default_triple()
            self._targets[level] = triple.create_target_machine(
                cpu=self.cpu, features=self.features, opt=level, jit=True
            )
        return self._targets[level]

    def _link(self, code: bytes, name: str) -> Callable[..., Any]:
        llvm = _llvm()
        self._count += 1
        library = llvm.JITLibraryBuilder().add_object_img(code).add_current_process().export_symbol(name)
        resource = library.link(self._jit, f"chainrule{self._count}")
        function = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(resource[name])
        function.resource = resource  # type: ignore[attr-defined]  # keeps the code in memory
        return function


def _llvm() -> Any:
    try:
        import llvmlite.binding
    except ImportError:
        raise ImportError(
            'the native backend needs llvmlite: pip install "chainrule[fast]", or use backend="numpy"'
        ) from None
    return llvmlite.binding


@cache
def host() -> Machine:
    """Return the processor this runs on; raises ImportError naming the extra where llvmlite is missing."""
    return Machine()


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


def _read(key: str) -> bytes | None:
    folder = _folder()
    if folder is None:
        return None
    try:
        kept = (folder / f"{key}.o").read_bytes()
    except OSError:
        return None
    code, check = kept[:-32], kept[-32:]
    return code if hashlib.sha256(code).digest() == check else None


def _write(key: str, code: bytes) -> None:
    folder = _folder()
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, path = tempfile.mkstemp(dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(code + hashlib.sha256(code).digest())
        os.replace(path, folder / f"{key}.o")
    except OSError:
        pass
