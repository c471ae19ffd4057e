"""From the text of a module to a function in memory: the host's processor, LLVM's passes, and a cache of object code.

A module compiled once is kept (cache.py) under a hash of its text, the processor and LLVM's version, so that the next
process only links it.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any

from autograd.compile.backends.native.host.cache import keep, kept
from autograd.support.locks import renew_in_children

llvm: Any = import_module("llvmlite.binding")  # this package is loaded only when its backend is asked for
with suppress(AttributeError):  # llvmlite's own lock, wherever it keeps it
    renew_in_children(llvm.ffi.lib._lock._lock)


class Processor:
    """The processor this runs on, and the compiler for it.

    Attributes
        lanes     how many doubles a register holds
        features  what the processor can do, as LLVM names it
    """

    def __init__(self) -> None:
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

        `level` says how hard LLVM is to look for faster code, 0 or 1; the bits that come out are always the same.
        """
        for found in range(1, level - 1, -1):
            code = kept(self.key(text, found))
            if code is not None:
                with suppress(RuntimeError, OSError):  # what the cache held may be no object code after all
                    return self._link(code, name)
        code = self.object_code(text, level)
        keep(self.key(text, level), code)
        return self._link(code, name)

    def key(self, text: str, level: int) -> str:
        """Return what object code is kept under: all that it depends on, the processor above all."""
        source = f"{text}|{level}|{self.cpu}|{self.features}|{llvm.llvm_version_info}"
        return hashlib.sha256(source.encode()).hexdigest()

    def object_code(self, text: str, level: int) -> bytes:
        """Return the module compiled for this processor."""
        module = llvm.parse_assembly(text)
        return self.target(level).emit_object(module)  # type: ignore[no-any-return]

    def target(self, level: int) -> Any:
        """Return LLVM's code generator for this processor, at an optimization level."""
        if level not in self._targets:
            triple = llvm.Target.from_default_triple()
            self._targets[level] = triple.create_target_machine(
                cpu=self.cpu, features=self.features, opt=level, jit=True
            )
        return self._targets[level]

    def _link(self, code: bytes, name: str) -> Callable[..., Any]:
        self._count += 1
        library = llvm.JITLibraryBuilder().add_object_img(code).add_current_process().export_symbol(name)
        resource = library.link(self._jit, f"chainrule{self._count}")
        function = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(resource[name])
        function.resource = resource  # type: ignore[attr-defined]  # keeps the code in memory
        return function


@cache
def host() -> Processor:
    """Return the processor this runs on."""
    return Processor()
