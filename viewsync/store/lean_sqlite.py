"""SQLite without what its module imports beside it, for values that are numbers and texts: `datetime`, and functools.

Its part that is written in C takes `lru_cache` of functools and nothing else, and that costs twice as much as all of
SQLite. tests/test_light.py holds that it is used as ever.
"""

from __future__ import annotations

import sys

from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3 as sqlite3
else:

    class _Sqlite3:
        def __getattr__(self, name):
            return getattr(sys.modules.get("_sqlite3") or _loaded(), name)

    def _loaded():
        if "functools" not in sys.modules and "threading" not in sys.modules:
            sys.modules["functools"] = _Cache("functools")
            try:
                return __import__("_sqlite3")
            except Exception:  # noqa: S110  another Python than CPython, or a later one that takes more
                pass
            finally:
                del sys.modules["functools"]
        return __import__("sqlite3")

    class _Cache(type(sys)):
        def lru_cache(self, most):
            from _functools import _lru_cache_wrapper

            return lambda function: _lru_cache_wrapper(function, most, False, lambda *counts: counts)

    sqlite3 = _Sqlite3()
