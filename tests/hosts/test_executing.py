"""exec on another host: exact bytes and the command's own code, each line typed once, and nothing left there."""

from __future__ import annotations

import base64
import glob
import os
from typing import TYPE_CHECKING

import pytest

from tests.support.far_host import FarHost
from tests.support.server import Home
from tests.support.wait import stays, until
from viewsync.context import Context
from viewsync.hosts import executing, reaching
from viewsync.hosts.rules import far_commands, far_shells
from viewsync.panes.executing import ExecOptions
from viewsync.registry.targets import TargetArgs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import Done, Server


class There:
    """A host with a session of each shell."""

    def __init__(self) -> None:
        self.home = Home()
        self.far = FarHost(self.home).start()
        self.server: Server = self.far.server("-s", "bash", "env", "PS1=$ ", "bash", "--norc")
        for name, words in (("dash", ("env", "PS1=$ ", "dash")), ("zsh", ("zsh", "-f")), ("cat", ("env", "cat"))):
            self.server.tmux("new-session", "-d", "-s", name, *words)

    def execute(self, name: str, *words: str) -> Done:
        return self.home.viewsync("exec", "-s", f"far:{name}", "-T", "300", *words)

    def again(self, name: str) -> None:
        """A shell that is as new, whatever a test has made of it."""
        self.server.tmux("respawn-pane", "-k", "-t", f"={name}:")

    def close(self) -> None:
        self.far.remove([self.server])
        self.home.remove()


def folders() -> list[str]:
    """Those of exec on hosts, of this user and of whichever test: each test ends with none of its own."""
    return glob.glob("/tmp/viewsync-exec-*")


@pytest.fixture(scope="module")
def there() -> Iterator[There]:
    found = There()
    yield found
    found.close()


@pytest.fixture(autouse=True)
def nothing_is_left(there: There) -> Iterator[None]:
    before = set(folders())
    yield
    until(lambda: not set(folders()) - before, "the end of its folder")


@pytest.mark.parametrize("shell", ["bash", "dash", "zsh"])
def test_the_output_is_exact_and_the_code_its_own(there: There, shell: str) -> None:
    done = there.execute(shell, "--json", "--", "printf 'a\\0b\\377'; echo é >&2; cd /usr; X=1; (exit 3)")
    assert done.code == 3, done
    fields = done.json()
    assert base64.b64decode(fields["output_base64"]) == b"a\0b\xff" + "é\n".encode()
    assert (fields["outcome"], fields["session"], fields["complete"]) == ("done", shell, True)
    done = there.execute(shell, "--", 'pwd; echo "$X"; exit 4')
    assert (done.code, done.out) == (4, "/usr\n1\n"), done


def test_much_output_of_a_long_command(there: There) -> None:
    text = "".join(f"{number:07d}\n" for number in range(30_000))
    done = there.home.viewsync(
        "exec", "--host", "far", "-t", "bash:0.0", "-T", "60", "--file", "-", stdin=f"cat <<'end'\n{text}end\n"
    )
    assert (done.code, done.out == text) == (0, True), done.err


@pytest.mark.parametrize(
    ("typed", "said", "shown"),
    [
        ("sleep 1000", "far:bash is busy: sleep runs in it", ""),
        ("read -p 'answer? ' -r line", "far:bash is busy: bash waits for something else than a command", "answer?"),
        ("echo 'open", "far:bash is busy: bash waits for the rest of a command (its prompt is '>')", ">"),
    ],
)
def test_a_shell_that_does_not_wait_for_a_command_gets_none(there: There, typed: str, said: str, shown: str) -> None:
    there.server.tmux("send-keys", "-t", "=bash:", typed, "Enter")

    def at_it() -> bool:
        if not shown:
            return there.server.show("=bash:", "#{pane_current_command}") == "sleep"
        return there.server.tmux("capture-pane", "-p", "-t", "=bash:").rstrip().split("\n")[-1] == shown

    until(at_it, "what was typed to be done")
    try:
        done = there.home.viewsync("exec", "-s", "far:bash", "-T", "5", "--", "echo no")
        assert (done.code, said in done.err) == (125, True), done
    finally:
        there.again("bash")


def test_what_is_no_shell_gets_nothing(there: There) -> None:
    done = there.execute("cat", "--", "echo no")
    assert (done.code, "far:cat runs cat, which is not a shell that exec knows on other hosts" in done.err) == (
        125,
        True,
    ), done
    assert there.server.tmux("capture-pane", "-p", "-t", "=cat:").strip() == ""


@pytest.mark.parametrize(
    ("command", "options", "code", "outcome"),
    [
        ("echo first; sleep 1000", ("--stop", "^fir"), 121, "stopped"),
        ("echo first; sleep 1000", ("--idle", "15s"), 124, "idle"),
        ("echo first; kill -INT $$; sleep 1000", (), 130, "interrupted"),
        ("echo first; kill -KILL $$", (), 125, "ended"),
    ],
)
def test_how_it_ends_without_a_code(
    there: There, command: str, options: tuple[str, ...], code: int, outcome: str
) -> None:
    there.server.tmux("set-option", "-w", "-t", "=dash:", "remain-on-exit", "on")
    try:
        done = there.execute("dash", *options, "--json", "--", command)
        assert done.code == code, done
        assert (done.json()["outcome"], done.json()["output"]) == (outcome, "first\n")
        if outcome in ("stopped", "idle"):
            until(lambda: there.server.show("=dash:", "#{pane_current_command}") == "sleep", "what goes on")
    finally:
        there.again("dash")


