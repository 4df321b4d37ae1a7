"""What wezterm.GLOBAL does to values, and WezTerm's JSON: share-data/src/lib.rs, json/src/lib.rs."""

from __future__ import annotations

import importlib
import json
from typing import Any

lupa: Any = importlib.import_module("lupa.lua54")


# What an error of WezTerm's is as text: mlua writes the stack below it.
NO_PROGRAM = """No such file or directory (os error 2)
stack traceback:
\t[C]: in ?
\t[C]: in function 'wezterm.run_child_process'
\t[string "viewsync.lua"]:300: in upvalue 'ask'"""


class LuaError(Exception):
    """Reaches Lua as an error."""


class Userdata:
    """A value that `type` calls userdata; to ask it for what it lacks raises, as mlua does."""

    def lua_index(self, key: Any, _evaluation: Any) -> Any:
        raise LuaError(f"attempt to get an unknown field '{key}'")

    def lua_newindex(self, key: Any, _value: Any) -> None:
        raise LuaError(f"attempt to set an unknown field '{key}'")


class Shared(Userdata):
    """A value in GLOBAL; scalars are bare when indexed, and wrapped like this when met in pairs."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def lua_index(self, key: Any, _evaluation: Any) -> Any:
        if isinstance(self.inner, list):
            if type(key) is not int or key <= 0:
                raise LuaError("can only index arrays using integer values")
            return bare(self.inner[key - 1]) if key <= len(self.inner) else None
        if isinstance(self.inner, dict):
            if not isinstance(key, str):
                raise LuaError("can only index objects using string values")
            return bare(self.inner.get(key))
        raise LuaError("can only index array or object values")

    def lua_newindex(self, key: Any, value: Any) -> None:
        if isinstance(self.inner, list):
            self._set_item(key, shared(value))
        elif isinstance(self.inner, dict) and isinstance(key, str):
            self.inner[key] = shared(value)  # None too: the key stays, with Null
        else:
            raise LuaError("can only index objects using string values")

    def _set_item(self, key: Any, value: Any) -> None:
        if type(key) is not int or not 0 < key <= len(self.inner):
            raise LuaError(f"cannot make sparse array by inserting at {key}")
        if key == len(self.inner):
            self.inner.append(value)  # off by one in WezTerm: this pushes
        else:
            self.inner[key - 1] = value

    def pairs(self) -> dict[Any, Shared]:
        items = enumerate(self.inner, 1) if isinstance(self.inner, list) else self.inner.items()
        return {key: Shared(value) for key, value in items}


def bare(value: Any) -> Any:
    return Shared(value) if isinstance(value, (dict, list)) else value


def shared(value: Any) -> Any:
    """Lua value to what GLOBAL keeps."""
    if isinstance(value, Shared):
        return value.inner
    kind = lupa.lua_type(value)
    if kind == "table":
        return _container(value, shared, any_key=True)
    if kind is not None or not isinstance(value, (str, bool, int, float, type(None))):
        raise LuaError(f"error converting Lua {kind or 'userdata'} to Value")
    return value


def _container(table: Any, convert: Any, any_key: bool) -> Any:
    """A table is an array when it has the key 1, and then may have no key that is not in 1..n."""
    # All items at once: inside a setter, lupa 2.8 takes `table[key]` for everything that is on the Lua stack.
    items = dict(table.items())
    if 1 not in items:
        if not all(isinstance(key, str) or (any_key and type(key) is int) for key in items):
            raise LuaError("json object keys must be strings")
        return {str(key): convert(value) for key, value in items.items()}
    if set(items) != set(range(1, len(items) + 1)):
        raise LuaError("error converting Lua table to numeric array index: unexpected key")
    return [convert(items[n]) for n in range(1, len(items) + 1)]


def json_encode(value: Any) -> str:
    seen: set[str] = set()

    def convert(item: Any) -> Any:
        kind = lupa.lua_type(item)
        if kind is None:
            if isinstance(item, Userdata):
                raise LuaError("error converting Lua userdata to JsonValue")
            return item
        if kind != "table":
            raise LuaError(f"error converting Lua {kind} to JsonValue")
        if str(item) in seen:
            return None  # WezTerm writes null for a table that it meets twice
        seen.add(str(item))
        return _container(item, convert, any_key=False)

    return json.dumps(convert(value), ensure_ascii=False)


def json_parse(lua: Any, text: Any) -> Any:
    """null becomes nil, so it vanishes from tables."""
    if not isinstance(text, str):
        raise LuaError(f"error converting Lua {type(text).__name__} to String")
    text.encode()  # serde_json refuses a lone surrogate
    try:
        value = json.loads(text)
    except ValueError as error:
        raise LuaError(str(error)) from None
    json.dumps(value, ensure_ascii=False).encode()
    return to_lua(lua, value)


def to_lua(lua: Any, value: Any) -> Any:
    if isinstance(value, dict):
        return lua.table_from({key: to_lua(lua, item) for key, item in value.items()})
    if isinstance(value, (list, tuple)):
        return lua.table_from([to_lua(lua, item) for item in value])
    return value


def to_python(value: Any) -> Any:
    """Lua tables to lists and dicts, the rest as it is."""
    if lupa.lua_type(value) != "table":
        return value
    items = {key: to_python(item) for key, item in value.items()}
    if items and set(items) == set(range(1, len(items) + 1)):
        return [items[n] for n in sorted(items)]
    return items


def strings(words: Any) -> list[str]:
    """As Vec<String> and an argv: UTF-8 and no NUL."""
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise LuaError("error converting Lua table to Vec<String>")
    if any("\0" in word for word in words):
        raise LuaError("nul byte found in provided data")
    return words
