"""tmuxp's workspace files, with what tmuxp does where they say nothing."""

from __future__ import annotations

from viewsync.light import contextlib, re
from viewsync.project_files.rules import scalars, shapes, writing
from viewsync.project_files.rules.nodes import BOOLEAN, LIST, MAPPING, NULL, NUMBER, Node, Problem, problem
from viewsync.tmux.rules import project_options
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viewsync.project_files.rules.writing import Data

_ROOT = (
    *("session_name", "start_directory", "environment", "options", "global_options", "shell_command_before"),
    *("before_script", "suppress_history", "windows", "socket_name"),
)
_WINDOW = (
    *("window_name", "window_index", "start_directory", "layout", "focus", "options", "options_after", "environment"),
    *("window_shell", "shell_command_before", "suppress_history", "panes"),
)
_PANE = (
    *("shell_command", "shell_command_before", "start_directory", "focus", "environment", "shell", "enter"),
    *("sleep_before", "sleep_after", "suppress_history"),
)
_COMMAND = ("cmd", "enter", "sleep_before", "sleep_after")
_MAPPINGS = ("environment", "options", "global_options", "options_after")
_SEVERAL = ("windows", "panes", "shell_command", "shell_command_before", "cmd")  # each in its own way
_BLANK = ("blank", "pane")
_PATHS = ("environment", "options", "global_options")  # of these a value that begins with a dot is a path


class _Line(NamedTuple):
    text: str
    enter: Node | None
    before: Node | None
    after: Node | None


def command(root: Node, folder: str) -> tuple[Data, list[Problem]]:
    """`folder`: the file's own, which is what its relative paths are meant from."""
    found = _Reading(folder)
    root = found.known(root, _ROOT)
    name, script = root.get("session_name"), root.get("before_script")
    session = writing.filled(
        name_template=writing.expanded(name.text) if name else "",
        working_directory=found.folder(root.get("start_directory"), folder),
        pre_create_steps=[{"run": writing.expanded(found.below(script.text))}] if script and script.text else [],
        options=found.of_session(root),
        global_options=found.values(root, "global_options", below=True),
    )
    if socket := root.get("socket_name"):
        session["socket_name"] = writing.expanded(socket.text)
        found.left.append(problem(socket, "socket_name is kept, although tmuxp itself takes it by -L alone"))
    listed = shapes.mappings(root.get("windows"), "window", found.left)
    # Of several that want the focus the last one has it; without any it is the first one's.
    focused = [number for number, window in enumerate(listed) if _truth(window, "focus")][-1:]
    session["windows"] = [found.window(window, root, number in focused) for number, window in enumerate(listed)]
    variables = found.values(root, "environment", below=True)
    return {**writing.filled(environment=variables), "session": session}, found.left


