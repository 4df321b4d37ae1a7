"""The WezTerm module: its options with their defaults, its functions and its events, from lua/viewsync.lua itself."""

from __future__ import annotations

import os
import re
from typing import NamedTuple

from docgen import markdown

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODULE = os.path.join(ROOT, "lua", "viewsync.lua")


class Option(NamedTuple):
    name: str
    kind: str  # how an error names what it may be
    default: str  # as Lua; "" for none
    meaning: str


class Function(NamedTuple):
    call: str
    meaning: str
    params: list[tuple[str, str]]
    returns: list[str]


class Undocumented(Exception):
    """Something in the module has no comment that a page could show."""


def page(own: str) -> str:
    source = read()
    return markdown.page(
        own,
        "## Options",
        "Of `apply_to_config(config, options)`. One that makes no sense is named in WezTerm's log, and its default"
        " counts.",
        _options(options(source, "OPTIONS", "Options")),
        "## Options of a tab",
        "Of the functions below that open one.",
        _options(options(source, "SPAWN_OPTIONS", "SpawnOptions")),
        "## Functions",
        *[part for function in functions(source) for part in _function(function)],
        "## Events",
        "For `wezterm.on` in your configuration.",
        markdown.table(
            ("event", "arguments, and when"), [(markdown.code(n), markdown.text(w)) for n, w in events(source)]
        ),
    )


def read() -> str:
    with open(MODULE, encoding="utf-8") as file:
        return file.read()


def options(source: str, table: str, documented: str) -> list[Option]:
    """In the order of the module's table, each with what the comments of its class say."""
    kinds = dict(re.findall(r'^local (\w+) = kind\((".*?"|\'.*?\'),', source, re.MULTILINE))
    body = re.search(rf"^local {table} = {{\n(.*?)^}}", source, re.MULTILINE | re.DOTALL)
    said = re.search(rf"^---@class viewsync\.{documented}\n((?:---@field .*\n)+)", source, re.MULTILINE)
    assert body, table
    meanings = dict(re.findall(r"---@field (\w+) \S+ ?(.*)", said[1] if said else ""))
    found = []
    for line in re.sub(r"^ *--.*\n", "", body[1], flags=re.MULTILINE).splitlines():
        entry = re.fullmatch(r"  (\w+) = \{ (\w+)(?:, (.*))? \},", line)
        if not entry or re.search(r"\}, *\w+ *= *\{", line):
            raise Undocumented(f"{table} has a line that is no option of its own: {line}")
        name, kind, default = entry[1], entry[2], entry[3] or ""
        if not meanings.get(name):
            raise Undocumented(f"the option {name} has no `---@field {name} TYPE what it means`")
        shown = "what the installer wrote, else ~/.local/bin/viewsync" if "DEFAULT_VIEWSYNC" in default else default
        found.append(Option(name, kinds[kind][1:-1], shown, meanings[name]))
    return found


def functions(source: str) -> list[Function]:
    """All that the module gives out."""
    other = re.search(r"^M\.(\w+) *=", source, re.MULTILINE)
    if other:
        raise Undocumented(f"{other[1]} is given out, and not as `function M.{other[1]}`")
    found = []
    for comment, name, words in re.findall(r"^((?:---.*\n)*)function M\.(\w+)\((.*)\)", source, re.MULTILINE):
        lines = [line[3:].strip() for line in comment.splitlines()]
        meaning = " ".join(line for line in lines if not line.startswith("@"))
        if not meaning:
            raise Undocumented(f"the function {name} has no `--- what it does`")
        params = [re.match(r"@param (\S+) (.*)", line) for line in lines]
        returns = [re.match(r"@return (.*)", line) for line in lines]
        found.append(
            Function(f"{name}({words})", meaning, [(p[1], p[2]) for p in params if p], [r[1] for r in returns if r])
        )
    return found


def events(source: str) -> list[tuple[str, str]]:
    """What it emits for others, as `-- @event NAME what` says it."""
    said = dict(re.findall(r"^-- @event (\S+) (.*(?:\n--   .*)*)", source, re.MULTILINE))
    emitted = sorted(set(re.findall(r'\bannounce\("([\w.-]+)"', source)))
    missing = [name for name in emitted if name not in said]
    if missing:
        raise Undocumented(f"the event {missing[0]} has no `-- @event {missing[0]} what`")
    return [(name, said[name].replace("\n--", " ")) for name in emitted]


def _options(found: list[Option]) -> str:
    rows = [
        (
            markdown.code(option.name),
            markdown.code(option.default) or "none",
            f"{markdown.text(option.meaning)} ({markdown.text(option.kind)})",
        )
        for option in found
    ]
    return markdown.table(("option", "default", "meaning"), rows)


def _function(function: Function) -> list[str]:
    rows = [(markdown.code(name), markdown.text(what)) for name, what in function.params]
    rows += [("returns", markdown.text(what)) for what in function.returns]
    return [
        f"### {markdown.text(function.call.partition('(')[0])}",
        markdown.block(function.call, "lua"),
        markdown.text(function.meaning),
        markdown.table(("", "what it is"), rows) if rows else "",
    ]
