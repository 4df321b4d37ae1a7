"""A tmux server of another host, asked by ssh: nothing but tmux has to be there. Readers need not know the difference.

Its sockets are called `HOST:NAME`, or `HOST:/PATH`, which is no path here: nobody looks for a server of theirs on this
machine. Process ids and terminals of that host are nobody's here, so tmux is not asked for them.
"""

from __future__ import annotations

import copy
import os
import time

from viewsync.errors import TmuxError, TmuxMissing, TmuxTimeout
from viewsync.light import contextlib
from viewsync.system import process
from viewsync.system.rules import far_shell, ssh_answers
from viewsync.system.ssh import ConnectionLost
from viewsync.tmux import messages, server
from viewsync.tmux.server import ServerGone, Tmux
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from viewsync.system.process import Watched
    from viewsync.system.rules.far_shell import Answer
    from viewsync.system.ssh import Ssh

_NOT_HERE = {"#{pane_pid}": "0", "#{client_pid}": "0", "#{pane_tty}": "", "#{client_tty}": ""}


class FarTmux(Tmux):
    far = True

    def __init__(self, local: Tmux, ssh: Ssh, host: str) -> None:
        self.__dict__.update(copy.copy(local).__dict__)
        self.host = host
        self.ssh = ssh
        self.ahead: float | None = None  # seconds that its clock is ahead of ours; None is not known
        self.asks_clock = False
        self._said = set()
        self._hung = {}

    def argv(self, socket: str, *words: str, starts: bool = False) -> list[str]:
        """What asks that server without any input."""
        del starts
        script = far_shell.tmux_script(_mark(), self._place(socket), _of_there(words))
        return self.ssh.argv(self.host, far_shell.command_line(script))

    def to_become(self, socket: str, words: Sequence[str]) -> list[str]:
        """What asks it as a client on our own terminal. It is connected by now."""
        script = far_shell.tmux_script("", self._place(socket), words)
        return self.ssh.argv(self.host, far_shell.command_line(script), terminal=True)

    def to_attach(self, socket: str, name: str) -> list[str]:
        return self.to_become(socket, ["attach-session", "-t", f"={name}"])

    def write(self, path: str, text: str) -> None:
        """A new file on that host, which nobody else there can read. TmuxError where that cannot be."""
        mark = _mark()
        done, answer = self._scripted(mark, far_shell.file_script(mark, path), text)
        if done.code:
            raise TmuxError(
                f"cannot write {path} on {self.host}: {answer.err.strip()}", "make room there, and try again"
            )

    def look(self, socket: str, text: str) -> str:
        """What a text for that host's sh prints, in which `tm` is tmux. It changes nothing there."""
        mark = _mark()
        return self._scripted(mark, far_shell.looking_script(mark, self._place(socket), text), "")[1].out

    def has_folder(self, socket: str, path: str) -> bool:
        return self.look(socket, f"[ -d {far_shell.quoted(path)} ]&&echo yes").strip() == "yes"

    @contextlib.contextmanager
    def watched(self, text: str, given: str) -> Iterator[tuple[Watched, str]]:
        """A text for that host's sh while it runs, and the mark on a line behind which its own output begins."""
        self.ssh.connect(self.host)
        mark = _mark()
        script = far_shell.as_input(mark, far_shell.plain_script(mark, text), given)
        try:
            with process.watched(
                self.ssh.argv(self.host, far_shell.reads_script(mark)), stdin=script, env=self.env
            ) as child:
                yield child, mark
        except process.NotStarted as error:
            raise TmuxError(error.message, error.hint or "install OpenSSH's client") from None

    def not_watched(self, code: int, mark: str, said: bytes) -> TmuxError:
        """Why such a text ended before it has told anything."""
        answer = far_shell.answer(mark, "", said.decode("utf-8", "surrogateescape"))
        if problem := self._problem(code, answer, ()):
            return problem
        why = answer.err.strip().rpartition("\n")[2] or f"exit code {code}"
        return TmuxError(f"cannot make a folder in /tmp on {self.host}: {why}", "make room there, and try again")

    def _scripted(self, mark: str, script: str, given: str) -> tuple[process.Completed, Answer]:
        self.ssh.connect(self.host)
        try:
            done = process.run(
                self.ssh.argv(self.host, far_shell.reads_script(mark)),
                timeout=self.timeout,
                stdin=far_shell.as_input(mark, script, given),
                env=self.env,
            )
        except process.TimedOut as error:
            raise ConnectionLost(f"{self.host}: {error.message}", "try again") from None
        except process.NotStarted as error:
            raise TmuxError(error.message, error.hint) from None
        answer = far_shell.answer(mark, done.out, done.err)
        if problem := self._problem(done.code, answer, ()):
            raise problem
        return done, answer

    def _place(self, socket: str) -> str:
        return socket.removeprefix(f"{self.host}:")

    def run(self, socket: str, *words: str, stdin: str = "", starts: bool = False) -> process.Completed:
        """As for a server of this host; Unreachable where the host did not get the question, ConnectionLost where it
        did not answer to the end.
        """
        del starts
        if words[0] == "load-buffer" and ";" in words:
            end = words.index(";")
            loaded = self._loaded(socket, words[:end], stdin)
            return loaded if loaded.code else self.run(socket, *words[end + 1 :])
        self.ssh.connect(self.host)
        bound = self._bound(socket)
        done = self._call(socket, words, stdin, bound)
        self._hung.pop(socket, None)
        if done.code and (gone := self._gone_there(socket, done.err, bound)):
            raise gone
        return self._undollared(socket, done) if "\\$" in done.out and "capture-pane" not in words else done

    def _loaded(self, socket: str, words: tuple[str, ...], text: str) -> process.Completed:
        """By itself: of a connection that breaks, tmux would take a part of the text for all of it, and go on."""
        try:
            return self.run(socket, *words, stdin=text)
        except TmuxTimeout:
            with contextlib.suppress(TmuxError):
                self.run(socket, "delete-buffer", "-b", words[words.index("-b") + 1])
            raise

    def _call(self, socket: str, words: tuple[str, ...], stdin: str, bound: float) -> process.Completed:
        mark = _mark()
        script = far_shell.tmux_script(mark, self._place(socket), _of_there(words), clock=self.asks_clock)
        soon = min(server.SOON, bound / 2)
        try:
            done = process.run(
                self.ssh.argv(self.host, far_shell.reads_script(mark)),
                timeout=soon,
                stdin=far_shell.as_input(mark, script, stdin),
                env=self.env,
                longer=lambda: self._wait(socket, soon, bound, server.BUSY),
                most=server.LARGEST_CAPTURE if "capture-pane" in words else process.MOST,
            )
        except process.TimedOut as error:
            raise server.no_answer(socket, words, error, f"{server.BUSY}, or its host cut off") from None
        except process.NotStarted as error:
            raise TmuxError(error.message, error.hint or "install OpenSSH's client") from None
        answer = far_shell.answer(mark, done.out, done.err)
        if problem := self._problem(done.code, answer, words):
            raise problem
        if answer.clock.isdecimal():
            self.ahead = int(answer.clock) - time.time()
        return process.Completed(done.code, answer.out, answer.err)

    def _problem(self, code: int, answer: Answer, words: tuple[str, ...]) -> TmuxError | None:
        """Why tmux has not answered, None where it has."""
        if code == ssh_answers.FAILED:
            if not answer.began:
                error = self.ssh.failed(self.host, answer.err)
                lost = isinstance(error, ConnectionLost)
                return type(error)(error.message, f"{error.hint}{server.left_open(words)}") if lost else error
            return ConnectionLost(
                f"the connection to {self.host} broke before the answer was complete",
                f"its sessions run on; try again{server.left_open(words)}",
            )
        if not answer.began and code == far_shell.NOT_READ:
            return TmuxError(
                f"the login shell on {self.host} took what was meant for tmux, so nothing was run there",
                "see that its start-up files there (.bashrc, .zshenv) read no input and start no other shell",
            )
        if not answer.began:
            last = (answer.err or answer.out).strip().rpartition("\n")[2][:200]
            told = f": {last}" if last else ""
            return TmuxError(
                f"the login shell on {self.host} did not run what it was asked (exit code {code}){told}",
                f"see that `{self.ssh.by_hand(self.host)} exec sh -c true` works",
            )
        if code == far_shell.NO_TMUX:
            return TmuxMissing(
                f"there is no tmux on {self.host}, neither on its PATH nor in the usual folders",
                f"install tmux there; `{self.ssh.by_hand(self.host)} tmux -V` is to find it",
            )
        if code == far_shell.NOT_OURS:
            return TmuxError(f"on {self.host} that is not a socket of yours, so no tmux command was sent to it")
        return None

    def _gone_there(self, socket: str, error: str, bound: float) -> TmuxError | None:
        """ServerGone where tmux itself says on that host that nobody listens there."""
        gone = ServerGone(f"no tmux server on {socket}", "start one there with `tmux`, or name it with -L or -S")
        if messages.no_server_there(error):
            return gone
        if not messages.hung_up(error):
            return None
        again = self._call(socket, ("display-message", "-p", "ok"), "", bound)
        if again.code and messages.no_server_there(again.err):
            return gone
        return TmuxError(f"the tmux server on {socket} ended the connection: {error.strip()}", "try again")


def socket(host: str, label: str, path: str) -> str:
    """What a server of that host is called here; its own default one without either."""
    return f"{host}:{path or label or 'default'}"


def _mark() -> str:
    return f"vs{os.urandom(8).hex()}"


def _of_there(words: tuple[str, ...]) -> list[str]:
    """Our own formats, without what means something on that host alone. What else people say is left as it is."""
    return [_blanked(word) if "\t" in word or word in _NOT_HERE else word for word in words]


def _blanked(word: str) -> str:
    for asked, instead in _NOT_HERE.items():
        word = word.replace(asked, instead)
    return word
