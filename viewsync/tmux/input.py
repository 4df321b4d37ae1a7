"""What viewsync says to put text and keys into one pane: one call, which checks in the server that it may.

Text goes through a paste buffer of its own. `send-keys` would put it into every pane of a window whose panes are
synchronized, and take a word for a key. It is never in an argument, which the process list shows.
"""

from __future__ import annotations

import os

from viewsync.errors import TmuxError
from viewsync.light import contextlib
from viewsync.tmux import screen
from viewsync.tmux.rules import keys
from viewsync.tmux.rules.anchor import ABOVE, FORMAT, OPTION
from viewsync.tmux.rules.language import both, either, equal, literal, quoted, same_server, unexpanded
from viewsync.tmux.rules.versions import number, rewrites_pastes
from viewsync.tmux.server import chain
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.rules.screen import Screen
    from viewsync.tmux.server import Tmux

GONE = "gone"
DEAD = "dead"
INPUT_OFF = "input-off"
SYNCHRONIZED = "synchronized"
DRAFT = "draft"
EXPIRED = "expired"
BUSY = "busy with another program"
DUE = "what was sent there before still waits for its Enter"
_PROMPT = "@viewsync_prompt"  # of a pane: the column where the last text began; "" once it ended without Enter
_FENCE = "@viewsync_fence"  # of a pane: the largest Input.fence of what was put in
_ENTER = "@viewsync_enter"  # of a pane: the token of the Enter that is to be pressed there
NEVER = ""
ASKED = "asked"  # if the program asks for it
ASKED_BELOW = "asked-below"  # the same, but not on the alternate screen
ALWAYS = "always"
_BRACKETS = ("\033[200~", "\033[201~")
# tmux reads a script a hundred times more slowly than a buffer, and nobody else gets an answer meanwhile: 64 KB
# take 8 ms, 10 MB more than a second.
LARGEST_SCRIPT = 65_536


class Later(NamedTuple):
    """An Enter that `press` presses; where nobody does, the server does it by itself. Where the client that it has do
    it goes (trap N), it comes before the next text: none stays without it.
    """

    token: str  # letters and digits
    seconds: float


class Kept(NamedTuple):
    """What OPTION gets instead of a format, as long as FORMAT is `place`."""

    place: str
    text: str


class Input(NamedTuple):
    text: str = ""
    bracketed: str = ""  # NEVER, ASKED, ASKED_BELOW or ALWAYS: the program learns where the text begins and ends
    enter: bool = False  # press Enter behind the text
    later: Later | None = None  # that Enter is not pressed with it
    fresh: bool = False  # not where the cursor has left the prompt's end: DRAFT, which has to be looked at
    looked: str = ""  # but where FORMAT is this one: it was looked at
    known: Kept | None = None
    keys: Sequence[str] = ()  # names that tmux/rules/keys.py knows; pressed behind that
    fence: int = 0  # not where something with a larger one was put in: EXPIRED
    program: str = ""  # only where the terminal listens to this one, as tmux calls it: BUSY


class Answer(NamedTuple):
    refused: str  # GONE, DEAD, INPUT_OFF, SYNCHRONIZED, EXPIRED, BUSY, DUE or DRAFT; "" when it was put in
    anchor: str  # what FORMAT was just before
    screen: Screen | None = None  # as it was just before, where it was to be read
    fence: int = 0  # of EXPIRED: the larger one
    due: str = ""  # of DUE: the token of the Enter that is to come first


