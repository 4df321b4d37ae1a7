"""What an agent may do: by verb, by the session's name, by the server's socket, and by what is run or typed.

Without a file everything is allowed in what the registry holds, and nothing outside of it. A pattern is as the shell
has them: `*`, `?` and `[...]`. What is denied stays so, whatever else allows it.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from viewsync.errors import ViewsyncError
from viewsync.text.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KINDS = ("verbs", "names", "sockets", "commands")
_KEYS = ("allow", "deny", "outside_registry")


class Forbidden(ViewsyncError):
    """Policy does not let an agent do it."""

    kind = "forbidden"


class Patterns(NamedTuple):
    """Of one kind. `allow` is None where nothing is said of it."""

    allow: tuple[str, ...] | None = None
    deny: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        return self.allow is None and not self.deny

    def fits(self, text: str) -> bool:
        if any(fnmatchcase(text, pattern) for pattern in self.deny):
            return False
        return self.allow is None or any(fnmatchcase(text, pattern) for pattern in self.allow)


class Policy(NamedTuple):
    source: str = ""  # its file, "" where there is none
    verbs: Patterns = Patterns()
    names: Patterns = Patterns()
    sockets: Patterns = Patterns()
    commands: Patterns = Patterns()
    outside: bool = False  # whether sessions that the registry does not hold may be named

    @property
    def narrows(self) -> bool:
        """Whether some of the registry's sessions are out of reach."""
        return not (self.names.open and self.sockets.open)

    def forbids(self, what: str) -> Forbidden:
        where = f"{self.source} says what is allowed" if self.source else "a policy file can allow it (mcp.toml)"
        return Forbidden(f"policy forbids {what}", where)

    def check_verb(self, verb: str) -> None:
        if not self.verbs.fits(verb):
            raise self.forbids(verb)

    def sees(self, name: str, socket: str) -> bool:
        return self.names.fits(name) and self.sockets.fits(socket)

    def check_session(self, name: str, socket: str) -> None:
        if not self.names.fits(name):
            raise self.forbids(f"the session {name!r}")
        if not self.sockets.fits(socket):
            raise self.forbids(f"the tmux server on {socket}")

    def check_server(self, socket: str) -> None:
        """One that is named, and so may be any."""
        if not (self.outside or (self.sockets.allow is not None and self.sockets.fits(socket))):
            raise self.forbids(f"what the registry does not hold: the tmux server on {socket}")

    def check_commands(self, text: str) -> None:
        """Each of its lines, and all of it."""
        for line in dict.fromkeys([*text.splitlines(), text.removesuffix("\n")]):
            if not self.commands.fits(line):
                raise self.forbids("this command")

    def check_pieces(self, what: str) -> None:
        """A command that comes in pieces cannot be looked at."""
        if not self.commands.open:
            raise self.forbids(f"{what}, since it says which commands may be run")


def parsed(values: Mapping[str, Any], source: str) -> Policy:
    """ValueError says what is wrong. What is not understood allows nothing."""
    for key in values:
        if key not in _KEYS:
            raise ValueError(f"there is no {key!r}: {did_you_mean(key, _KEYS, 'there are: ' + ', '.join(_KEYS))}")
    outside = values.get("outside_registry", False)
    if not isinstance(outside, bool):
        raise ValueError("outside_registry must be true or false")
    allow, deny = (_section(values, name) for name in ("allow", "deny"))
    patterns = {kind: Patterns(allow.get(kind), deny.get(kind, ())) for kind in KINDS}
    return Policy(source, **patterns, outside=outside)


def _section(values: Mapping[str, Any], name: str) -> dict[str, tuple[str, ...]]:
    found = values.get(name, {})
    if not isinstance(found, dict):
        raise ValueError(f"{name} must be a table")
    for kind in found:
        if kind not in KINDS:
            raise ValueError(f"[{name}] has no {kind!r}: {did_you_mean(kind, KINDS, 'there are: ' + ', '.join(KINDS))}")
    return {kind: _patterns(patterns, f"{kind} in [{name}]") for kind, patterns in found.items()}


def _patterns(value: Any, what: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(pattern, str) for pattern in value):
        raise ValueError(f"{what} must be a list of patterns")
    return tuple(value)


def commands_of(tool: str, given: Mapping[str, Any], joined: Sequence[str] = ()) -> str:
    """What a call runs or types, "" for one that does neither. `joined`: a command's words, quoted for the shell."""
    if tool == "exec":
        return str(given["command"])
    if tool == "create":
        return " ".join(joined) or str(given.get("template") or given.get("kind", "shell"))
    if tool == "send":
        return str(given["text"]) if "text" in given else " ".join(given.get("keys", []))
    return ""
