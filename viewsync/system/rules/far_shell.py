"""What another host's shells are told. The login shell may be any; it gets words of which none means something to it,
and starts `sh`, which gets ours: bash, dash, zsh, fish, csh and tcsh were tried (tests/system/rules/test_far_shell.py).
"""

from __future__ import annotations

from viewsync.errors import UsageError
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_DECODES = 'exec sh -c \'eval "$(printf %b "$@")"\' sh'
_LONGEST = 800  # characters of one word: csh takes about a thousand
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./=:,@+- ")

# Where tmux is on hosts whose shells do not find it unless somebody logs in.
_FOLDERS = (
    '"$HOME/.local/bin"',
    '"$HOME/bin"',
    "/usr/local/bin",
    "/opt/homebrew/bin",
    "/home/linuxbrew/.linuxbrew/bin",
    "/opt/local/bin",
    '"$HOME/.nix-profile/bin"',
    "/run/current-system/sw/bin",
    "/snap/bin",
    "/usr/bin",
)
# tmux ends at once on a terminal that its host does not know; what most of them are like, each host does.
_KNOWN_TERMINAL = (
    'if command -v infocmp >/dev/null 2>&1&&! infocmp "$TERM" >/dev/null 2>&1;then export TERM=xterm-256color;fi;'
)
_LINE_END = "n=$(printf '\\nx');n=${n%x};"
# Exit codes that are not tmux's, which has 0 and 1.
NO_TMUX = 41
NOT_OURS = 42
NOT_READ = 43  # the login shell, or what it started, took some of the input, or not all of our script arrived


class Answer(NamedTuple):
    began: bool  # our script ran
    clock: str  # what time it was there, where that was asked
    out: str  # without what the login shell said before it; all of that where it did not
    err: str


def reads_script(mark: str) -> str:
    """What the login shell is told. The script is the first line of the input (`as_input`), and the rest is for what it
    becomes. `read` takes no byte too many, as POSIX has it; a shell that reads its script itself may (dash 0.5.12
    does), and tmux would miss what it took.

    A start-up file may read from the input, too, and a connection may break. What is left then is no script of ours:
    a line without our mark, or without its end, is not run.
    """
    return f'exec sh -c \'IFS= read -r l&&case $l in "{_head(mark)}"*)eval "${{l#*# }}";esac;exit {NOT_READ}\''


def as_input(mark: str, script: str, data: str) -> str:
    """A start-up file may also start another shell, which takes its input for commands: the first one ends it, in each
    shell that was tried, so that none of the data is run.
    """
    return f"{_head(mark)}{script}\n{data}"


def _head(mark: str) -> str:
    return f"exit {NOT_READ} # : {mark};"


def quoted(word: str) -> str:
    """A word for sh, in one line whatever is in it: $n is a line's end (`script` says so). UsageError for a NUL."""
    if "\0" in word:
        raise UsageError("no word of a command can hold a NUL byte", "leave it out")
    return "'" + word.replace("'", "'\\''").replace("\n", "'\"$n\"'") + "'"


def tmux_script(mark: str, server: str, words: Sequence[str], *, clock: bool = False) -> str:
    """The line that tells us that it runs, and then becomes tmux. `server`: a name as for -L, or an absolute path.
    `mark`: "" for one on a terminal, where somebody would see it. `clock`: it tells what time it is, too.

    tmux finds the folder of its sockets itself. A path is not looked at by it, so it is here.
    """
    mine, guard = _of_server(server)
    begin = _says(mark, clock=clock) if mark else _KNOWN_TERMINAL
    return f'{begin}{_finds(guard)}exec "$t" {" ".join(map(quoted, ["-u", *mine, *words]))}'


def looking_script(mark: str, server: str, text: str) -> str:
    """The line that runs a text for sh, in which `tm` is tmux on that server."""
    mine, guard = _of_server(server)
    asks = " ".join(map(quoted, ["-u", *mine]))
    return f'{_says(mark, clock=False)}{_finds(guard)}tm(){{ "$t" {asks} "$@";}};eval {quoted(text)};exit'


def tells_its_server(command: str) -> str:
    """What a tmux server has sh run (run-shell) to be told that command. It prints nothing and ends well: tmux would
    show the rest over somebody's pane.
    """
    return f'(s=${{TMUX%,*,*}};{_finds("")}exec "$t" -S "$s" if-shell -F 1 {quoted(command)})>/dev/null 2>&1||:'


def plain_script(mark: str, text: str) -> str:
    """The line that runs a text for sh, and asks no tmux."""
    return f"{_says(mark, clock=False)}{_LINE_END}eval {quoted(text)};exit"


def _of_server(server: str) -> tuple[list[str], str]:
    """The words that name it, and what sees to it that a path is a socket of that user's."""
    if not server.startswith("/"):
        return ["-L", server], ""
    path = quoted(server)
    guard = f"if [ -e {path} ]&&{{ ! [ -S {path} ]||! [ -O {path} ];}};then exit {NOT_OURS};fi;"
    return ["-S", server], guard


def _finds(guard: str) -> str:
    find = f'for d in {" ".join(_FOLDERS)};do [ -x "$d/tmux" ]&&break;d=;done;t=$d/tmux;[ "$d" ]||exit {NO_TMUX};'
    return f"unset TMUX TMUX_PANE;{_LINE_END}{guard}t=tmux;command -v tmux >/dev/null 2>&1||{{ {find}}};"


def file_script(mark: str, path: str) -> str:
    """What writes the input into a new file that nobody else can read."""
    return f"{_says(mark, clock=False)}umask 077;set -C;exec cat >{quoted(path)}"


def _says(mark: str, *, clock: bool) -> str:
    """To both of its outputs. `mark`: letters and digits."""
    return f"echo {mark}{' $(date +%s)' if clock else ''};echo {mark} >&2;"


def answer(mark: str, out: str, err: str) -> Answer:
    """What came behind the mark. A login shell may greet, and a host, too."""
    _, began, rest = out.partition(mark)
    _, told, problem = err.partition(f"{mark}\n")
    if not (began or told):
        return Answer(False, "", out, err)
    clock, _, rest = rest.partition("\n")
    return Answer(True, clock.strip(), rest, problem)


def command_line(script: str) -> str:
    """The same script as a command for a login shell, where the input is somebody's terminal."""
    words: list[str] = [""]
    for byte in script.encode("utf-8", "surrogateescape"):
        piece = chr(byte) if byte in _PLAIN else f"\\0{byte:03o}"
        if len(words[-1]) + len(piece) > _LONGEST:
            words.append("")
        words[-1] += piece
    return " ".join([_DECODES, *(f"'{word}'" for word in words)])