def put(tmux: Tmux, server: Server, pane: str, what: Input, kept: str, *, look: bool = False) -> Answer:
    """`pane`: its id. `kept`: the format that its OPTION gets, "" leaves that alone. TmuxTimeout leaves open whether it
    was put in. `look`: read the screen, too.
    """
    token = os.urandom(8).hex() if look else ""
    buffer = f"vs-{os.urandom(8).hex()}"
    if what.bracketed == ALWAYS:
        what = what._replace(text=what.text.join(_BRACKETS))
    command = _guarded(server, pane, what, buffer, kept, token)
    size = len(what.text.encode("utf-8", "surrogateescape"))
    if size > LARGEST_SCRIPT or "\0" in what.text:
        # Loading waits for the text, so it comes first, and the check behind it.
        words = chain(["load-buffer", "-b", buffer, "-"], ["if-shell", "-F", "1", command])
        done = tmux.run(server.socket, *words, stdin=what.text)
    else:
        text = f"set-buffer -b {buffer} -- {quoted(what.text)}\n" if what.text else ""
        done = tmux.run(server.socket, "source-file", "-", stdin=f"{text}{command}\n")
    shown, out = screen.parsed(done.out, token) if look else (None, done.out)
    said = dict(line.partition(" ")[::2] for line in out.split("\n"))
    if "sent" not in said and "refused" not in said:
        with contextlib.suppress(TmuxError):
            tmux.run(server.socket, "delete-buffer", "-b", buffer)
        raise TmuxError(f"tmux on {server.socket}: {done.err.strip() or 'no full answer'}")
    fence = _whole(said.get("fence", ""))
    return Answer(said.get("refused", ""), said.get("anchor", ""), shown, fence, said.get("due", ""))


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 17 else 0


def remember(tmux: Tmux, server: Server, pane: str, kept: str, text: str) -> None:
    """Another text for the pane's OPTION, as long as it is still the one that was `kept`."""
    same = quoted(both(same_server(server), equal(OPTION, kept)))
    change = f"if-shell -F -t '{pane}' {same} {{ set-option -p -t '{pane}' {OPTION} {quoted(text)} }}\n"
    tmux.run(server.socket, "source-file", "-", stdin=change)


def press(tmux: Tmux, server: Server, pane: str, token: str = "", known: Kept | None = None) -> Answer:
    """Enter, that of `token` unless it has been pressed by now. With a token the screen is read just before."""
    buffer, look = f"vs-{os.urandom(8).hex()}", os.urandom(8).hex()
    command = _guarded_by(server, pane, _enter(server, pane, buffer, token, look, known), "display-message -p 'refused")
    done = tmux.run(server.socket, "source-file", "-", stdin=f"{command}\n")
    shown, out = screen.parsed(done.out, look)
    said = dict(line.partition(" ")[::2] for line in out.split("\n"))
    return Answer(said.get("refused", ""), "", shown)


def put_all(
    tmux: Tmux, server: Server, wanted: Sequence[tuple[str, Input]], marks: Sequence[tuple[str, str, str]] = ()
) -> list[str]:
    """Text into panes, by their ids, in one call; for each why it was refused, "" when it was put in.

    `marks`: panes, and an option of each with what it says from then on, in the same call; "" removes it.

    TmuxTimeout leaves open what was put in. All of it together has to fit into a script (LARGEST_SCRIPT).
    """
    end = f"display-message -p {os.urandom(8).hex()}"
    script = ""
    for pane, what in wanted:
        buffer = f"vs-{os.urandom(8).hex()}"
        script += f"set-buffer -b {buffer} -- {quoted(what.text)}\n" if what.text else ""
        script += f"{_guarded(server, pane, what, buffer, FORMAT)}\n{end}\n"
    for pane, option, value in marks:
        script += f"set-option -p -q {'' if value else '-u '}-t {pane} {option} {value and quoted(value)}\n"
    done = tmux.run(server.socket, "source-file", "-", stdin=script)
    said = done.out.split(f"{end.rpartition(' ')[2]}\n")
    if len(said) != len(wanted) + 1:
        raise TmuxError(f"tmux on {server.socket}: {done.err.strip() or 'no full answer'}")
    answers = [dict(line.partition(" ")[::2] for line in part.split("\n")) for part in said[:-1]]
    return [answer.get("refused", "" if "sent" in answer else "tmux gave no reason") for answer in answers]


