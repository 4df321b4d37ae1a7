"""Show everything about one session: its project, windows and panes, who is attached, what is registered."""

from __future__ import annotations

import shlex

from viewsync.commands import _args, _project_rows
from viewsync.output import Result, age
from viewsync.project_files.rules import environment
from viewsync.projects import listing, secret_values
from viewsync.text import folders
from viewsync.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from viewsync.context import Context
    from viewsync.projects.listing import Known
    from viewsync.tmux.rules.project_model import SeenSession, SeenWindow
    from viewsync.tmux.server import Tmux

EXIT_CODES = {
    0: "done",
    1: _args.REFUSED,
    3: _args.NO_SESSION,
    4: _args.TMUX,
    5: _args.STATE,
}


def arguments(parser: argparse.ArgumentParser) -> None:
    _args.session(parser)
    _args.host(parser)
    _args.json(parser)


def run(parsed: argparse.Namespace, ctx: Context) -> Result:
    host, parsed.name = _args.named_there(parsed, ctx)
    if host:
        return _far(parsed, ctx, host)
    known = _args.session_of(parsed, ctx)
    seen = listing.detail(ctx.tmux, known)
    secrets = _secrets(ctx.tmux, known) if seen else []
    return _told(ctx, known, seen, secrets)


def _far(parsed: argparse.Namespace, ctx: Context, host: str) -> Result:
    from viewsync.hosts import details, reaching

    far = reaching.context(ctx, host, timed=True)
    known, seen = details.find(far, reaching.socket(host, parsed.label, parsed.socket), parsed.name)
    return _told(far, known, seen, [])


def _told(ctx: Context, known: Known, seen: SeenSession | None, secrets: list[str]) -> Result:
    row = known.row
    now = ctx.clock()
    data = _project_rows.data(known, now)
    data["type"], data["target"], data["pid"] = (row.type, row.target, row.pid or None) if row else (None, None, None)
    data["folder"] = seen.folder if seen else None
    data["windows"] = [_window(window) for window in seen.windows] if seen else []
    data["file"] = known.about.get("file") or None
    data["arguments"] = known.about.get("arguments") or {}
    data["attach"] = ctx.tmux.to_attach(known.socket, known.name) if seen else None
    lines = [environment.hidden(line, secrets) for line in _lines(data, now, ctx.env.get("HOME", ""))]
    return Result({key: _shown(value, secrets) for key, value in data.items()}, lines)


def _secrets(tmux: Tmux, known: Known) -> list[str]:
    """Values that may stand in the names of windows and in folders."""
    if known.live is None or known.server is None:
        return []
    names, _ = secret_values.listed(known.about, known.identity.root if known.identity else "")
    return [value for _, value in secret_values.read(tmux, known.server, known.live, names)]


def _shown(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, dict):
        return {key: _shown(part, secrets) for key, part in value.items()}
    if isinstance(value, list):
        return [_shown(item, secrets) for item in value]
    return environment.hidden(value, secrets) if isinstance(value, str) else value


def _window(seen: SeenWindow) -> dict[str, Any]:
    panes = [
        {
            "id": pane.id,
            "index": pane.number,
            "active": pane.active,
            "folder": pane.folder,
            "command": pane.command,
            "dead": pane.dead,
            "pid": pane.pid,
            "planned": bool(pane.key),
        }
        for pane in seen.panes
    ]
    return {
        "id": seen.id,
        "index": seen.number,
        "name": seen.name,
        "active": seen.active,
        "planned": bool(seen.key),
        "layout": seen.layout or None,
        "panes": panes,
    }


def _lines(data: dict[str, Any], now: float, home: str) -> list[str]:
    known = [
        ("project", data["project"] and f"{data['project']} ({folders.short(data['root'], home)})"),
        ("worktree", " in ".join(filter(None, (_project_rows.worktree(data), data["worktree_path"])))),
        ("task", data["task"]),
        ("command", " ".join(filter(None, (data["command"], *(f"{k}={v}" for k, v in data["arguments"].items()))))),
        ("file", data["file"]),
        ("folder", data["folder"]),
        ("type", "" if data["project"] else data["type"]),
        ("server", data["socket"]),
        ("status", data["doubt"] or data["status"]),
        ("attached", {True: "yes", False: "no", None: "unknown"}[data["attached"]]),
        ("views", ", ".join(view["name"] for view in data["views"])),
        ("created", data["age"] is not None and f"{age(now, now - data['age'])} ago"),
        ("used", data["idle"] is not None and f"{age(now, now - data['idle'])} ago"),
        ("attach with", data["attach"] and shlex.join(data["attach"])),
    ]
    lines = [data["name"], *(f"  {label:<11} {value}" for label, value in known if value)]
    for window in data["windows"]:
        lines.append(f"  {window['index']}: {window['name']}{'*' if window['active'] else ''}")
        lines += [f"     {pane['index']}: {pane['command']}  {pane['folder']}" for pane in window["panes"]]
    return lines
