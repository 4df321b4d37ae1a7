"""The plan of a session, from its draft and its name: windows and panes, variables, steps."""

from __future__ import annotations

from viewsync.errors import UsageError
from viewsync.light import re
from viewsync.project_files.rules import environment, settings
from viewsync.project_files.rules import steps as step_rules
from viewsync.project_files.rules.checking import close
from viewsync.project_files.rules.filling import Filler
from viewsync.project_files.rules.nodes import BOOLEAN, MAPPING, NULL, Node, Unfit
from viewsync.project_files.rules.plan import CONTINUE, Pace, Plan, PlannedPane, PlannedWindow
from viewsync.text import durations
from viewsync.tmux.rules import layouts
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.project_files.rules.drafting import Draft

_ADDED = (("environment",), ("session", "additional_env"))  # to what the project has
_NEVER = ("never", "0")
_USUAL = "development"  # the environment of a session that names none
_ANY_TMUX = (99, 0)  # whether this one knows a layout is found when it is known which one it is
_MOST = 200  # windows of a session, and panes of a window
HIGHEST = 30_000  # index of a window
_LONGEST = 300.0  # seconds of rest before or behind a command
STACKED = "stacked"
_LAYOUTS = f"even-horizontal, even-vertical, main-horizontal, main-vertical, tiled or {STACKED}"


def plan(draft: Draft, session_name: str) -> Plan:
    """`session_name`: what templates are told. Raises Unfit with all that is wrong."""
    sources, world = draft.sources, draft.world
    coming = draft.worktree.path if draft.worktree and not world.is_folder(draft.worktree.path) else ""
    filler = Filler(sources, world, {**draft.variables, "session_name": session_name}, coming)
    session = sources.command.get("session")
    cwd = filler.folder(session, draft.variables["worktree_path"])
    written = [_inherited(filler), *(sources.command.get(*key) for key in _ADDED)]
    variables = environment.merged([*(filler.texts(node) for node in written), draft.environment])
    hooks = step_rules.Steps(filler, cwd)
    top = sources.command.get("steps")
    after = [*_steps(session, "post_create_steps"), *(top.items if top else ())]
    found = Plan(
        command=sources.name,
        file=sources.command.file,
        identity=draft.identity,
        cwd=cwd,
        environment=tuple(variables.items()),
        secrets=frozenset(sources.secrets),
        windows=_windows(filler, session, cwd, draft.windows),
        shell=filler.shell(sources.setting("shell")),
        tmux_config=_tmux_config(filler),
        options=_options(filler, "options"),
        global_options=_options(filler, "global_options"),
        auto_attach=_truth(sources.setting("auto_attach")),
        auto_cleanup=_truth(sources.setting("auto_cleanup")),
        timeout=_timeout(filler),
        start=hooks.steps(_steps(session, "start_steps")),
        pre_create=hooks.steps(_steps(session, "pre_create_steps")),
        post_create=hooks.steps(after),
        restart=hooks.steps(_steps(session, "restart_steps")),
        attach=hooks.steps(_steps(session, "attach_steps"), CONTINUE),
        detach=hooks.steps(_steps(session, "detach_steps"), CONTINUE),
        cleanup=hooks.steps(_steps(session, "cleanup_steps"), CONTINUE),
        worktree=draft.worktree,
        arguments=tuple(draft.given.items()),
        branch=draft.variables["branch"],
        tree=draft.variables["worktree_path"],
        written=_written(filler, draft, written),
        own=sources.own,
        exact=draft.exact,
        startup=draft.startup,
        called=draft.called,
        socket=_socket(filler),
    )
    secrets = environment.secrets(known(found), found.secrets)
    filler.finish([value for name, value in known(found) if name in secrets])
    return found._replace(secrets=secrets)


def known(plan: Plan) -> list[tuple[str, str]]:
    """Everything in it that has a name and a value: arguments, and variables of the session, its panes and steps."""
    panes = [pane.environment for window in plan.windows for pane in window.panes]
    steps = [step.environment for step in plan.steps]
    return [pair for pairs in (plan.arguments, plan.environment, *panes, *steps) for pair in pairs]


def _steps(session: Node | None, key: str) -> Sequence[Node]:
    found = session and session.get(key)
    return found.items if found else ()


def _truth(node: Node | None) -> bool:
    return node.truth if node else False


def _written(filler: Filler, draft: Draft, nodes: Sequence[Node | None]) -> tuple[tuple[str, str], ...]:
    """Without those of the command line, whose user knows them."""
    texts = environment.merged(_templates(node) for node in nodes)
    found = {name: text for name, text in texts.items() if name not in draft.environment}
    used = " ".join(found.values())
    sources = filler.sources
    inside = {name: text or "" for name, text in settings.offered(sources.command).items()}
    inside |= {
        "task": _text(sources.command.get("session", "task") or sources.setting("default_task")),
        "project": _text(sources.project and sources.project.get("project", "name")),
        "session_name": _text(sources.command.get("session", "name_template") or sources.setting("naming_pattern")),
    }
    found |= {
        f"{{{{{name}}}}}": text
        for name, text in inside.items()
        if text and name in used and re.search(rf"\b{name}\b", used)
    }
    return tuple(found.items())


