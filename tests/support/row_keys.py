"""A plugin for mypy: `row.get("srever")` is an error where the row's type knows no such key, as `row["srever"]` is.

mypy itself takes what that gives for an object, which may be compared with anything, and is equal to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy.errorcodes import TYPEDDICT_ITEM
from mypy.plugin import Plugin
from mypy.plugins.default import DefaultPlugin
from mypy.types import LiteralType, TypedDictType, get_proper_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy.options import Options
    from mypy.plugin import MethodContext
    from mypy.types import Type


class RowKeys(Plugin):
    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.usual = DefaultPlugin(options)  # which is not asked where this one answers

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        usual = self.usual.get_method_hook(fullname)
        if fullname != "typing.Mapping.get":
            return None

        def checked(context: MethodContext) -> Type:
            row = get_proper_type(context.type)
            for given in map(get_proper_type, context.arg_types[0]):
                key = getattr(given, "last_known_value", None) or given  # a constant, or a variable of a Literal type
                if isinstance(row, TypedDictType) and isinstance(key, LiteralType) and key.value not in row.items:
                    said = f'TypedDict "{row.fallback.type.name}" has no key {key.value!r}'
                    context.api.fail(said, context.context, code=TYPEDDICT_ITEM)
            return usual(context) if usual else context.default_return_type

        return checked


def plugin(_version: str) -> type[Plugin]:
    return RowKeys
