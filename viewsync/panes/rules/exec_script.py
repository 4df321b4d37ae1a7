"""What a session's own shell is told, so that a command's exit code and its output alone come back: texts of sh.

The command stands in a file, so it is in no process list and in no history. Its output goes through a pipe to
tee(1), which shows it in the pane and keeps all of it; that runs in the pane, so nothing depends on viewsync's life.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from viewsync.text.shell_names import OF_SH

if TYPE_CHECKING:
    from collections.abc import Sequence

# The shells that read these texts. fish and csh do not.
SHELLS = OF_SH | {"busybox"}
# Names of the files in the folder of one command.
MAKER = "maker"  # who wants to know: "pid start_time"
COMMAND = "command"
RUN = "run"
PIPE = "pipe"
OUT = "out"
CODE = "code"  # the exit code and a newline, once the command is done
TEE = "tee"  # the pid of tee; gone again when it failed
LOST = "lost"  # the pipe, once tee has failed: another name takes no room on a disk that is full
DRAINED = "drained"  # there once the pipe has no writer any more and all of it is in `out`
LEFT = "left"  # there once nobody wants to know any more

_EDITING = SHELLS - {"dash"}  # these may edit their line
_FORGETFUL = frozenset(["sh", "dash", "ash", "busybox", "mksh"])
# Options of a shell that have a word behind them.
_VALUED = re.compile(r"--(rcfile|init-file)|[-+][A-Za-z]*[oO]")


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


def line(folder: str, shell: str) -> str:
    """What is typed in front of Enter.

    C-u puts aside what somebody has half typed, which would else become a part of this, and C-k what stood behind the
    cursor; C-y brings it back. Where C-k does nothing it is one more word, for nobody. The space keeps it out of
    histories that leave out lines which begin with one.
    """
    return f"\x15 . {shlex.quote(f'{folder}/{RUN}')}" + (" \x0b" if shell in _EDITING else "")


def text(folder: str, shell: str, maker: int) -> str:
    """The script that the shell reads. It sets no variable and leaves no job.

    `maker`: the pid of who wants to know. When it is gone, the folder is removed at the end.
    """
    parts = [_relay(folder, maker), _guarded(_block(folder, shell), shell), _rest(folder)]
    return "\n".join(parts) + "\n"


def _relay(folder: str, maker: int) -> str:
    """Shows and keeps what the pipe brings. In a subshell of a subshell, so that the shell tells of no job.

    Whoever has all that it wants ends tee when a program holds the pipe for longer: from then on the output is
    shown, and no file grows that nobody will read.
    """
    return f"""( (
trap '' INT QUIT TSTP TTOU
PATH=$PATH:/usr/bin:/bin
set +e
exec 3<{_in(folder, PIPE)}
tee {_in(folder, OUT)} <&3 &
echo $! >|{_in(folder, TEE)}
if wait $!; then : >|{_in(folder, DRAINED)}; else
mv {_in(folder, PIPE)} {_in(folder, LOST)}
rm -f {_in(folder, TEE)}
cat <&3
fi
if [ -e {_in(folder, LEFT)} ] || ! kill -0 {maker}; then rm -rf {shlex.quote(folder)}; fi
) 2>/dev/null & )"""


def _block(folder: str, shell: str) -> str:
    """The code is there before the pipe is closed, so a pipe that ended without one tells of a C-c.

    `command` keeps a syntax error from ending the whole script in dash and its kin; in zsh it means programs only.
    In the `if`, a `set -e` of the user's ends no shell. A `set -x` tells of the command alone.
    """
    source = "." if shell == "zsh" else "command ."
    code = _in(folder, CODE)
    return f"""{{
if {source} {_in(folder, COMMAND)} 2>&1; then echo 0 >|{code}; else echo $? >|{code}; fi
}} >{_in(folder, PIPE)} 2>/dev/null"""


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


def _rest(folder: str) -> str:
    """Half a second at most, so that the prompt comes behind the output."""
    return f"""( PATH=$PATH:/usr/bin:/bin
looks=0
while [ ! -e {_in(folder, DRAINED)} ] && [ -e {shlex.quote(folder)} ] && [ $looks -lt 50 ]; do
sleep 0.01
looks=$((looks + 1))
done
) 2>/dev/null || :"""


def _in(folder: str, name: str) -> str:
    return shlex.quote(f"{folder}/{name}")
