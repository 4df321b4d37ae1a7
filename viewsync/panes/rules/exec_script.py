"""What a session's own shell is told, so that a command's exit code and its output alone come back.

The command stands in a file, so it is in no process list and in no history. Its output goes through a pipe to a relay
that runs in the pane, so nothing depends on viewsync's life: tee(1) shows it there, and dd(1) behind it keeps it. dd
can be ended without a loss in the pane, when nobody wants to know any more and a program still holds the pipe.

The shell itself does as little as it can, in words that a user's functions, aliases and options do not change; the rest
is done by a /bin/sh of its own, without the user's environment. A code is in the name of an empty file: to make that
takes a redirection and no command.
"""

from __future__ import annotations

import shlex

from viewsync.light import re
from viewsync.text.shell_names import OF_SH
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

OF_ITS_OWN = OF_SH | {"busybox"}  # their own output is the command's while it runs
_CSH = frozenset(["csh", "tcsh"])
SHELLS = OF_ITS_OWN | _CSH | {"fish"}
# Names of the files in the folder of one command.
MAKER = "maker"  # who wants to know: "pid start_time place"
COMMAND = "command"
RUN = "run"  # what the session's shell reads
RELAY = "relay"  # what /bin/sh reads: it shows and keeps
END = "end"  # what /bin/sh reads behind the command
PIPE = "pipe"
OUT = "out"
CODE = "code."  # and the exit code behind it, once the command is done
BEGUN = "begun"  # the pid of the relay
KEEPER = "keeper"  # the pid of dd
TORN = "torn"  # there once tee was ended by a signal
LOST = "lost"  # the pipe, once the output cannot be kept: another name takes no room on a disk that is full
DRAINED = "drained"  # there once the pipe has no writer any more and all of it is in `out`
OVER = "over"  # there once nobody reads the pipe any more
LEFT = "left"  # there once nobody wants to know any more

_EDITING = SHELLS - {"dash"}  # these may edit their line
_FORGETFUL = frozenset(["sh", "dash", "ash", "busybox", "mksh"])
_KSH93 = frozenset(["ksh", "ksh93"])
_ALIASING = _FORGETFUL | _KSH93  # an `exit` of these is no function
# Options of a shell that have a word behind them.
_VALUED = re.compile(r"--(rcfile|init-file|init-command)|[-+][A-Za-z]*[oO]")
_EXIT = "_viewsync_exit"  # a function
_CODE = re.compile(re.escape(CODE) + "(-?[0-9]+)")
_MARK = b"\1\2\3\6"  # terminals show nothing for these, and do nothing


class Scripts(NamedTuple):
    command: str
    run: str
    relay: str
    end: str


def is_interactive(words: Sequence[str]) -> bool:
    """Whether a shell that was started with these words reads what is typed, and not a script."""
    rest = list(words[2:] if words and words[0].rpartition("/")[2] == "busybox" else words[1:])
    while rest and rest[0][:1] in "-+" and rest[0] not in ("", "-", "--"):
        option = rest.pop(0)
        if option == "-s" or (option[0] == "-" and option[:2] != "--" and "i" in option):
            return True
        if option[0] == "-" and option[:2] != "--" and "c" in option:
            return False
        if _VALUED.fullmatch(option) and rest:
            rest.pop(0)
    return not [word for word in rest if word not in ("-", "--")]


def line(folder: str, shell: str, *, edits: bool) -> str:
    """What is typed in front of Enter. `edits`: the shell reads key by key.

    C-u puts aside what somebody has half typed, which would else become a part of this, and C-k what stood behind the
    cursor; C-y brings it back. Where C-k does nothing it is one more word, for nobody. The `i` that goes again leaves
    vi's command mode. The space keeps it out of histories that leave out lines which begin with one.
    """
    source = {"fish": "builtin source", "csh": "source", "tcsh": "source"}.get(shell, "\\.")
    begin = "\x15i\x7f" if edits else "\x15"
    return f"{begin} {source} {_quoted(f'{folder}/{RUN}', shell)}" + (" \x0b" if shell in _EDITING else "")


def mark(noise: bytes) -> bytes:
    """What stands in the output behind the command's own, and is no part of it: four bytes for each of the noise."""
    return bytes(_MARK[byte >> shift & 3] for byte in noise for shift in (0, 2, 4, 6))


def exit_code(names: Iterable[str]) -> int | None:
    """Of the files in the folder. A shell keeps the last eight bits, ksh93 tells a signal by a ninth."""
    number = max((int(found[1]) for found in map(_CODE.fullmatch, names) if found), default=None)
    if number is None:
        return None
    return 128 + number - 256 if 256 < number < 256 + 128 else number & 0xFF


