"""What another host's sh does for one command of exec: it makes the command's folder there, tells what comes back, and
takes the folder away at the end, also where nobody listens any more.

All goes to its output, on which lines and counted bytes (`d N`, and N bytes) follow each other: of that alone ssh tells
the other side that its reader is gone. A line is said twice a second at least, so that the end is noticed.
"""

from __future__ import annotations

import shlex

from viewsync.hosts.rules import far_shells
from viewsync.panes.rules import exec_script
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.panes.rules.exec_script import Scripts

# Its lines.
READY = "ready"  # the folder is there
BEGUN = "begun"
CODES = "codes"  # and the names of the files that have it
DRAINED = "drained"
LOST = "lost"
GONE = "gone"  # the shell has ended
BACK = "back"  # it is at its prompt again, and no code came
NOT_TAKEN = "not-taken"
DATA = "d"

PATH = "/usr/bin:/bin:/usr/local/bin:/run/current-system/sw/bin"

# t, e, h, b, m: milliseconds, about. b: for how long it has looked as if the shell were at its prompt again.
_TEXT = """\
umask 077
trap '' PIPE
d=@FOLDER@ l=@SHELL@
gone() {
i=0
while [ -e "$d" ] && [ $i -lt 20 ]; do rm -rf "$d" 2>/dev/null; [ -e "$d" ] && nap; i=$((i+1)); done
}
keeper() {
[ -e "$d/drained" ] && return
k=; read -r k <"$d/keeper" || return
if [ -r "/proc/$k/cmdline" ]; then w=$(tr '\\0' ' ' <"/proc/$k/cmdline"); else w=$(ps -o args= -p "$k"); fi
case $w in *"of=$d/out"*) kill "$k";; esac
} 2>/dev/null
nap() { sleep 0.05 2>/dev/null || sleep 1; }
coded() { for f in "$d"/code.*; do [ -e "$f" ] && return; done; return 1; }
bye() {
if ! [ -s "$d/begun" ]; then rm -f "$d/run"; for i in 1 2 3 4 5 6; do [ -s "$d/begun" ] || nap; done; fi
if ! [ -s "$d/begun" ] || [ -e "$d/lost" ] || coded; then keeper; gone; exit 0; fi
: >"$d/left"
keeper
if [ -e "$d/over" ] || [ -e "$d/lost" ]; then gone; fi
exit 0
}
say() { echo "$@" 2>/dev/null || bye; h=0; }
trap bye HUP INT TERM
mkdir "$d" || exit 1
if cat >"$d/command" && [ "$(($(wc -c <"$d/command")))" -eq @SIZE@ ]@FILES@ &&
: >"$d/out" && mkfifo "$d/pipe" && echo $$ >"$d/maker"; then :; else gone; exit 1; fi
exec 3<"$d/out"
shell() {
if ! IFS= read -r s <"/proc/$l/stat"; then
if [ -d /proc/self ]; then [ -d "/proc/$l" ]; return; fi
set -- $(ps -o stat= -o tpgid= -o time= -p "$l")
case $1 in '') kill -0 "$l"; return;; Z*) return 1;; [SI]*) [ "$2" = "$l" ] && at="$*";; esac
return 0
fi
set -- ${s##*) }
[ -z "$f0" ] && f0=${20}
case $1 in Z|X) return 1;; esac
[ "$f0" = "${20}" ] || return 1
w=; read -r w <"/proc/$l/wchan"
case ${w%%.*} in @WORK@) return 0;; esac
c=; read -r c <"/proc/$l/task/$l/children"
[ "$1 $3 $6" = "S $l $l" ] && at="$*"
for k in $c; do
IFS= read -r s <"/proc/$k/stat" || continue
set -- ${s##*) }
[ "$3" = "$l" ] && at=
done
return 0
} 2>/dev/null
free() {
[ -e "$d/drained" ] || { [ -e "/proc/$l/fd/1" ] && ! [ "/proc/$l/fd/1" -ef "$d/pipe" ]; }
}
n0=0 h=0 t=0 e=0 b=0 m=0 f0= at= last= codes= begun= drained= lost= gone= back=
shell
say @READY@
while :; do
fin=; [ -e "$d/drained" ] && fin=1
c=; for f in "$d"/code.*; do [ -e "$f" ] && c="$c ${f##*/}"; done
if [ -z "$begun" ] && [ -s "$d/begun" ]; then begun=1; say @BEGUN@; fi
n=$(($(wc -c <"$d/out")-n0))
if [ "$n" -gt 0 ]; then
say d $n
{ if [ $((n/65536)) -gt 0 ]; then dd bs=65536 count=$((n/65536)) <&3; fi
if [ $((n%65536)) -gt 0 ]; then dd bs=$((n%65536)) count=1 <&3; fi; } 2>/dev/null || bye
n0=$((n0+n)) e=0 b=0
fi
if [ "$c" != "$codes" ]; then codes=$c; say "@CODES@$c"; fi
if [ "$fin" ] && [ -z "$drained" ]; then drained=1; say @DRAINED@; fi
if [ "$fin" ] && [ "$c" ]; then gone; exit 0; fi
if [ -z "$lost" ] && [ -e "$d/lost" ]; then lost=1; say @LOST@; fi
last=$at at=
if [ -z "$gone" ] && ! shell; then gone=1; say @GONE@; fi
if [ "$begun" ] && [ -z "$c" ] && [ "$at" ] && [ "$at" = "$last" ] && free; then b=$((b+m)); else b=0; fi
if [ $b -gt 1000 ] && [ -z "$back" ]; then back=1; say @BACK@; fi
if [ -z "$begun" ] && [ $t -gt @TAKES@ ]; then
rm -f "$d/run"
for i in 1 2 3 4 5 6; do [ -s "$d/begun" ] || nap; done
if ! [ -s "$d/begun" ]; then gone; say @NOTTAKEN@; exit 0; fi
fi
m=1000
if [ $e -lt 1000 ] && sleep 0.02 2>/dev/null; then m=20
elif sleep 0.1 2>/dev/null; then m=100; else sleep 1; fi
t=$((t+m)) e=$((e+m)) h=$((h+m))
if [ $h -ge 500 ]; then say .; fi
done
"""


