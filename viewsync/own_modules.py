"""Finds viewsync's own modules where they are, without Python's search, which is a tenth of a verb's time.

Only where the launcher has started Python, which leaves out `site`, too. A file that is compiled, of the source as it
is now, is read at once; everything else goes Python's way.
"""

from __future__ import annotations

import sys
from io import FileIO
from marshal import loads
from os import stat

from viewsync.light import contextlib
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec, SourceFileLoader
    from types import CodeType
else:
    ModuleSpec, SourceFileLoader = type(__spec__), type(__spec__.loader)  # without importing what has them

_HEAD = 16  # bytes of a compiled file before its code: PEP 552


def find_quickly() -> None:
    if sys.flags.no_site and not sys.flags.optimize and sys.pycache_prefix is None:
        with contextlib.suppress(OSError, AttributeError):  # this one is not compiled, or is in no file
            sys.meta_path.insert(0, _Finder())


class _Finder:
    """The first to be asked for a module."""

    def __init__(self) -> None:
        self.start, self.folder = __name__.removesuffix("own_modules"), __file__.rpartition("/")[0]
        self.head = _read(__spec__.cached or "")[:8]  # of which Python, and that it goes by the source's time and size
        self.end = f".{sys.implementation.cache_tag}.pyc"

    def find_spec(self, name: str, *_: Any) -> ModuleSpec | None:
        if not name.startswith(self.start):
            return None
        stem = f"{self.folder}/{name[len(self.start) :].replace('.', '/')}"
        return self._found(name, stem) or self._found(name, f"{stem}/__init__", [stem])

    def _found(self, name: str, stem: str, inside: list[str] | None = None) -> ModuleSpec | None:
        folder, _, word = stem.rpartition("/")
        path, compiled = f"{stem}.py", f"{folder}/__pycache__/{word}{self.end}"
        try:
            source, data = stat(path), _read(compiled)
            head = self.head + _four(int(source.st_mtime)) + _four(source.st_size)
            if data[:_HEAD] != head:
                return None
            code = loads(memoryview(data)[_HEAD:])  # noqa: S302  as Python does
        except OSError:
            return None
        loader = _Loader(name, path)
        loader.code = code
        spec = ModuleSpec(name, loader, origin=path)
        spec.submodule_search_locations, spec.has_location, spec.cached = inside, True, compiled
        return spec


class _Loader(SourceFileLoader):
    code: CodeType

    def get_code(self, _name: str) -> CodeType:
        return self.code


def _read(path: str) -> bytes:
    with FileIO(path) as file:
        return file.readall()


def _four(number: int) -> bytes:
    return (number & 0xFFFFFFFF).to_bytes(4, "little")
