"""What viewsync says to make a project session: whole scripts through tmux's stdin, never on a command line.

So no value, and no secret, stands in a process list. Each line checks in the server that it is the one meant, and
stands alone: one that fails is told of, and the others go on.
"""

from __future__ import annotations

import copy
import itertools
import os

from viewsync.errors import TmuxError
from viewsync.light import re
from viewsync.tmux import guarded_kill, guarded_layout, sessions, window_size
from viewsync.tmux.rules import language, marks
from viewsync.tmux.rules.language import both, quoted, same_server, source_file
from viewsync.tmux.rules.model import Server
from viewsync.tmux.sessions import STARTER
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from viewsync.tmux.server import Tmux
    from viewsync.tmux.sessions import NewSession

    Pairs = Sequence[tuple[str, str]]

_OPTION = re.compile(r"^(@?[\w-]+)", re.MULTILINE)

PLACEHOLDER_ENDED = "placeholder ended"  # a line of what is said
_FAR = 32_000  # an index that no window of a person has


class Begun(NamedTuple):
    """A session that still has its placeholder: `window`, and the pane in it."""

    server: Server
    session: str
    window: str
    pane: str


class NewPane(NamedTuple):
    """A window's first pane, or a further one."""

    cwd: str
    environment: Pairs
    shell: str  # a line of shell, "" for the session's own
    path: str = ""  # its PATH, where that is the session's or its own


class ScriptLine(NamedTuple):
    command: str
    what: str  # that it is about, in the words of an error
    path: str = ""  # the PATH that its new pane is to have
    makes_a_window: bool = False


class MadePane(NamedTuple):
    window: str
    pane: str


def begin(tmux: Tmux, socket: str, new: NewSession, found_by: Pairs) -> Begun:
    """A session that is found again by its marks whatever comes between. Duplicate when the name is taken."""
    target = quoted(f"={new.name}:")
    row = "#{session_id}\t#{window_id}\t#{pane_id}\t#{pid}\t#{start_time}\t#{version}"
    # No shell of the user's, which would run his startup files for nothing.
    new = new._replace(argv=[*STARTER, "cat"])
    marked = [f"set-option -t {target} {name} {quoted(value)}" for name, value in found_by]
    marked += [
        f"set-option -F -t {target} {marks.SESSION} '#{{session_id}}'",
        f"set-option -wF -t {target} {marks.PLACEHOLDER} '#{{window_id}}'",
    ]
    done = sessions.begin(tmux, socket, new, row, marked)
    match = re.search(r"^(\$\d+)\t(@\d+)\t(%\d+)\t(\d+)\t(\d+)\t(.*)$", done.out, re.MULTILINE)
    if not match:
        raise TmuxError(done.err.strip() or f"tmux answered {done.out!r}")
    session, window, pane, pid, start, version = match.groups()
    return Begun(Server(socket, int(pid), int(start), version), session, window, pane)


def of_windows(tmux: Tmux, socket: str) -> frozenset[str]:
    """The names of options that are windows', as tmux itself tells."""
    return frozenset(_OPTION.findall(tmux.ask(socket, "show-options", "-gw")))


def source(tmux: Tmux, server: Server, pane: str, path: str) -> str:
    """Run a file of tmux commands as if in that pane, so that it is about its session; what went wrong."""
    said = run(inside(tmux, pane), server, [ScriptLine(source_file(path), "")])
    return "; ".join(line for line in said.errors.splitlines() if line)


def inside(tmux: Tmux, pane: str) -> Tmux:
    """The same tmux, called as from that pane: for commands that have no target of their own."""
    other = copy.copy(tmux)
    other.env = {**tmux.env, "TMUX_PANE": pane}
    return other


class Said(NamedTuple):
    out: list[str]  # lines
    problems: list[str]  # of lines that failed
    errors: str  # all that was said of errors


