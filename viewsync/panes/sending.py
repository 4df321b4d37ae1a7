"""Put text or keys into a pane, one sender at a time, and wait for the answer."""

from __future__ import annotations

import os
import time

from viewsync.errors import MissingSession, StateError, TmuxTimeout, ViewsyncError
from viewsync.light import contextlib, re
from viewsync.panes import fenced, line_editor, reader, remembering
from viewsync.panes.rules import echo, python_blocks
from viewsync.registry import last_active, leases, targets
from viewsync.store import own_files
from viewsync.system import foreground, line_discipline, whole_file
from viewsync.tmux import input as tmux_input
from viewsync.tmux import pid_namespaces
from viewsync.tmux import screen as tmux_screen
from viewsync.tmux.input import DEAD, DRAFT, EXPIRED, GONE, INPUT_OFF, SYNCHRONIZED, Input
from viewsync.tmux.rules import anchor as anchors
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.panes.remembering import Plan
    from viewsync.panes.rules.echo import SentLine
    from viewsync.panes.submitting import Submitted
    from viewsync.panes.waiting import Outcome, WaitCondition
    from viewsync.registry.targets import LocatedPane, PaneAddress, TargetArgs
    from viewsync.tmux.input import Answer, Kept
    from viewsync.tmux.rules.anchor import Anchor
    from viewsync.tmux.rules.screen import Screen
    from viewsync.tmux.server import Tmux

LARGEST = 10_000_000  # bytes of text
_ECHOED = 2_000  # lines whose echo is told from an answer
KEEP = "keep"
CLEAR = "clear"
REFUSE = "refuse"
_CLEARING = "\x05\x15"  # to the end of the line, and all of it away
_WITNESSES = 500  # lines of history in which the last text that was sent is looked for
_ONE_BY_ONE = 1_000  # lines that are sent so: each is waited for
BLOCKS = "blocks"  # the folder of long blocks that a Python prompt is to read

_WHY = {
    EXPIRED: ("a later sender on another host holds it", "look with `viewsync capture`, then send again"),
    GONE: ("the pane is gone", "`viewsync list` shows what is there"),
    DEAD: ("its program ended, and tmux only keeps its last screen", "respawn it, or make another session"),
    INPUT_OFF: ("its input is switched off", "`tmux select-pane -e` switches it on"),
    SYNCHRONIZED: ("its window's panes are synchronized, so a key would go to all of them", "send text, or end that"),
}


class NotReady(ViewsyncError):
    """Nothing was sent, since the pane cannot take it."""

    kind = "pane-not-ready"


class _HalfTyped(Exception):
    """Something may stand at the prompt."""


class Message(NamedTuple):
    text: str = ""
    enter: bool = True
    block: bool = False  # code that a Python prompt gets as one line
    keys: tuple[str, ...] = ()  # instead of text; they are pressed whoever else is at work
    bracket: bool | None = None  # as a paste: also where the program asks for none, never, or as it asks and takes it
    lines: bool = False  # each with an Enter, whatever the program would take at once
    draft: str = REFUSE  # what somebody has half typed there: KEEP types behind it, CLEAR removes it, REFUSE
    exact: bool = False  # whatever the program makes of it
    verify: bool = False  # look whether it was submitted, and press Enter again where it was not


class _Start(NamedTuple):
    """How the first line goes in."""

    together: bool = False  # with its Enter
    looked: str = ""  # where the cursor stands, if nothing is half typed there
    known: Kept | None = None
    shown: Kept | None = None  # what is known once it was shown


class Patience(NamedTuple):
    lease: float = 5.0  # seconds to wait for another sender
    tries: int = 3  # to read which panes there are, from a server that is busy
    interval: float = 0.5  # seconds between the first two of them, then twice as many each time


class Sent(NamedTuple):
    located: LocatedPane
    outcome: Outcome | None  # None when nothing was waited for
    submitted: Submitted | None = None  # None when nobody looked
    cleared: bool = False  # something was half typed, and is gone


