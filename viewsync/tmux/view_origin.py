"""What a new view takes over from its parent."""

from __future__ import annotations

from viewsync.errors import TmuxError
from viewsync.light import re
from viewsync.tmux import inventory, messages, window_size
from viewsync.tmux.rules import ids, language, versions
from viewsync.tmux.server import chain
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from viewsync.tmux.rules.model import Inventory
    from viewsync.tmux.server import Tmux

_ORIGIN = re.compile(
    r"(\w*)\n([^\t]*)\t(\$\d+)\t(@\d+)\t(.*?)\n=refreshed\n((?:.*?\n)?)=options\n((?:.*?\n)?)=environment\n((?:.*?\n)?)=hooks\n(.*)",
    re.DOTALL,
)
# destroy-unattached crashes every tmux before 3.8 (trap A), so a view never has it; default-size is how large the
# parent was made, and a view is as large as its own client.
_NOT_INHERITED = frozenset(("destroy-unattached", "default-size"))
_SECTIONS = ("=refreshed", "=options", "=environment", "=hooks")
_EVENT = frozenset("abcdefghijklmnopqrstuvwxyz-")
# What becomes of the parent is no view's business, nor whose windows are linked where.
_ABOUT_ITSELF = frozenset(
    (
        "after-new-session",
        "after-rename-session",
        "session-closed",
        "session-created",
        "session-renamed",
        "window-linked",
        "window-unlinked",
    )
)
_PATTERN = frozenset("*?[")
_NAMED = frozenset("=;")
_UNSURE = frozenset(":.;*?[]\x7f").union(map(chr, range(32)))  # in a name, it may mean another session
_VARIABLE = re.compile(
    r'(?:unset (?P<gone>[^=;\n]+);|(?P<name>[^=\n]+)="(?P<value>(?:[^"\\]|\\.)*)"; export [^\n]*;)\n',
    re.DOTALL,
)


class Origin(NamedTuple):
    session: str  # the parent's id
    folder: str
    window: str  # its current window
    options: tuple[tuple[str, str], ...]  # its own session options, raw values
    environment: tuple[tuple[str, str | None], ...]  # its own variables; None where it removes one
    hooks: tuple[tuple[str, str], ...]  # its own hooks, that all sessions have not: slot and text
    version: str  # of the server
    unsized: bool  # a new window would end the server (trap J), if the size of windows were not looked at


def read_with_inventory(tmux: Tmux, socket: str, name: str) -> tuple[Inventory, Origin | None]:
    """The inventory together with what a view takes over from the session of exactly that name, in one call.

    Where `=name:` cannot be trusted to mean that session, or means none, the origin is None.
    """
    target = f"={name}:"
    commands = inventory.commands()
    if (name[:1].isalnum() or name[:1] == "_") and _UNSURE.isdisjoint(name):  # the rest is found by id, with `read`
        commands += _commands(target)
    done = tmux.run(socket, *chain(*commands))
    lines = done.out.split("\n")
    end = next((at for at, line in enumerate(lines) if line.startswith("V\t")), None)
    if end is None:
        if messages.no_sessions(done.err):
            return inventory.inventory(tmux, socket), None
        raise TmuxError(f"tmux on {socket}: {done.err.strip() or 'no full answer'}")
    found = inventory.parse(socket, "\n".join(lines[: end + 1]))
    exact = next((session for session in found.sessions if session.name == name), None)
    if done.code or exact is None or len(commands) == len(inventory.commands()):
        return found, None
    origin = _parse("\n".join(lines[end + 1 :]), tmux.env)
    return found, origin if origin and origin.session == exact.id else None


def read(tmux: Tmux, socket: str, session: str) -> Origin:
    """What a view takes over from the session with that id."""
    found = _parse(tmux.ask(socket, *chain(*_commands(f"{session}:"))), tmux.env)
    if found is None:
        raise TmuxError(f"the tmux server on {socket} gave an incomplete answer", "try again")
    return found


