"""Readings of a server's options for `doctor`: what a user's configuration does to our hooks and views."""

from __future__ import annotations

from viewsync.light import re
from viewsync.tmux.rules import hooks
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.tmux.server import Tmux


def of_all(tmux: Tmux, socket: str, name: str) -> str:
    """The value of a global session option."""
    return tmux.ask(socket, "show-options", "-gv", name).strip()


def exits_unattached(tmux: Tmux, socket: str) -> bool:
    """Whether the server ends when nobody is attached to any session."""
    return tmux.ask(socket, "show-options", "-sv", "exit-unattached").strip() == "on"


def replaced_commands(tmux: Tmux, socket: str) -> dict[str, str]:
    """The commands of tmux's own that stand for something else in that server, by the alias of the same name:
    "command-alias[3]".
    """
    every = "list-commands -F '#{command_list_name}'"  # by itself, it would start a server
    commands = set(tmux.ask(socket, "if-shell", "-F", "1", every).split())
    aliases = [line.partition(" ") for line in tmux.ask(socket, "show-options", "-s", "command-alias").splitlines()]
    named = {alias: value.strip("\"'").partition("=")[0].strip() for alias, _, value in aliases}
    return {alias: name for alias, name in named.items() if name in commands}


def set_for_all(tmux: Tmux, socket: str, events: Sequence[str]) -> list[str]:
    """What stands in the hooks of all sessions for those events: "event[0] its commands"."""
    lines = [line for event in events for line in tmux.ask(socket, "show-hooks", "-g", event).splitlines()]
    return [line for line in lines if line.partition(" ")[2]]


# Commands that end the client's parent process, with the flags that do it.
_HANG_UP = re.compile(
    r"""(?<![\w-])(?:detach(?:-client)?(?:\s+-(?:a|[st]\s+[^\s-]\S*))*\s+-a?Pa?|attach(?:-session)?\s[^;{}]*?-[dErx]*x[dErx]*"""
    r"""|new(?:-session)?\s[^;{}]*?-[AdDEPX]*X[AdDEPX]*)(?![\w-])"""
)


def hanging_up(tmux: Tmux, socket: str) -> list[tuple[str, str]]:
    """The keys, each as its table and its name, that have tmux hang up the parent process of a client."""
    found = []
    # By itself, list-keys would start a server.
    for line in tmux.ask(socket, "if-shell", "-F", "1", "list-keys").splitlines():
        key = re.match(r"bind-key\s+(?:-r\s+)?-T\s+(\S+)\s+(\S+)\s+(.*)", line)
        if key and _HANG_UP.search(key[3]):
            found.append((key[1], re.sub(r"^\\(.)$", r"\1", key[2])))
    return found


def shadows(tmux: Tmux, socket: str, sessions: Sequence[str]) -> list[str]:
    """Those sessions, by id, that have a hook of their own where ours is global: theirs is called instead of it.

    The commands go in through stdin, where a session that is gone by now does not stop the others.
    """
    lines = [
        f"display-message -p 'session {session}'\n"
        + "".join(f"show-options -t '{session}:' {event}\n" for event in hooks.EVENTS)
        for session in sessions
    ]
    done = tmux.run(socket, "source-file", "-", stdin="".join(lines))
    found: dict[tuple[str, str], list[str]] = {}
    current = ""
    for line in done.out.splitlines():
        if match := re.fullmatch(r"session (\$\d+)", line):
            current = match[1]
        elif line.startswith(hooks.EVENTS):
            slot = line.partition(" ")[0]
            found.setdefault((current, slot.partition("[")[0]), []).append(slot)
    without = [session for (session, event), slots in found.items() if hooks.slot(event) not in slots]
    return list(dict.fromkeys(without))