def _text(node: Node | None) -> str:
    return node.text if node else ""


def _templates(node: Node | None) -> dict[str, str]:
    return {name: field.text for name, field in node.fields.items()} if node else {}


def _inherited(filler: Filler) -> Node | None:
    """The project's environment that the session selects."""
    command, project = filler.sources.command, filler.sources.project
    inherit = command.get("session", "inherit_project_env")
    if inherit and not inherit.truth:
        return None
    selected = command.get("session", "environment")
    environments = project.get("environments") if project else None
    there = environments.fields if environments else {}
    name = filler.text(selected, filler.variables.get("env", ""))
    if not name:  # none was asked for
        return there.get(_USUAL) if selected is None else None
    if name not in there:
        hint = f"{project.file}: {close(name, list(there))}" if project else "a project file has them; there is none"
        filler.wrong(selected or command, f"there is no environment {name!r}", hint)
    return there.get(name)


def _windows(filler: Filler, session: Node | None, cwd: str, asked_for: Sequence[str]) -> tuple[PlannedWindow, ...]:
    listed = session.get("windows") if session else None
    if listed is None or not listed.items:
        name = filler.text(filler.sources.setting("default_window_name")) or "main"
        only = PlannedWindow(name, cwd, "", True, (), (PlannedPane((), cwd, (), True, ""),))
        return _chosen((only,), asked_for)
    if len(listed.items) > _MOST:
        filler.wrong(listed, f"there are more than {_MOST} windows")
        return ()
    windows = [_window(filler, node, cwd) for node in listed.items]
    wanted = session.get("focus") if session else None
    at = _focus(filler, listed.items)
    if wanted:
        name = filler.text(wanted)
        called = [window.name for window in windows]
        if name not in called:
            filler.wrong(wanted, f"there is no window {name!r}", close(name, called))
        at = called.index(name) if name in called else at
    return _chosen([window._replace(focus=number == at) for number, window in enumerate(windows)], asked_for)


def _chosen(windows: Sequence[PlannedWindow], asked_for: Sequence[str]) -> tuple[PlannedWindow, ...]:
    """All but manual ones, or those that were asked for: by their names, one without by its place in the file."""
    if not asked_for:
        return tuple(window._replace(skipped=True) if window.manual else window for window in windows)
    names = [window.name or str(place) for place, window in enumerate(windows, 1)]
    if unknown := [name for name in asked_for if name not in names]:
        raise UsageError(f"there is no window {unknown[0]!r} in the file", close(unknown[0], names))
    return tuple(window._replace(skipped=name not in asked_for) for name, window in zip(names, windows, strict=True))


def _window(filler: Filler, node: Node, base: str) -> PlannedWindow:
    name = filler.text(node.get("name"))
    if not name.isprintable():
        filler.wrong(node, f"not a window's name: {name!r}", "printable text")
    cwd = filler.folder(node, base)
    panes = _panes(filler, node, cwd)
    layout = node.get("layout") or (filler.sources.setting("default_layout") if len(panes) > 1 else None)
    text = filler.text(layout)
    if layout and not node.get("layout") and text != STACKED and not layouts.named(text):
        filler.wrong(layout, f"{text!r} is not the name of a layout", _LAYOUTS)
        text = ""
    stacked = text == STACKED
    text = "" if stacked else filler.world.layout(text)
    if layout and text and (problem := layouts.problem(text, len(panes), _ANY_TMUX)):
        filler.wrong(layout, problem)
    options, after = (_allowed(filler, node.get(key)) for key in ("options", "options_after"))
    if (synchronize := node.get("synchronize")) and (synchronize.kind != BOOLEAN or synchronize.truth):
        (options if synchronize.text == "before" else after)["synchronize-panes"] = "on"
    return PlannedWindow(
        name=name,
        cwd=cwd,
        layout=text,
        focus=False,
        options=tuple(options.items()),
        panes=panes,
        position=_index(filler, node),
        stacked=stacked,
        options_after=tuple(after.items()),
        manual=_truth(node.get("manual")),
    )


def _index(filler: Filler, node: Node) -> int:
    found = node.get("index")
    if found is None:
        return -1
    if not found.text.isdecimal() or int(found.text[:9]) > HIGHEST:
        filler.wrong(found, f"{found.text!r} is no place of a window", f"a number up to {HIGHEST}")
        return -1
    return int(found.text)


def _panes(filler: Filler, window: Node, cwd: str) -> tuple[PlannedPane, ...]:
    """A window's variables and shell are those of each of its panes, which may have others."""
    listed = window.get("panes")
    if listed is None or not listed.items:
        return (_pane(filler, window, window, cwd)._replace(focus=True),)
    for key in ("command", "commands"):
        if found := window.get(key):
            filler.wrong(found, f"a window has either {key} or panes", "make it the first of the panes")
    if len(listed.items) > _MOST:
        filler.wrong(listed, f"there are more than {_MOST} panes")
        return ()
    at = _focus(filler, listed.items)
    panes = [_pane(filler, node, window, cwd) for node in listed.items]
    return tuple(pane._replace(focus=number == at) for number, pane in enumerate(panes))