def test_a_connection_that_breaks_in_the_middle_ends_no_command_and_types_none_again(there: There) -> None:
    path = os.path.join(there.far.home.path, "counted")
    go = os.path.join(there.far.home.path, "go")
    command = f"echo once >>{path}; echo first; until [ -e {go} ]; do sleep 0.1; done; echo over >>{path}"
    tab = there.home.tab("exec", "-s", "far:bash", "--", command)
    try:
        until(lambda: "first" in tab.text(), "its output", timeout=240)
        there.far.cut()
        assert tab.wait() == 125, tab.text()
        said = " ".join(tab.text().split())
        assert "the connection to far broke: the command goes on in far:bash, and its exit code is not known" in said
    finally:
        there.far.stop()
        there.far.start()
        with open(go, "w", encoding="utf-8"):
            pass

    def lines() -> list[str]:
        with open(path, encoding="utf-8") as file:
            return file.read().split()

    until(lambda: "over" in lines(), "its end")
    assert stays(lines) == ["once", "over"]


@pytest.mark.parametrize("typed", [True, False])
def test_a_connection_that_breaks_at_the_typing_types_once_or_never(there: There, typed: bool) -> None:
    """Only that one call's breaks, and the host says whether the shell has read the line."""
    given = os.path.join(there.far.home.path, "given")
    path = os.path.join(there.far.home.path, f"typed-{typed}")
    run = f'sh -c "$SSH_ORIGINAL_COMMAND" <{given}.$$'
    broken = f"{run} >/dev/null; exit 255" if typed else "exit 255"
    login = (
        f"cat >{given}.$$; if grep -q paste-buffer {given}.$$; then {broken}; fi; {run}; e=$?; rm {given}.$$; exit $e"
    )
    there.far.login("sh", before=login)
    try:
        done = there.home.viewsync("exec", "-s", "far:zsh", "-T", "300", "--", f"echo once >>{path}")
    finally:
        there.far.login("sh")
    if typed:
        assert done.code == 0, done
        with open(path, encoding="utf-8") as file:
            assert file.read() == "once\n"
    else:
        assert (done.code, "did not run the command" in done.err) == (123, True), done
        assert stays(lambda: os.path.exists(path)) is False


def test_a_program_that_begins_before_the_line_is_typed_gets_none_of_it(there: There) -> None:
    """Somebody starts it there while the connection carries the line."""
    given = os.path.join(there.far.home.path, "begins")
    begins = (
        "tmux send-keys -t =bash: cat Enter; "
        "until [ \"$(tmux display-message -p -t =bash: '#{pane_current_command}')\" = cat ]; do sleep 0.05; done"
    )
    run = f'sh -c "$SSH_ORIGINAL_COMMAND" <{given}.$$'
    login = (
        f"cat >{given}.$$; if grep -q paste-buffer {given}.$$; then {begins}; fi; {run}; e=$?; rm {given}.$$; exit $e"
    )
    there.far.login("sh", before=login)
    try:
        done = there.execute("bash", "--", "echo no")
        assert (done.code, "it is busy with another program" in done.err) == (125, True), done
        assert "viewsync-exec" not in there.server.tmux("capture-pane", "-p", "-t", "=bash:").rpartition("cat")[2]
    finally:
        there.far.login("sh")
        there.again("bash")


def test_a_host_without_proc_is_asked_by_ps(there: There, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose columns may be wider than a number: with those below 10000 they are here, too."""
    wide = "ps() { command ps \"$@\" | sed 's/^/     /'; }\n"
    for module, name in ((far_shells, "_LOOKS"), (far_commands, "_TEXT")):
        monkeypatch.setattr(module, name, wide + getattr(module, name).replace("/proc/", "/none/"))
    ctx = reaching.context(Context(there.home.env), "far")
    asked = TargetArgs(target="bash:", far=reaching.socket("far", "", ""))
    got: list[bytes] = []
    for command, kind in (("echo one; (exit 3)", "done"), ("echo two; kill -INT $$; sleep 1000", "interrupted")):
        ran = executing.execute(ctx, asked, command, 300.0, got.append, ExecOptions())
        assert ran.kind == kind, ran
    assert b"".join(got) == b"one\ntwo\n"


def test_a_session_that_is_not_there(there: There) -> None:
    done = there.execute("nope", "--", "echo no")
    assert (done.code, "`viewsync list --host far` shows what is there" in done.err) == (125, True), done


def test_a_host_that_is_not_there(there: There) -> None:
    there.far.stop()
    try:
        done = there.execute("bash", "--json", "--", "echo no")
        assert (done.code, done.json()["error"]["kind"]) == (125, "unreachable")
    finally:
        there.far.start()
