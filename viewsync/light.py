"""What the standard library's costly modules are used for on hot paths, without importing them.

The names below stand for the modules, and a type checker sees those: `from viewsync.light import re`. What is asked of
one beyond that imports the real one. tests/test_light.py compares results and errors with theirs.
"""

from __future__ import annotations

import sys

from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import contextlib as contextlib
    import json as json
    import re as re
    import signal as signal
    from collections import deque as deque
    from functools import cached_property as cached_property
    from shlex import quote as quote

    def ignore_warnings() -> None: ...
else:

    def ignore_warnings():
        """A library's are nothing for whoever calls us: a line on the terminal, or, with -W error, the end."""
        if "warnings" in sys.modules:
            sys.modules["warnings"].simplefilter("ignore")
        else:  # which takes what stands here
            __import__("_warnings").filters.insert(0, ("ignore", None, Warning, None, 0))

    try:
        from _collections import deque as deque
    except ImportError:
        from collections import deque as deque
    try:
        import _signal as signal  # without names for its numbers, which `enum` makes
    except ImportError:  # another Python than CPython
        signal = __import__("signal")

    class _Module:
        def __getattr__(self, name):
            return getattr(__import__(self.name), name)

    class cached_property:  # noqa: N801  as functools has it
        def __init__(self, method):
            self.method, self.name, self.__doc__ = method, method.__name__, method.__doc__

        def __get__(self, instance, owner=None):
            if instance is None:
                return self
            value = instance.__dict__[self.name] = self.method(instance)
            return value

    def quote(text):
        """As shlex has it."""
        if text and text.isascii() and text.translate(_SAFE).isalnum():
            return text
        return "'" + text.replace("'", "'\"'\"'") + "'"

    _SAFE = dict.fromkeys(map(ord, "_@%+=:,./-"), "x")

    class _Suppress:
        def __init__(self, *kinds):
            self.kinds = kinds

        def __enter__(self):
            pass

        def __exit__(self, kind, value, traceback):
            return kind is not None and issubclass(kind, self.kinds)

    class _Closing:
        def __init__(self, thing):
            self.thing = thing

        def __enter__(self):
            return self.thing

        def __exit__(self, *_):
            self.thing.close()

    class _Nothing:
        def __enter__(self):
            pass

        def __exit__(self, *_):
            pass

    class _Stack:
        def __init__(self):
            self.entered = []

        def enter_context(self, manager):
            value = manager.__enter__()
            self.entered.append(manager)
            return value

        def close(self):
            self.__exit__(None, None, None)

        def __enter__(self):
            return self

        def __exit__(self, *problem):
            if not self.entered:
                return False
            manager = self.entered.pop()
            try:
                done = manager.__exit__(*problem)
            except BaseException as error:
                if self.__exit__(type(error), error, error.__traceback__):
                    return True
                raise
            others = self.__exit__(*((None,) * 3 if done else problem))
            return bool(done or others)

    class _Manager:
        """What a function with one `yield` does before and after."""

        def __init__(self, generator):
            self.generator = generator

        def __enter__(self):
            try:
                return next(self.generator)
            except StopIteration:
                raise RuntimeError("generator didn't yield") from None

        def __exit__(self, kind, value, traceback):
            if kind is None:
                if next(self.generator, self) is not self:
                    self._goes_on()
                return False
            try:
                self.generator.throw(value)
            except StopIteration as error:
                return error is not value
            except BaseException as error:
                of_ours = error is value or (
                    isinstance(error, RuntimeError) and isinstance(value, StopIteration) and error.__cause__ is value
                )
                if not of_ours:
                    raise
                value.__traceback__ = traceback
                return False
            return self._goes_on()

        def _goes_on(self):
            self.generator.close()
            raise RuntimeError("generator didn't stop")

    class _Contextlib(_Module):
        name = "contextlib"
        suppress, closing, nullcontext, ExitStack = _Suppress, _Closing, _Nothing, _Stack

        @staticmethod
        def contextmanager(function):
            def manager(*words, **named):
                return _Manager(function(*words, **named))

            manager.__name__, manager.__doc__, manager.__wrapped__ = function.__name__, function.__doc__, function
            return manager

    class _Pattern:
        """Compiled when it is used first."""

        def __init__(self, text, flags):
            self._text, self._flags = text, flags

        def __getattr__(self, name):
            compiled = __import__("re").compile(self._text, self._flags)
            for method in ("match", "fullmatch", "search", "sub", "finditer", "findall", "split"):
                setattr(self, method, getattr(compiled, method))
            return getattr(compiled, name)

    class _Re(_Module):
        name = "re"
        IGNORECASE, MULTILINE, DOTALL, VERBOSE, ASCII = 2, 8, 16, 64, 256

        @staticmethod
        def compile(text, flags=0):
            return _Pattern(text, flags)

    _SPACE = " \t\n\r"
    _CONSTANTS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}

    class _Scanned:
        """What JSON is read by, as json.JSONDecoder has it."""

        strict, object_hook, object_pairs_hook = True, None, None

        def __init__(self, parse_float=float, parse_int=int, parse_constant=_CONSTANTS.__getitem__):
            self.parse_float, self.parse_int, self.parse_constant, self.memo = (
                parse_float,
                parse_int,
                parse_constant,
                {},
            )

    class _Json(_Module):
        name = "json"

        def loads(self, text, **hooks):
            """What is not plainly right is read once more, by the real one, for its error."""
            try:
                import _json

                read, end = _json.make_scanner(_Scanned(**hooks))(text, len(text) - len(text.lstrip(_SPACE)))
                if not text[end:].strip(_SPACE):
                    return read
            except Exception:  # noqa: S110
                pass
            return __import__("json").loads(text, **hooks)

        def dumps(self, value, *, ensure_ascii=True, indent=None, allow_nan=True):
            try:
                import _json

                quoted = _json.encode_basestring_ascii if ensure_ascii else _json.encode_basestring
                if indent is None:
                    encoder = _json.make_encoder({}, None, quoted, None, ": ", ", ", False, False, allow_nan)
                    return "".join(encoder(value, 0))
                parts = []
                _write(value, quoted, "\n", " " * indent, parts.append)
                return "".join(parts)
            except Exception:
                return __import__("json").dumps(value, ensure_ascii=ensure_ascii, indent=indent, allow_nan=allow_nan)

    def _write(value, quoted, line, step, add):  # noqa: C901  a line for each kind
        """With line breaks, as json.dumps does it in Python, too. What is not plain raises."""
        if isinstance(value, str):
            add(quoted(value))
        elif value is None or value is True or value is False:
            add("null" if value is None else "true" if value else "false")
        elif isinstance(value, int):
            add(int.__repr__(value))
        elif isinstance(value, float):
            if value - value != 0:
                raise ValueError
            add(float.__repr__(value))
        elif isinstance(value, dict):
            start, inner = "{", line + step
            for key, part in value.items():
                if not isinstance(key, str):
                    raise TypeError
                add(f"{start}{inner}{quoted(key)}: ")
                start = ","
                _write(part, quoted, inner, step, add)
            add(f"{line}}}" if value else "{}")
        elif isinstance(value, (list, tuple)):
            start, inner = "[", line + step
            for part in value:
                add(start + inner)
                start = ","
                _write(part, quoted, inner, step, add)
            add(f"{line}]" if value else "[]")
        else:
            raise TypeError

    contextlib, json, re = _Contextlib(), _Json(), _Re()