class Command(NamedTuple):
    folder: str
    shell: int  # its pid
    size: int  # bytes of what is read from the input, exec_script.COMMAND
    takes: float  # seconds in which the shell has to read the line


def text(command: Command, scripts: Scripts) -> str:
    """For sh, whose input is the file that the shell reads: less than all of it is not run."""
    files = {exec_script.RELAY: scripts.relay, exec_script.END: scripts.end, exec_script.RUN: scripts.run}
    writes = "".join(f' && printf %s {shlex.quote(one)} >"$d/{name}"' for name, one in files.items())
    values = {
        "@FOLDER@": shlex.quote(command.folder),
        "@SHELL@": str(command.shell),
        "@SIZE@": str(command.size),
        "@TAKES@": str(round(command.takes * 1000)),
        "@WORK@": "|".join(far_shells.AT_WORK),
        "@READY@": READY,
        "@BEGUN@": BEGUN,
        "@CODES@": CODES,
        "@DRAINED@": DRAINED,
        "@LOST@": LOST,
        "@GONE@": GONE,
        "@BACK@": BACK,
        "@NOTTAKEN@": NOT_TAKEN,
    }
    said = _TEXT
    for name, value in values.items():
        said = said.replace(name, value)
    return said.replace("@FILES@", writes)


class Told:
    """What came of its output, understood."""

    def __init__(self, mark: str) -> None:
        """`mark`: behind which it begins. A login shell may greet."""
        self.lines: set[str] = set()
        self.names: frozenset[str] = frozenset()  # of the files that have the code
        self.began = False
        self._mark = f"{mark}\n".encode()
        self._kept = b""
        self._bytes = 0  # that are still to come of a piece of output

    def take(self, raw: bytes) -> bytes:
        """What of it the command has written."""
        self._kept += raw
        if not self.began:
            before, self.began, rest = _parted(self._kept, self._mark)
            self._kept = rest if self.began else before
            if not self.began:
                return b""
        output = []
        while self._kept:
            if self._bytes:
                piece, self._kept = self._kept[: self._bytes], self._kept[self._bytes :]
                self._bytes -= len(piece)
                output.append(piece)
                continue
            line, whole, rest = _parted(self._kept, b"\n")
            if not whole:
                break
            self._kept = rest
            self._line(line.decode("utf-8", "replace"))
        return b"".join(output)

    def _line(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word == DATA and rest.isdecimal():
            self._bytes = int(rest)
            return
        if word == CODES:
            self.names = frozenset(rest.split())
        self.lines.add(word)


def _parted(data: bytes, by: bytes) -> tuple[bytes, bool, bytes]:
    before, found, after = data.partition(by)
    return before, bool(found), after