def run(tmux: Tmux, server: Server, lines: Sequence[ScriptLine]) -> Said:
    """All of them, in one call for each PATH. TmuxError when the server is another one by now, or does not answer."""
    parts = [_run(tmux.with_path(path), server, list(group)) for path, group in itertools.groupby(lines, _path)]
    return Said(
        [line for part in parts for line in part.out],
        [problem for part in parts for problem in part.problems],
        "".join(part.errors for part in parts),
    )


def _path(line: ScriptLine) -> str:
    return line.path


def _run(tmux: Tmux, server: Server, lines: Sequence[ScriptLine]) -> Said:
    same = quoted(same_server(server))
    script = "".join(
        _line(line, f"if-shell -F {same} {{ {line.command} ; display-message -p '=done {number}' }} {{ }}\n")
        for number, line in enumerate(lines)
    )
    script += f"if-shell -F {same} {{ display-message -p =all }}\n"
    done = tmux.run(server.socket, "source-file", "-", stdin=script)
    said = done.out.split("\n")
    if "=all" not in said:
        # What does not parse, as behind a user's command-alias, is told where the answers are.
        reason = done.err.strip() or (done.out.strip() if done.code else "")
        raise TmuxError(f"tmux on {server.socket}: {reason or 'it has been replaced by another server'}")
    failed = [line.what for number, line in enumerate(lines) if f"=done {number}" not in said]
    return Said([line for line in said if not line.startswith("=")], _problems(failed, done.err), done.err)


def _line(line: ScriptLine, text: str) -> str:
    return window_size.lines(text) if line.makes_a_window else text


def _problems(failed: Sequence[str], errors: str) -> list[str]:
    """Each with its reason. A user's hooks may say something, too; then all that was said comes with each."""
    told = [line for line in errors.splitlines() if line.strip()]
    if len(told) != len(failed):
        told = ["; ".join(told) or "tmux gave no reason"] * len(failed)
    return [f"{what}: {reason}" if what else reason for what, reason in zip(failed, told, strict=True)]


def out_of_the_way(session: str, window: str) -> ScriptLine:
    """The placeholder leaves its index to the first window of the plan, whatever base-index says by now."""
    move = f"move-window -d -s {window} -t '{session}:{_FAR}'"
    return ScriptLine(f"if-shell -F -t {window} '#{{!=:#{{window_index}},{_FAR}}}' {{ {move} }}", "the first window")


def option(session: str, name: str, value: str) -> ScriptLine:
    return ScriptLine(language.assigned(f"set-option -t '{session}:'", name, value), f"option {name}")


def window_option(window: str, name: str, value: str, what: str) -> ScriptLine:
    return ScriptLine(language.assigned(f"set-option -w -t {window}", name, value), what)


def pane_mark(pane: str, place: int, *, untyped: bool) -> ScriptLine:
    more = f" ; set-option -p -t {pane} {marks.UNTYPED} {pane}" if untyped else ""
    return ScriptLine(f"set-option -p -t {pane} {marks.PANE} {place}{more}", f"pane {place + 1}")


def variable(session: str, name: str, value: str) -> ScriptLine:
    return ScriptLine(language.assigned(f"set-environment -t '{session}:'", name, value), f"variable {name}")


def global_option(name: str, value: str, of_windows: bool) -> ScriptLine:
    """For all sessions on the server, or for all their windows."""
    return ScriptLine(
        language.assigned(f"set-option -g{'w' if of_windows else ''}", name, value), f"global option {name}"
    )