class _Reading:
    def __init__(self, folder: str) -> None:
        self.left: list[Problem] = []
        self.own = folder

    def known(self, node: Node, known: tuple[str, ...]) -> Node:
        """Of a mapping what we understand; the rest is told."""
        for key, value in node.fields.items():
            if key not in known and value.kind != NULL:
                self.left.append(problem(value, f"{key} has no equivalent in viewsync"))
        texts = [key for key in known if key not in (*_MAPPINGS, *_SEVERAL)]
        return shapes.fitting(node, self.left, texts=texts, mappings=_MAPPINGS)

    def below(self, text: str) -> str:
        return f"{self.own}/{text.removeprefix('./')}" if text.startswith(".") else text

    def folder(self, node: Node | None, own: str = "") -> str:
        """`own`: what a relative one is meant from, where that is not the folder it stands in here, too."""
        if node is None:
            return ""
        return directory(self.below(node.text) if own else node.text)

    def values(self, node: Node, key: str, *, below: bool = False) -> dict[str, str]:
        """Of a mapping. `below`: a path in it is meant from the file's folder."""
        fields = node.get(key)
        found = {}
        for name, value in fields.fields.items() if fields else ():
            if value.kind in (LIST, MAPPING):
                self.left.append(problem(value, f"{key}: {name} is no text"))
            elif value.kind == BOOLEAN and key != "environment":
                found[name] = "on" if value.truth else "off"
            elif value.kind == NUMBER and key != "environment":
                found[name] = scalars.value(value, name, scalars.python, self.left)
            else:
                found[name] = writing.expanded(self.below(value.text) if below else value.text)
        return found

    def of_session(self, root: Node) -> dict[str, str]:
        """tmuxp sets a window's option there on a window that goes again."""
        options = self.values(root, "options", below=True)
        for name in [name for name in options if project_options.OF_WINDOWS.fullmatch(name)]:
            del options[name]
            told = f"options: {name} is left out: it is a window's, and tmuxp sets it there on none that stays"
            self.left.append(problem(root.fields["options"].fields[name], told))
        return options

    def window(self, node: Node, root: Node, focus: bool) -> Data:
        node = shapes.fitting(self.known(node, _WINDOW), self.left, lists=["panes"])
        name, shell, layout = (node.get(key) for key in ("window_name", "window_shell", "layout"))
        panes = node.get("panes")
        listed = panes.items if panes else (Node(NULL, node.file, node.line),)
        wanted = [at for at, pane in enumerate(listed) if _truth(pane, "focus")]
        at = wanted[-1] if wanted else len(listed) - 1  # each pane that is made is the current one
        # A pane's own variables are instead of its window's.
        variables = self.values(node, "environment")
        alone = all(_own(pane, "environment") is None for pane in listed)
        return writing.window(
            writing.expanded(name.text) if name else "",
            [
                self.pane(pane, node, root, len(listed) > 1 and at == number, {} if alone else variables)
                for number, pane in enumerate(listed)
            ],
            index=self.index(node.get("window_index")),
            layout=layout.text if layout else "stacked" if len(listed) > 1 else "",
            focus=focus,
            working_directory=self.folder(node.get("start_directory"), "" if root.get("start_directory") else self.own),
            options=self.values(node, "options"),
            options_after=self.values(node, "options_after"),
            environment=variables if alone else {},
            shell=writing.literal(shell.text) if shell else "",
        )

    def pane(
        self, node: Node, window: Node, root: Node, focus: bool, inherited: Mapping[str, str]
    ) -> Data | str | None:
        own = node if node.kind == MAPPING else Node(MAPPING, node.file, node.line, fields={"shell_command": node})
        own = self.known(own, _PANE)
        lines = [
            *self.before(root),
            *self.before(window),
            *self.before(own),
            *self.lines(own.get("shell_command")),
        ]
        shell = own.get("shell")
        return writing.pane(
            self.typed(lines, own, window, root),
            focus=focus,
            working_directory=self.folder(
                own.get("start_directory"), "" if _first("start_directory", window, root) else self.own
            ),
            environment=self.values(own, "environment") or inherited,
            shell=writing.literal(shell.text) if shell else "",
        )

    def before(self, node: Node) -> list[_Line]:
        """Of a mapping those that stand below a key of their own."""
        found = node.get("shell_command_before")
        if found and found.kind == MAPPING:
            found = self.known(found, ("shell_command",)).get("shell_command")
        return self.lines(found)

    def lines(self, node: Node | None) -> list[_Line]:
        if node is None:
            return []
        items = node.items if node.kind == LIST else [node]
        if len(items) == 1 and (items[0].kind == NULL or items[0].text in _BLANK):
            return []
        found = []
        for item in items:
            said = item.get("cmd") if item.kind == MAPPING else item
            if said is None or said.kind in (NULL, LIST, MAPPING):
                self.left.append(problem(item, "a command without text is left out"))
                continue
            own = self.known(item, _COMMAND)
            more = [own.get(key) for key in _COMMAND[1:]]
            if said.text.strip():
                found.append(_Line(said.text, *more))
            else:
                self.left.append(problem(item, "an empty line is not typed"))
        return found

    def typed(self, lines: Sequence[_Line], pane: Node, window: Node, root: Node) -> list[Data | str]:
        """What one command says of Enter and of rests is so for those behind it, too."""
        suppress = _first("suppress_history", pane, window, root)
        hide = suppress is None or suppress.truth
        enter, before, after = (pane.get(key) for key in _COMMAND[1:])
        found = []
        for line in lines:
            enter, before, after = line.enter or enter, line.before or before, line.after or after
            # A blank in front keeps a line out of the histories of shells.
            text = (" " if hide else "") + re.sub(r"^~(?=/|$)", "${HOME}", line.text)
            found.append(
                writing.typed(
                    writing.expanded(text),
                    enter=enter is None or enter.truth,
                    sleep_before=self.seconds(before),
                    sleep_after=self.seconds(after),
                )
            )
        return found

    def index(self, node: Node | None) -> int | None:
        if node is None:
            return None
        text = scalars.value(node, "window_index", scalars.python, self.left)
        if text.isascii() and text.isdecimal():
            return int(text)
        self.left.append(problem(node, f"window_index is left out: {text!r} is no index"))
        return None

    def seconds(self, node: Node | None) -> float:
        if node is None:
            return 0.0
        if node.kind == NUMBER and re.fullmatch(r"[0-9.]+", node.text):  # and no 0x10, .inf or 1:30
            with contextlib.suppress(ValueError):
                return float(node.text)
        self.left.append(problem(node, f"{node.text!r} is no number of seconds"))
        return 0.0


def _own(node: Node, key: str) -> Node | None:
    return node.get(key) if node.kind == MAPPING else None


def _first(key: str, *nodes: Node) -> Node | None:
    return next((found for node in nodes if (found := node.get(key))), None)


def _truth(node: Node, key: str) -> bool:
    found = _own(node, key)
    return found.truth if found else False


def directory(text: str) -> str:
    """A folder, whose `~` is known here as well."""
    for home in ("$HOME", "${HOME}"):
        if text == home or text.startswith(f"{home}/"):
            text = f"~{text[len(home) :]}"
    if text == "~" or text.startswith("~/"):
        return writing.literal(text) if "$" not in text else writing.expanded(text)
    return writing.expanded(text)