def _commands(target: str) -> list[list[str]]:
    return [
        [*window_size.ASKED],
        [
            "display-message",
            "-p",
            "-t",
            target,
            f"#{{version}}\t#{{session_id}}\t#{{window_id}}\t{language.free('session_path')}",
        ],
        ["display-message", "-p", "-t", target, "=refreshed"],
        ["show-options", "-gv", "update-environment"],
        ["display-message", "-p", "-t", target, "=options"],
        ["show-options", "-t", target],
        ["display-message", "-p", "-t", target, "=environment"],
        ["show-environment", "-s", "-t", target],
        ["display-message", "-p", "-t", target, "=hooks"],
        ["show-hooks", "-t", target],
    ]


def _parse(output: str, client: Collection[str]) -> Origin | None:
    """`client`: the names of the variables that the client brings along."""
    parts = _plain_parts(output)
    if not parts:
        match = _ORIGIN.fullmatch(output)
        if not match:
            return None
        parts = match.groups()
    size, version, session, window, folder, refreshed, *own = parts
    options, environment = _options(own[0]), _environment(own[1], refreshed.split(), client)
    unsized = size == window_size.MANUAL and versions.dies_of_a_new_window(version)
    return Origin(session, language.unescaped(folder), window, options, environment, _hooks(own[2]), version, unsized)


def _plain_parts(output: str) -> tuple[str, ...] | None:
    """What `_ORIGIN` finds, where each section is named once."""
    lines = output.split("\n")
    if any(lines.count(section) != 1 for section in _SECTIONS):
        return None
    places = [lines.index(section) for section in _SECTIONS]
    fields = "\n".join(lines[1 : places[0]]).split("\t", 3)
    if places != sorted(places) or places[-1] == len(lines) - 1 or len(fields) != 4:
        return None
    size = lines[0]
    if not (size.isalpha() and ids.is_id("$", fields[1]) and ids.is_id("@", fields[2])):
        return None
    texts = ["".join(f"{line}\n" for line in lines[places[at] + 1 : places[at + 1]]) for at in range(3)]
    return (size, *fields, *texts, "\n".join(lines[places[-1] + 1 :]))


def _options(text: str) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for line in filter(None, text.split("\n")):
        name, *value = language.words(line)
        if name not in _NOT_INHERITED and not name.startswith("@viewsync_"):
            found.append((name, value[0] if value else ""))
    return tuple(found)


def _hooks(text: str) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for line in text.split("\n"):
        slot, _, said = line.partition(" ")
        event, bracket, number = slot.partition("[")
        is_slot = event and bracket and number[:-1].isdecimal() and number.endswith("]") and _EVENT.issuperset(event)
        if said and is_slot and event not in _ABOUT_ITSELF:
            found.append((slot, said))
    return tuple(found)


def _environment(text: str, refreshed: Iterable[str], client: Collection[str]) -> tuple[tuple[str, str | None], ...]:
    """`show-environment -s`, without what tmux itself refreshes from the attaching client."""
    skip = _refreshed(refreshed, client)
    found = _plain_variables(text)
    if found is None:
        found = []
        for match in _VARIABLE.finditer(text):
            if match["gone"]:
                found.append((match["gone"], None))
            else:
                found.append((match["name"], language.unescaped(match["value"])))
    return tuple((name, value) for name, value in found if name not in skip)


def _plain_variables(text: str) -> list[tuple[str, str | None]] | None:
    """What `_VARIABLE` finds, where each line is one variable, without quotes or escapes in its value."""
    found: list[tuple[str, str | None]] = []
    *lines, rest = text.split("\n")
    if rest or "\\" in text:
        return None
    for line in lines:
        name, equals, more = line.partition('="')
        value, quote, export = more.partition('"')
        if line.startswith("unset "):
            name = line[len("unset ") : -1]
            if not name or not line.endswith(";") or not _NAMED.isdisjoint(name):
                return None
            found.append((name, None))
        elif name and equals and quote and "=" not in name and export.startswith("; export ") and export[-1] == ";":
            found.append((name, language.unescaped(value)))
        else:
            return None
    return found


def _refreshed(patterns: Iterable[str], client: Collection[str]) -> set[str]:
    """What update-environment means for that client: a name it is given or loses, of a pattern only what it has."""
    names: set[str] = set()
    for pattern in patterns:
        if _PATTERN.isdisjoint(pattern):
            names.add(pattern)
            continue
        from fnmatch import fnmatchcase  # most have none

        names.update(name for name in client if fnmatchcase(name, pattern))
    return names