def new_window(
    session: str,
    name: str,
    pane: NewPane,
    number: int,
    index: int = -1,
    at_once: Pairs = (),
    *,
    behind: bool = False,
) -> ScriptLine:
    """At the next index that is free, at that one, or `behind` all others; without a name tmux calls it like its
    program. `at_once`: options that it has before its program can end. Until then it is found by a name that no other
    window has.
    """
    at = f"'{session}:{index}'" if index >= 0 else f"'{session}:'"
    words = ["new-window", "-d", *_telling(number), *(["-a", "-t", f"'{session}:{{end}}'"] if behind else ["-t", at])]
    passing = f"viewsync-{os.urandom(8).hex()}" if at_once else ""
    words += ["-n", passing or quoted(language.unexpanded(name))] if passing or name else []
    commands = [" ".join([*words, *_started(pane)])]
    if passing:
        target = f"-t '{session}:={passing}'"
        commands += [language.assigned(f"set-option -w {target}", option, value) for option, value in at_once]
        called = f"rename-window {target} -- {quoted(language.unexpanded(name))}"
        commands.append(called if name else f"set-option -wu {target} automatic-rename")
    return ScriptLine(" ; ".join(commands), f"window {name or number + 1!r}", pane.path, True)


def split(pane: str, new: NewPane, number: int, what: str, tiled: str = "") -> ScriptLine:
    """Behind that pane. `tiled`: the window in which all get room then, so that there is some for the next one."""
    words = ["split-window", "-d", *_telling(number), "-t", pane]
    again = f" ; {guarded_layout.tiled(tiled)}" if tiled else ""
    return ScriptLine(f"{' '.join([*words, *_started(new)])}{again}", what, new.path)


def stacked(window: str, new: NewPane, number: int, what: str) -> ScriptLine:
    """Below the window's current pane, in half of its room, or where that has none left in as much as the others."""
    words = ["split-window", *_telling(number), "-t", window]
    room = f"if-shell -F -t {window} '#{{e|<:#{{pane_height}},3}}' {{ {guarded_layout.even(window)} }}"
    return ScriptLine(f"{room} ; {' '.join([*words, *_started(new)])}", what, new.path)


def title(pane: str, text: str, what: str) -> ScriptLine:
    return ScriptLine(f"select-pane -t {pane} -T {quoted(language.unexpanded(text))}", f"title of {what}")


def _telling(number: int) -> list[str]:
    return ["-P", "-F", quoted(f"made {number} #{{window_id}} #{{pane_id}}")]


def _started(pane: NewPane) -> list[str]:
    words = ["-c", quoted(language.unexpanded(pane.cwd)), *_variables(pane.environment)]
    return [*words, "--", quoted(pane.shell)] if pane.shell else words


def _variables(environment: Pairs) -> list[str]:
    return [word for name, value in environment for word in ("-e", quoted(f"{name}={value}"))]


def layout(server: Server, window: str, text: str, panes: int, what: str) -> ScriptLine:
    """TmuxError for one that is none."""
    return ScriptLine(guarded_layout.command(server.version, window, text, panes), what)


def rename(window: str, name: str, what: str) -> ScriptLine:
    return ScriptLine(f"rename-window -t {window} -- {quoted(language.unexpanded(name))}", what)


def focus_pane(pane: str) -> ScriptLine:
    return ScriptLine(f"select-pane -t {pane}", "focus")


def focus_window(session: str, window: str) -> ScriptLine:
    return ScriptLine(f"select-window -t '{session}:{window}'", "focus")


def end_placeholder(window: str) -> ScriptLine:
    """Only what is marked as one, and not the last window: where no other is left, that is to be told of."""
    told = f"display-message -p '{PLACEHOLDER_ENDED}'"
    return ScriptLine(
        guarded_kill.window_command(window, marks.own(marks.PLACEHOLDER, "window"), told),
        "the placeholder",
    )


def made(said: Said) -> Mapping[int, MadePane]:
    """By the number that `new_window` or `split` was given."""
    rows = [line.split(" ") for line in said.out if line.startswith("made ")]
    return {int(row[1]): MadePane(row[2], row[3]) for row in rows}


def end_unused(server: Server, session: str) -> ScriptLine:
    """End a session of ours that was just made, while nobody looks at it."""
    return ScriptLine(
        guarded_kill.command(server.version, session, both(*guarded_kill.FREE), "display-message -p kept"), ""
    )
