"""The launcher starts Python without `site`, which finds the folders of what is installed beside viewsync.

Most verbs need nothing from there. For the others `site` is run as Python runs it at its start: before a verb that is
not hot begins, and else when the first module is asked for that is not Python's own or viewsync's.
"""

from __future__ import annotations

import sys

from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec


def find() -> None:
    """Once, and only where nobody did at Python's start."""
    if not sys.flags.no_site or _Later not in sys.meta_path:
        return
    sys.meta_path.remove(_Later)
    import site

    site.main()


def find_when_asked() -> None:
    if sys.flags.no_site and "site" not in sys.modules:
        sys.meta_path.append(_Later)


class _Later:
    """The last to be asked for a module."""

    @staticmethod
    def find_spec(name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if path is not None:  # a part of what was found
            return None
        find()
        from importlib.machinery import PathFinder

        return PathFinder.find_spec(name, None, target)