def scripts(
    folder: str, shell: str, command: str, maker: int | str, path: str, end_mark: bytes, *, subshell: bool = False
) -> Scripts:
    """They set no variable and leave no job.

    `maker`: the pid of who wants to know, or what sh finds it by. When it is gone, the folder is removed at the end.
    `path`: where the programs of the relay are.
    """
    clean = f"/usr/bin/env -i PATH={_quoted(path, shell)} /bin/sh"
    run = (
        _fish(folder, clean)
        if shell == "fish"
        else _csh(folder, clean, subshell)
        if shell in _CSH
        else _sh(folder, shell, clean, subshell)
    )
    if shell in _KSH93:
        # It cuts the code of a file that is read to eight bits, and so hides a signal. With a DEBUG trap, a second
        # redirection has 0 for `$?`, so there is one only where a trace would tell of the first, and no such trap is.
        run_it = f"\\command eval {shlex.quote(command)}"
        code = f"case . in esac >|{_in(folder, CODE)}$?"
        command = f"""case $-:$(\\command trap -p DEBUG) in
*x*:) {run_it}
{{ {code}; }} 2>/dev/null ;;
*) {run_it}
{code} ;;
esac"""
    return Scripts(f"{command}\n", f"{run}\n", _relay(folder, maker), _end(folder, end_mark))


def _relay(folder: str, maker: int | str) -> str:
    """Comes back at once. tee writes to dd first: a terminal that stands still keeps nothing back that was read. While
    the folder is removed, the shell may write the code into it. Where nobody wants the output any more, dd is ended,
    and nothing is lost by that: the shell may not have opened the pipe yet.
    """
    return f"""(
trap '' INT QUIT TSTP TTOU PIPE
{{
tee /dev/tty <{_in(folder, PIPE)}
if [ $? -gt 128 ]; then : >{_in(folder, TORN)}; fi
: >{_in(folder, OVER)}
if [ -e {_in(folder, LEFT)} ] || ! kill -0 {maker}; then
for again in 1 2 3; do rm -rf {shlex.quote(folder)} && break; sleep 0.2; done
fi
}} | {{
exec 3<&0 </dev/null
dd bs=65536 of={_in(folder, OUT)} <&3 &
exec 3<&-
echo $! >{_in(folder, KEEPER)}
if [ -e {_in(folder, LEFT)} ]; then kill $!; fi
if wait $! && [ ! -e {_in(folder, TORN)} ]; then : >{_in(folder, DRAINED)}
elif [ ! -e {_in(folder, LEFT)} ]; then mv {_in(folder, PIPE)} {_in(folder, LOST)}; fi
}}
) </dev/null >/dev/null 2>&1 &
echo $! >{_in(folder, BEGUN)}
"""


def _end(folder: str, end_mark: bytes) -> str:
    """With a code, where the shell does not write that down itself. Half a second at most, so that the prompt comes
    behind the output. The pipe may have no reader any more; or its writer is the shell itself (`now`), and it is not
    over before the prompt: then the mark comes twice. What tee reads behind the first one it has after that was shown.
    """
    octal = "".join(f"\\{byte:03o}" for byte in end_mark)
    return f"""if [ "$1" ]; then : >{_in(folder, CODE)}"$1"; fi
mark() {{ printf '{octal}'; }}
over() {{
if [ "$1" ]; then [ "$(tail -c $(($1 * {len(end_mark)})) {_in(folder, OUT)})" = "$2" ]
else [ -e {_in(folder, DRAINED)} ]; fi
}}
await() {{
until over "$@" || [ ! -e {_in(folder, PIPE)} ] || [ $looks -ge 50 ]; do
sleep 0.01
looks=$((looks + 1))
done
}}
looks=0
mark 1<>{_in(folder, PIPE)}
if [ "$2" ]; then
await 1 "$(mark)"
mark 1<>{_in(folder, PIPE)}
await 2 "$(mark; mark)"
else await; fi
"""


def _sh(folder: str, shell: str, clean: str, subshell: bool) -> str:
    """In the `if`, a `set -e` of the user's ends no shell (bash forgets it behind `builtin`). A `set -x` tells of the
    command alone.

    `command` keeps a syntax error from ending the whole script in dash and its kin; in zsh it means programs only.
    """
    source = f"\\{'builtin' if shell == 'zsh' else 'command'} . {_in(folder, COMMAND)}"
    source = f"( {source} )" if subshell else source
    code = _in(folder, CODE)
    own, undone = ("", "") if subshell else _own_exit(folder, shell, clean)
    block = f"""if {source} >{_in(folder, PIPE)} 2>&1
then case . in esac >|{code}0
else case . in esac >|{code}"$?"
fi"""
    return f"""{{
if {clean} {_in(folder, RELAY)}; then
{own}{_guarded(block, shell)}
{undone}{clean} {_in(folder, END)} || :
else case . in esac >|{_in(folder, LOST)}
fi
}} 2>/dev/null"""