def send(
    ctx: Context,
    asked: TargetArgs,
    message: Message,
    patience: Patience,
    wish: WaitCondition | None = None,
    *,
    all_counts: bool = False,
) -> Sent:
    """NotReady or MissingSession where the pane cannot take it, LockTimeout while others send to it.

    `all_counts`: what is waited for may be there already, and may be the echo.
    """
    with contextlib.ExitStack() as lease, contextlib.ExitStack() as early:
        early.enter_context(ctx.tmux.script_to_come(message.text))
        located, first = _located(ctx, asked, patience)
        place = located.place
        if not message.keys:
            held = leases.hold(ctx, place.server, place.pane_id, patience.lease)
            located = located._replace(place=place._replace(fence=lease.enter_context(held)))
        typed, block = _typed(ctx, located, message)
        marks = () if message.keys else echo.marks("\n".join(typed.split("\n", _ECHOED)[:_ECHOED]))
        try:
            anchor, submitted, cleared = _submit(ctx.tmux, located, first, typed, message, echo.kept(marks))
        except TmuxTimeout:
            raise  # the program may read the block yet
        except BaseException:
            _remove(block)
            raise
        early.close()
        last_active.touch(ctx, located.row)
        if submitted and not submitted.seen:
            return Sent(located, None, submitted, cleared)
        if all_counts:
            anchor, marks = None, ()
        return Sent(located, _awaited(ctx, place, wish, anchor, marks) if wish else None, submitted, cleared)


def _located(ctx: Context, asked: TargetArgs, patience: Patience) -> tuple[LocatedPane, Screen | None]:
    """And what it shows, where that could be read along. Nothing was sent yet, so a server that was too busy is asked
    again.
    """
    token = os.urandom(8).hex()
    for attempt in range(1, patience.tries + 1):
        try:
            located = targets.locate(ctx, asked, lambda target: tmux_screen.reading(target, token, anchors.ABOVE))
        except ServerGone as error:
            raise _not_ready(error.message, error.hint) from None
        except TmuxTimeout as error:
            if attempt == patience.tries:
                problem = f"Failed to send command after {attempt} attempts: {error.message}"
                raise TmuxTimeout(problem, "it may be stopped or very busy; nothing was sent") from None
            time.sleep(patience.interval * 2 ** (attempt - 1))
        else:
            break
    if not located.pane.dead and targets.running(located.pane, located.row, located.place.server) is False:
        raise _not_ready(f"its program (PID {located.pane.pid}) ended", "make another session with `viewsync create`")
    return located, tmux_screen.of_pane(located.said, token, located.place.pane_id)


def _not_ready(why: str, hint: str) -> NotReady:
    return NotReady(f"Pane not ready: {why}", hint)


def _typed(ctx: Context, located: LocatedPane, message: Message) -> tuple[str, str]:
    """The text that goes in, and the file that it makes a Python prompt read, "" when there is none."""
    if not message.block or not python_blocks.needs_line(message.text) or not reader.at_python_prompt(located):
        return message.text, ""
    line = python_blocks.inline(message.text)
    if len(line) <= python_blocks.LONGEST:
        return line, ""
    path = os.path.join(ctx.folder, BLOCKS, f"{os.urandom(8).hex()}.py")
    try:
        own_files.make_folder(os.path.dirname(path))
        whole_file.create(path, python_blocks.script(message.text.encode("utf-8", "surrogateescape"), path))
    except OSError as error:
        _remove(path)
        raise StateError(f"cannot write the block to {path}: {error.strerror}") from None
    return python_blocks.run_file(path), path


def _remove(path: str) -> None:
    if path:
        with contextlib.suppress(OSError):
            os.unlink(path)


def _submit(
    tmux: Tmux, located: LocatedPane, first: Screen | None, typed: str, message: Message, kept: str
) -> tuple[Anchor | None, Submitted | None, bool]:
    """The anchor is that of the first line, where there are several; and whether something was cleared before."""
    terminal = _terminal(tmux, located) if typed or message.verify else ""
    lines = _lines(located, terminal, typed, message)
    before = _clear(tmux, located, terminal) if message.draft == CLEAR else None
    first = None if message.draft == CLEAR else first
    start, planned = _start(located, first, terminal, lines, message, kept) if first else (_Start(), None)
    begin: Answer | None = None
    pressed: Answer | None = None
    for number, line in enumerate(lines):
        last = number == len(lines) - 1
        piece = message if last else message._replace(enter=True, verify=False)
        piece = piece._replace(draft=KEEP) if number else piece
        try:
            how, keep = (_Start(), "") if number else (start, kept)
            answer, pressed, submitted = _submit_one(tmux, located, terminal, line, piece, how, keep)
        except NotReady as error:
            if not number:
                raise
            raise NotReady(f"{error.message}; {number} of {len(lines)} lines were sent", error.hint) from None
        begin = answer if not number else begin
    cleared = before is not None and begin is not None and before.split(",")[:3] != begin.anchor.split(",")[:3]
    if begin is None:
        return None, submitted, cleared
    put = remembering.Put(lines[0], start.together, begin, pressed if len(lines) == 1 else None)
    return remembering.remember(tmux, located.place, kept, put, planned), submitted, cleared