def terminal(tmux: Tmux, server: Server, pane: str) -> str:
    """The path of the pane's terminal, "" when there is none."""
    return tmux.run(server.socket, "display-message", "-p", "-t", pane, "#{pane_tty}").out.strip()


def asks_for_marks(tmux: Tmux, server: Server, pane: str) -> bool | None:
    """Whether its program is told where a paste begins and ends. Only 3.7 and newer tell."""
    if number(server.version) < (3, 7, ""):
        return None
    return tmux.run(server.socket, "display-message", "-p", "-t", pane, "#{bracket_paste_flag}").out.strip() == "1"


def _guarded(server: Server, pane: str, what: Input, buffer: str, kept: str, look: str = "") -> str:
    """Nothing of it waits, so nobody comes in between. Whatever refuses it takes the text away again."""
    drop = f"delete-buffer -b {buffer} ; " if what.text else ""
    refuse = f"{drop}display-message -p 'refused"
    command = _act(server, pane, what, buffer, kept, look)
    if what.fence:
        command = f"set-option -p -t '{pane}' {_FENCE} {what.fence} ; {command}"
    if what.fresh:
        moved = both(_moved(), f"#{{?{_at(what.looked)},0,1}}") if what.looked else _moved()
        command = f"if-shell -F -t '{pane}' {quoted(moved)} {{ {refuse} {DRAFT}' }} {{ {command} }}"
    if not what.keys:
        # What a killed sender has typed still waits for its Enter: this would become a part of that line. To if-shell a
        # text is false that begins with a 0, as a token may.
        tell = f"display-message -p -t '{pane}' 'due #{{{_ENTER}}}' ; "
        command = f"if-shell -F -t '{pane}' '#{{!=:#{{{_ENTER}}},}}' {{ {tell}{refuse} {DUE}' }} {{ {command} }}"
    if what.program:
        same = quoted(equal("pane_current_command", what.program))
        command = f"if-shell -F -t '{pane}' {same} {{ {command} }} {{ {refuse} {BUSY}' }}"
    if what.keys:
        command = f"if-shell -F -t '{pane}' '#{{pane_synchronized}}' {{ {refuse} {SYNCHRONIZED}' }} {{ {command} }}"
    if what.fence:
        # What is no number there is smaller than any.
        later = f"'#{{e|>:#{{{_FENCE}}},{what.fence}}}'"
        tell = f"display-message -p -t '{pane}' 'fence #{{{_FENCE}}}' ; "
        command = f"if-shell -F -t '{pane}' {later} {{ {tell}{refuse} {EXPIRED}' }} {{ {command} }}"
    return _guarded_by(server, pane, command, refuse)


def _moved() -> str:
    """Whether the cursor stands further than where the last text began, or, before the first one, not at the edge."""
    first = both(equal(OPTION, ""), "#{cursor_x}")
    later = both(f"#{{{_PROMPT}}}", f"#{{e|>:#{{cursor_x}},#{{{_PROMPT}}}}}")
    return both("#{?alternate_on,0,1}", either(first, later))


def _at(place: str) -> str:
    """Whether FORMAT is that."""
    return f"#{{==:{FORMAT.replace(',', '#,')},{literal(place)}}}"


def _guarded_by(server: Server, pane: str, command: str, refuse: str) -> str:
    same = both(equal("pane_id", pane), same_server(server))
    for condition, word in (("#{pane_input_off}", INPUT_OFF), ("#{pane_dead}", DEAD)):
        command = f"if-shell -F -t '{pane}' '{condition}' {{ {refuse} {word}' }} {{ {command} }}"
    return f"if-shell -F -t '{pane}' {quoted(same)} {{ {command} }} {{ {refuse} {GONE}' }}"