def _own_exit(folder: str, shell: str, clean: str) -> tuple[str, str]:
    """An `exit` of the command ends the command: it notes the code, and goes back to the prompt as a C-c does. What is
    done before the command, and behind it.

    Not that of a subshell, and not one of the user's own. What a C-c leaves of it ends the shell as ever. Where no
    function can have that name it is an alias, which what was defined before does not see.
    """
    alias = (
        "\\alias exit >/dev/null 2>&1",
        f"\\command -v {_EXIT} >/dev/null 2>&1",
        f"\\alias exit={_EXIT}",
        f"\\unalias exit; \\unset -f {_EXIT}",
    )
    if shell in _ALIASING:
        return _exits(folder, shell, clean, *alias)
    listed = f"\\builtin {'functions' if shell == 'zsh' else 'declare -F'}"
    function = _exits(
        folder,
        shell,
        clean,
        f"{listed} exit >/dev/null",
        f"{listed} {_EXIT} >/dev/null",
        f'function exit {{ {_EXIT} "$@"; }}',
        f"\\builtin unset -f exit {_EXIT}",
    )
    if shell == "zsh":
        return function
    either = "if [[ -o posix ]]; then {}else {}fi\n".format
    return tuple(map(either, _exits(folder, shell, clean, *alias), function))  # type: ignore[return-value]


def _exits(folder: str, shell: str, clean: str, there: str, ours: str, define: str, undone: str) -> tuple[str, str]:
    """`there`: whether `exit` means something; `ours`: whether that is this, and was left by a C-c."""
    body = _exit_body(folder, shell, clean, undone)
    return (
        f"if {ours} || ! {there}; then\n{_EXIT}() {body}\n{define}\nfi\n",
        f"if {ours}; then {undone}; fi\n",
    )


def _exit_body(folder: str, shell: str, clean: str, undone: str) -> str:
    """In the condition of an `if`, whatever fails in it ends nothing."""
    begun, over = _in(folder, BEGUN), _in(folder, OVER)
    if shell in _ALIASING:
        running = f"[ -e {begun} ] && [ ! -e {over} ]"
        builtin, special = "\\command ", "\\"  # those that are special are found before a function
    else:
        running = f"[[ -e {begun} && ! -e {over} ]]"
        builtin = special = "\\builtin "
    itself = {
        "bash": '[[ $BASH_SUBSHELL = 0 && ${BASHPID-$$} = "$$" ]]',
        "zsh": "[[ $ZSH_SUBSHELL = 0 ]]",
    }.get(shell, '/bin/sh -c \'[ "$PPID" = "$0" ]\' "$$"')
    if shell in _KSH93:  # not each of its subshells is a process
        itself += " && [[ ${.sh.subshell} == 0 ]]"
    return f"""{{
if {{ {{
{special}set -- "${{1-$?}}"
case $1 in '' | *[!0-9-]*) {special}set -- 2;; esac
{running} && {itself} && {{
case . in esac >|{_in(folder, CODE)}"$1"
{undone}
{clean} {_in(folder, END)} '' now
{special}trap - INT
{builtin}kill -INT "$$"
}}
}} >/dev/null; }} 2>/dev/null; then :; fi
{special}exit "$1"
}}"""


def _guarded(block: str, shell: str) -> str:
    """dash and its kin forget in a file that is read that they are in an `if`: a `set -e` would end the shell.

    So there it is off meanwhile. That the command itself switches it off for good is then not seen.
    """
    if shell not in _FORGETFUL:
        return block
    return f"""case $- in
*e*) set +e
{block}
set -e ;;
*)
{block} ;;
esac"""


def _fish(folder: str, clean: str) -> str:
    def name(of: str) -> str:
        return _quoted(f"{folder}/{of}", "fish")

    run = f"""begin; builtin source {name(COMMAND)}; end >{name(PIPE)} 2>&1
{clean} {name(END)} $status 2>/dev/null"""
    return f"""if {clean} {name(RELAY)}
if builtin status is-interactive-job-control
builtin status job-control full
{run}
builtin status job-control interactive
else
{run}
end
end"""


def _csh(folder: str, clean: str, subshell: bool) -> str:
    def name(of: str) -> str:
        return _quoted(f"{folder}/{of}", "tcsh")

    source = f"source {name(COMMAND)}"
    return f"""{clean} {name(RELAY)}
{f"({source})" if subshell else source} >&! {name(PIPE)}
{clean} {name(END)} $status >& /dev/null"""


def _quoted(text: str, shell: str) -> str:
    """As one word of that shell."""
    if shell == "fish":
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return shlex.quote(text).replace("!", "\\!") if shell in _CSH else shlex.quote(text)


def _in(folder: str, name: str) -> str:
    return shlex.quote(f"{folder}/{name}")