def _pane(filler: Filler, node: Node, window: Node, base: str) -> PlannedPane:
    if node.kind == NULL:
        lines: Sequence[Node] = ()
    elif node.kind == MAPPING:
        found = filler.either(node, "command", "commands")
        lines = (found.items or (found,)) if found else ()
    else:
        lines = (node,)
    cwd = base if node is window else filler.folder(node, base)
    variables = environment.merged(filler.texts(part.get("environment")) for part in _both(window, node))
    shell = filler.shell(node.get("shell") or window.get("shell"))
    read = ((filler.shell(line.get("type") if line.kind == MAPPING else line), _pace(filler, line)) for line in lines)
    typed = [(command.rstrip("\n"), pace) for command, pace in read if command.strip()]
    paces = tuple(pace for _, pace in typed)
    return PlannedPane(
        tuple(command for command, _ in typed),
        cwd,
        tuple(variables.items()),
        False,
        shell,
        _title(filler, node),
        paces if any(pace != Pace() for pace in paces) else (),
    )


def _title(filler: Filler, node: Node) -> str:
    found = node.get("title")
    text = filler.text(found)
    if found and not text.isprintable():
        filler.wrong(found, f"not a pane's title: {text!r}", "printable text")
    return text


def _pace(filler: Filler, line: Node) -> Pace:
    if line.kind != MAPPING:
        return Pace()
    enter = line.get("enter")
    before, after = (_rest(filler, line.get(key)) for key in ("sleep_before", "sleep_after"))
    return Pace(enter is None or enter.truth, before, after)


def _rest(filler: Filler, node: Node | None) -> float:
    if node is None:
        return 0.0
    found = durations.seconds(node.text)
    if found is None or found > _LONGEST:
        filler.wrong(node, f"not a time to wait: {node.text!r}", f"2s, 0.5, or at most {_LONGEST:g}")
    return found or 0.0


def _both(window: Node, pane: Node) -> tuple[Node, ...]:
    return (window,) if window is pane else (window, pane)


def _focus(filler: Filler, nodes: Sequence[Node]) -> int:
    """Which of them has it: the first where none says so, but none that is made only where it is asked for."""
    chosen = [number for number, node in enumerate(nodes) if _truth(node.get("focus"))]
    if len(chosen) > 1:
        filler.wrong(nodes[chosen[1]].fields["focus"], "the focus is in two places", "keep one of them")
    usual = (number for number, node in enumerate(nodes) if node.kind != MAPPING or not _truth(node.get("manual")))
    return chosen[0] if chosen else next(usual, 0)


def _tmux_config(filler: Filler) -> str:
    node = filler.sources.setting("tmux_config")
    text = filler.text(node)
    if node is None or not text:
        return ""
    path = filler.world.path(text, filler.world.here)
    if not filler.world.is_file(path):
        filler.wrong(node, f"there is no file {path}", "make it, or leave tmux_config out")
    return path


def _socket(filler: Filler) -> str:
    name, path = filler.sources.server
    node = path or name
    text = filler.text(node)
    if node is None or not text:
        return ""
    if name and path:
        filler.wrong(path, "socket_name and socket_path name two servers", "leave one out")
    elif name and "/" in text:
        filler.wrong(name, f"socket_name takes a name, not a path: {text!r}", "write socket_path")
    else:
        try:
            return filler.world.socket("" if path else text, filler.world.path(text, filler.world.root) if path else "")
        except Unfit as error:
            filler.wrong(node, f"{'socket_path' if path else 'socket_name'}: {error.problems[0].what}")
    return ""


def _options(filler: Filler, key: str) -> tuple[tuple[str, str], ...]:
    project = filler.sources.project
    files = [project.get("sessions", key) if project else None, filler.sources.command.get("session", key)]
    return tuple(environment.merged(_allowed(filler, file) for file in files).items())


def _allowed(filler: Filler, node: Node | None) -> dict[str, str]:
    """Options, of which some are nothing for a project's file to set. A truth is what tmux calls one."""
    found = filler.texts(node)
    for name, field in node.fields.items() if node else ():
        if field.kind == BOOLEAN:
            found[name] = "on" if field.truth else "off"
    if found:
        from viewsync.tmux.rules import project_options  # tmux's whole table: only for who sets any
    for name, value in found.items():
        what, hint = project_options.refusal(name, value)
        if what and node:
            filler.wrong(node.fields[name], f"option {name}: {what}", hint)
    return found


def _timeout(filler: Filler) -> float:
    node = filler.sources.setting("session_timeout")
    text = filler.text(node)
    if node is None or text in ("", *_NEVER):
        return 0.0
    found = durations.seconds(text)
    if found is None:
        filler.wrong(node, f"session_timeout is not a duration: {text!r}", "30m, 24h, 7d, or never")
    return found or 0.0
