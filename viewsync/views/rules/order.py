"""Which views get another name, so that the end of its last window does not end the server (trap M).

tmux from 3.4 on takes that window from the session of the group that is first by name, and ends the sessions as they
came. So they have to sort as they came; which that is their ids tell, since none joins a group but when it is made.
"""

from __future__ import annotations

import itertools

from viewsync.tmux.rules.model import Misnamed
from viewsync.tmux.rules.versions import ends_groups_by_name
from viewsync.typed import TYPE_CHECKING
from viewsync.views.rules import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from viewsync.registry_shape import ViewRow
    from viewsync.tmux.rules.model import Inventory, TmuxSession


def misnamed(found: Inventory, views: Mapping[str, ViewRow]) -> list[Misnamed]:
    """Our views in groups that do not sort as they came, with names after the first of the group. Only those that their
    rows know by their ids, so that these find them under any name; and none that somebody named.
    """
    if not ends_groups_by_name(found.server.version):
        return []
    rows = {
        row["session_id"]: (names.moment(names.told_as(name, row)), row.get("detour", ""))
        for name, row in views.items()
        if row.get("server") == found.server.identity and row.get("session_id")
    }
    groups: dict[str, list[TmuxSession]] = {}
    for session in found.sessions:
        if session.group:
            groups.setdefault(session.group, []).append(session)
    return [view for group in groups.values() for view in _of_group(sorted(group, key=_came), rows)]


def _of_group(group: list[TmuxSession], rows: Mapping[str, tuple[str, str]]) -> Iterator[Misnamed]:
    """`rows`: by their ids, the moments that our views were named with, and their parents' names on a detour."""
    first = group[0]
    as_they_came = all(names.sorts_behind(view.name, before.name) for before, view in itertools.pairwise(group))
    on_detour = any(rows[view.id][1] == first.name for view in group if view.id in rows)
    if as_they_came or on_detour:
        return
    for view in group[1:]:
        ours = view.marked and view.id in rows and rows[view.id][0] == names.moment(view.name)
        if ours and (new := names.following(view.name, first.name)):
            yield Misnamed(view.id, view.name, new)


def _came(session: TmuxSession) -> int:
    return int(session.id[1:])
