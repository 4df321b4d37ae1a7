"""All panes of one server, in one call."""

from __future__ import annotations

from viewsync.tmux import rows
from viewsync.tmux.rules.ids import is_id
from viewsync.tmux.rules.model import MARK_STATE, QUARANTINE, Pane, Panes
from viewsync.tmux.server import chain
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.tmux.server import Tmux

# Names hold no raw tab or newline (3.2 and newer store them escaped). Nothing else here is anybody's free text.
PANE = "\t".join(
    (
        "P",
        "#{session_id}",
        "#{window_id}",
        "#{pane_id}",
        "#{window_index}",
        "#{pane_index}",
        "#{window_active}",
        "#{pane_active}",
        "#{pane_dead}",
        "#{pane_pid}",
        "#{base-index}",
        "#{pane-base-index}",
        "#{?session_attached_list,1,#{session_attached}}",
        MARK_STATE,
        "#{session_created}",
        f"#{{?{QUARANTINE},1,0}}",
        "#{session_name}",
        "#{window_name}",
        "#{?session_grouped,#{session_group},}",
    )
)


COMMANDS = (["list-panes", "-a", "-F", PANE], ["display-message", "-p", rows.SERVER])


def read(tmux: Tmux, socket: str) -> Panes:
    """ServerGone when no server runs there, TmuxError when it says nothing usable."""
    return parse(socket, tmux.ask_all(socket, COMMANDS))


def read_with(tmux: Tmux, socket: str, also: Sequence[Sequence[str]]) -> tuple[Panes, str]:
    """The same, and what more commands printed in the same call. They only read, and each may fail."""
    out = tmux.run(socket, *chain(*COMMANDS, *also)).out
    begin = out.find("\nV\t")
    if begin < 0:
        return read(tmux, socket), ""
    end = out.find("\n", begin + 1) + 1
    found = parse(socket, out[:end])
    if "\\$" in out[:end]:
        from viewsync.tmux.rules.language import undollared  # only for these few
        from viewsync.tmux.rules.versions import escapes_dollars

        found = parse(socket, undollared(out[:end])) if escapes_dollars(found.server.version) else found
    return found, out[end:]


def parse(socket: str, output: str) -> Panes:
    """What `read` read, from its text."""
    panes: list[Pane] = []
    server, complete = rows.read(socket, output, {"P": lambda row: panes.append(pane(row))})
    return Panes(server, tuple(panes), complete)


def pane(row: list[str]) -> Pane:
    """What a row of theirs says, without its letter; ValueError for what is none."""
    if len(row) != 18 or not all(map(is_id, "$@%", row)):
        raise ValueError(row)
    return Pane(
        session=row[0],
        session_name=row[15],
        window=row[1],
        window_index=int(row[3]),
        window_name=row[16],
        window_active=row[5] == "1",
        id=row[2],
        pane_index=int(row[4]),
        active=row[6] == "1",
        dead=row[7] == "1",
        pid=int(row[8] or 0),
        base=int(row[9] or 0),
        pane_base=int(row[10] or 0),
        attached=row[11] != "0",
        marked=row[12] == "1",
        created=int(row[13]),
        group=row[17],
        old_mark=row[12] == "3",
        quarantined=row[14] == "1",
    )
