"""What viewsync needs of `typing` at run time, without `typing`, which alone costs as much as Python's own start.

The type checker sees the real ones, and the named tuples behave as those do; tests/test_typed.py compares the two.
"""

import sys

TYPE_CHECKING = False  # by its name a type checker takes it for true

if TYPE_CHECKING:
    from typing import Any as Any
    from typing import NamedTuple as NamedTuple
else:
    try:
        from _collections import _tuplegetter
    except ImportError:  # another Python than CPython
        from operator import itemgetter

        def _tuplegetter(number, doc):
            return property(itemgetter(number), doc=doc)

    Any = object  # stands in annotations alone

    _FIRST = 100

    class _Tuple(tuple):
        """A named tuple's methods; those that are made of its fields come from `_Maker`."""

        __slots__ = ()

        def __new__(cls, /, *values, **named):
            """The first ones of a class: compiling takes as long as making a hundred, and most classes make few. What
            is not right has the error of the compiled one.
            """
            if cls._first and len(values) <= len(cls._fields):
                del cls._first[-1:]
                later = cls._fields[len(values) :]
                if not later and not named:
                    return tuple.__new__(cls, values)
                given = cls._field_defaults | named
                if given.keys() >= set(later) and set(later) >= named.keys():
                    return tuple.__new__(cls, (*values, *map(given.__getitem__, later)))
            new = _compiled(next(owner for owner in cls.__mro__ if "_first" in owner.__dict__))
            return new(cls, *values, **named)

        @classmethod
        def _make(cls, iterable):
            made = tuple.__new__(cls, iterable)
            if len(made) != len(cls._fields):
                raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
            return made

        def _replace(self, /, **values):
            made = self._make(map(values.pop, self._fields, self))
            if values:
                kind = TypeError if sys.version_info >= (3, 13) else ValueError
                raise kind(f"Got unexpected field names: {list(values)!r}")
            return made

        __replace__ = _replace  # copy.replace, from Python 3.13 on

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            shown = (f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({', '.join(shown)})"

        def __getnewargs__(self):
            return tuple(self)

    class _Maker(type):
        """Makes of `class Point(NamedTuple)` a plain class of tuples."""

        def __new__(mcs, name, _bases, space):
            names = tuple(space.get("__annotations__", ()))
            defaults = {field: space[field] for field in names if field in space}
            if list(defaults) != list(names[len(names) - len(defaults) :]):
                raise TypeError(f"{name}: a field without a default stands behind one that has one")
            for number, field in enumerate(names):
                space[field] = _tuplegetter(number, f"Alias for field number {number}")
            space |= {"__slots__": (), "_fields": names, "_field_defaults": defaults, "__match_args__": names}
            space |= {"_first": [None] * _FIRST}
            space.pop("__orig_bases__", None)
            return type(name, (_Tuple,), space)

    def _compiled(owner):
        """What makes such tuples quickest."""
        names = owner._fields
        words = {"__builtins__": {}, "__name__": f"namedtuple_{owner.__name__}", "make": tuple.__new__}
        fields = "".join(f"{name}, " for name in names)
        new = eval(f"lambda _cls, {fields}: make(_cls, ({fields}))", words)  # noqa: S307  our own names
        new.__defaults__ = tuple(owner._field_defaults.values())
        new.__name__, new.__qualname__ = "__new__", f"{owner.__name__}.__new__"
        new.__doc__ = f"Create new instance of {owner.__name__}({', '.join(names)})"
        owner.__new__ = staticmethod(new)
        return new

    class _Declared:
        """Stands among the bases in a class's first line, and not in the class."""

        def __mro_entries__(self, bases):
            if len(bases) > 1:
                raise TypeError("a named tuple has no other base")
            return (_Base,)

    _Base = type.__new__(_Maker, "NamedTuple", (), {})
    NamedTuple = _Declared()