def _start(
    located: LocatedPane, first: Screen, terminal: str, lines: list[str], message: Message, kept: str
) -> tuple[_Start, Plan]:
    """What the first line needs no further look for, as long as the screen stays as it is."""
    [line, *more] = lines
    pressed = message.enter and not (message.verify or message.bracket or more)
    planned = remembering.plan(first, kept, line if pressed else "")
    here = planned.shown is not None and pid_namespaces.is_here(located.place.server)
    together = here and line_editor.waits(located.pane.pid, terminal)
    fresh = message.enter and message.draft != KEEP
    looked = planned.kept.place if fresh and _nothing_stands(located, first) else ""
    begun = remembering.begun(planned, together=together)
    return _Start(together, looked, begun, planned.kept_then), planned


def _nothing_stands(located: LocatedPane, screen: Screen) -> bool:
    """Whether nobody can have half typed something; False where it need not be known."""
    last = anchors.begin(screen.anchor)
    if screen.alternate or screen.column <= (last.column if last else 0) or (last and last.line < screen.first):
        return False
    from viewsync.panes.rules import half_typed

    return not half_typed.standing(screen, last, reader.reader(located)[0])


def _lines(located: LocatedPane, terminal: str, typed: str, message: Message) -> list[str]:
    if "\n" not in typed or message.exact or line_discipline.reads_lines(terminal):
        return [typed]
    lines = typed.split("\n") if message.lines else [typed]
    if not message.lines and message.bracket is None:
        from viewsync.panes.rules import readers

        lines = readers.lines(reader.reader(located)[0], typed)
    if len(lines) > _ONE_BY_ONE:
        raise _not_ready(
            f"its program takes one line at a time, and these are {len(lines):,}",
            f"send up to {_ONE_BY_ONE:,} at once, or have it read a file",
        )
    return lines


def _submit_one(
    tmux: Tmux, located: LocatedPane, terminal: str, typed: str, message: Message, start: _Start, kept: str
) -> tuple[Answer, Answer | None, Submitted | None]:
    """Text, and Enter for itself once it was taken; where the terminal makes lines of it, or a shell, both at once. The
    answer to the text, and to an Enter that was pressed once all of the text was shown.
    """
    place = located.place
    if not (typed or message.verify):
        return _put(tmux, place, Input(enter=message.enter, keys=message.keys, known=start.known), kept), None, None
    by_line = line_discipline.reads_lines(terminal)
    what = _input(tmux, located, typed, message, by_line=by_line)
    fresh = message.enter and message.draft != KEEP
    what = what._replace(fresh=fresh, looked=start.looked, known=start.known)
    if not message.enter or start.together or (by_line and not message.verify):
        return _put_fresh(tmux, located, what, kept), None, None
    from viewsync.panes import submitting

    size = len(typed.encode("utf-8", "surrogateescape"))
    if by_line:
        with contextlib.closing(submitting.Line(place, terminal, size)) as sent:
            return _put_fresh(tmux, located, what, kept), None, sent.submitted()
    submission = submitting.Submission(tmux, place, located.pane.pid, terminal, size, verify=message.verify)
    with contextlib.closing(submission):
        answer = _put_fresh(tmux, located, what._replace(later=submission.later), kept)
        shown = submission.wait_until_taken()
        submitted = None
        if message.verify:
            # An editor takes each Enter for a line.
            submitted = submission.enter(typed, 1 if reader.is_keyed(located) else submitting.PRESSES)
        else:
            submission.press(start.shown if shown else None)
        return answer, submission.pressed if shown else None, submitted


def _put_fresh(tmux: Tmux, located: LocatedPane, what: Input, kept: str) -> Answer:
    """Not behind what somebody has half typed: Enter would run both as one. Known it is only where the cursor's line
    begins with the prompt that there was, so that nothing else is refused.
    """
    try:
        return _put(tmux, located.place, what, kept)
    except _HalfTyped:
        from viewsync.panes.rules import half_typed

        screen = tmux_screen.read(tmux, located.place.socket, located.place.pane_id, _WITNESSES)
        draft = half_typed.standing(screen, anchors.begin(screen.anchor), reader.reader(located)[0])
        if draft:
            problem = f"somebody has typed {draft[:60]!r} at its prompt, and Enter would run it with the text"
            raise _not_ready(problem, "--draft clear removes it first, --draft keep types behind it") from None
        return _put(tmux, located.place, what._replace(fresh=False), kept)