def _act(server: Server, pane: str, what: Input, buffer: str, kept: str, look: str) -> str:
    """`look`: the token of a reading of the screen, "" for none.

    The mode that somebody reads the pane in ends first: what is put in would be its keys, or stay unseen.
    """
    target = f"-t '{pane}'"
    commands = [
        f"if-shell -F {target} '#{{pane_in_mode}}' {{ copy-mode -q {target} }}",
        *(_remembered(target, what, kept) if kept else []),
        f"display-message -p {target} {quoted(f'anchor {FORMAT}')}",
        *([_look(pane, look)] if look else []),
    ]
    if what.text:
        paste = _paste(server, pane, buffer)
        if what.bracketed == ASKED_BELOW:
            paste = f"if-shell -F {target} '#{{alternate_on}}' {{ {paste} }} {{ {paste} -p }}"
        commands.append(f"{paste} -p" if what.bracketed == ASKED else paste)
    if what.enter and what.later:
        token, seconds = what.later
        late = _enter(server, pane, buffer, token)
        commands += [
            f"set-option -p {target} {_ENTER} {token}",
            # Trap I: a text that is no command would end the server. Where an alias makes it none, it is none here
            # either, and then nothing of all this is done.
            f"if-shell -F 0 {{ {late} }}",
            f"run-shell -b -d {seconds:.2f} {target} -C {quoted(unexpanded(late))}",
        ]
    elif what.enter:
        commands.append(_enter(server, pane, buffer))
    if what.keys:
        commands += [_pressed(target, key) for key in what.keys]
    return " ; ".join([*commands, "display-message -p sent"])


def _remembered(target: str, what: Input, kept: str) -> list[str]:
    """In the step before, so that nothing can come in between."""
    column = "#{cursor_x}" if what.enter and what.text else ""
    keep = f"set-option -p {target} -F {OPTION} {quoted(kept)}"
    return [
        f"{_keep(target, what.known)} {{ {keep} }}" if what.known else keep,
        f"set-option -p {target} -F {_PROMPT} '{column}'",
    ]


def _keep(target: str, known: Kept) -> str:
    keep = f"set-option -p {target} {OPTION} {quoted(known.text)}"
    return f"if-shell -F {target} {quoted(_at(known.place))} {{ {keep} }}"


def _paste(server: Server, pane: str, buffer: str) -> str:
    return f"paste-buffer -d -r {'-S ' if rewrites_pastes(server.version) else ''}-b {buffer} -t '{pane}'"


def _pressed(target: str, key: str) -> str:
    """3.5 and newer tell whether the program has asked for extended keys, and have a code that people choose; in older
    ones theirs is the same as ours, and nobody is told.
    """
    press = f"send-keys {target} -- {quoted(key)}"
    code = keys.extended(key)
    if not code:
        return press
    write = f"send-keys {target} -H {' '.join(f'{byte:x}' for byte in code.encode())}"
    return f"if-shell -F {target} '#{{m:Ext*,#{{pane_key_mode}}}}' {{ {press} }} {{ {write} }}"


def _enter(server: Server, pane: str, buffer: str, token: str = "", look: str = "", known: Kept | None = None) -> str:
    press = f'set-buffer -b {buffer} "\\r" ; {_paste(server, pane, buffer)}'
    if not token:
        return press
    due = both(equal("pane_id", pane), equal(_ENTER, token))
    press = f"{_look(pane, look)} ; {press}" if look else press
    target = f"-t '{pane}'"
    press = f"{_keep(target, known)} ; {press}" if known else press
    return f"if-shell -F {target} {quoted(due)} {{ set-option -p -u {target} {_ENTER} ; {press} }}"


def _look(pane: str, token: str) -> str:
    """As commands of their own: to a client that is gone they fail, and what comes behind them is done all the same."""
    commands = " ; ".join(" ".join(map(quoted, words)) for words in screen.reading(pane, token, ABOVE))
    return f"if-shell -F 1 {{ {commands} }}"