def _clear(tmux: Tmux, located: LocatedPane, terminal: str) -> str:
    """Where the cursor was."""
    from viewsync.panes import submitting

    submission = submitting.Submission(tmux, located.place, located.pane.pid, terminal, 0, verify=False)
    with contextlib.closing(submission):
        answer = _put(tmux, located.place, Input(_CLEARING), "")
        submission.wait_until_taken()
        return answer.anchor


def _terminal(tmux: Tmux, located: LocatedPane) -> str:
    return line_discipline.path(located.pane.pid) or tmux_input.terminal(
        tmux, located.place.server, located.place.pane_id
    )


def _input(tmux: Tmux, located: LocatedPane, typed: str, message: Message, *, by_line: bool) -> Input:
    raw = typed.encode("utf-8", "surrogateescape")
    longest = max(map(len, re.split(rb"[\r\n]", raw))) if len(raw) > line_discipline.LONGEST_LINE else 0
    if longest > line_discipline.LONGEST_LINE and by_line:
        raise _not_ready(
            f"its terminal takes lines of {line_discipline.LONGEST_LINE} bytes now, and would cut one of {longest}",
            "send it in shorter lines, or wait for a program that reads its terminal raw",
        )
    if "\t" in typed and not by_line and message.bracket is None and not message.exact:
        from viewsync.panes.rules import readers

        match _tab(tmux, located, typed):
            case readers.QUOTED, _:
                return Input(typed.replace("\t", f"{readers.QUOTE}\t"), tmux_input.NEVER, message.enter)
            case readers.LOST, name:
                raise _not_ready(
                    f"{name} takes a TAB as a key, and has none that quotes it",
                    "--text sends it all the same; else put blanks in its place, or a file",
                )
    return Input(typed, _bracketed(located, typed, message, by_line=by_line), message.enter)


def _tab(tmux: Tmux, located: LocatedPane, typed: str) -> tuple[str, str]:
    """What becomes of a TAB in the text, and in which program."""
    from viewsync.panes.rules import readers

    name, version = reader.reader(located)
    asked = tmux_input.asks_for_marks(tmux, located.place.server, located.place.pane_id)
    inside = re.search(r"\S[^\S\n]*\t", typed) is not None
    return readers.tab(name, asked=asked, version=version, inside=inside), name


def _bracketed(located: LocatedPane, typed: str, message: Message, *, by_line: bool) -> str:
    """Told where the text begins and ends, a program takes a TAB in it for a TAB, a line's end not for Enter, and the
    Enter behind it for one. An end of its own in the text would have the rest taken for keys.

    A character alone is the answer to a question more often than a text, and control characters are keys.
    """
    if message.bracket is not None or "\033[201~" in typed:
        return tmux_input.ALWAYS if message.bracket else tmux_input.NEVER
    if "\n" in typed or "\t" in typed:
        return tmux_input.ASKED
    if by_line or len(typed) < 2 or any(char < " " or char == "\x7f" for char in typed):
        return tmux_input.NEVER
    from viewsync.panes.rules import readers

    names = foreground.names(located.pane.pid).values()
    if readers.is_keyed(names):
        return tmux_input.NEVER
    return tmux_input.ASKED_BELOW if readers.may_hide(names) else tmux_input.ASKED


def _put(tmux: Tmux, place: PaneAddress, what: Input, kept: str) -> Answer:
    try:
        answer = fenced.put(tmux, place, what, kept, look=bool(kept))
    except ServerGone as error:
        raise _not_ready(error.message, error.hint) from None
    except TmuxTimeout as error:
        raise TmuxTimeout(error.message, "the text may have arrived: look before you send it again") from None
    if answer.refused == DRAFT:
        raise _HalfTyped
    if answer.refused:
        raise _not_ready(*_WHY[answer.refused])
    return answer


def _awaited(
    ctx: Context, place: PaneAddress, wish: WaitCondition, anchor: Anchor | None, marks: tuple[SentLine, ...]
) -> Outcome:
    """A pane that is gone by now went with the program in it."""
    from viewsync.panes import waiting

    try:
        return waiting.wait(ctx, place, wish, anchor, marks)
    except (MissingSession, ServerGone):
        return waiting.Outcome(waiting.EXITED, "", "", [], None)
