"""The one door to other programs: bounded, and true to the byte."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.server import ROOT, alive
from tests.support.wait import until
from viewsync.system import process, processes
from viewsync.tmux.server import Tmux, clean

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from tests.support.server import Home


def test_output_and_exit_code_come_back() -> None:
    done = process.run(["sh", "-c", "cat; echo oops >&2; exit 7"], timeout=60, stdin="caf\udce9 日本\r\n")
    assert done == (7, "caf\udce9 日本\r\n", "oops\n")


@pytest.mark.parametrize(
    "script",
    [
        "exec sleep 60",
        "trap '' TERM INT HUP; while :; do sleep 60; done",
        "sleep 60 & exec sleep 60",
    ],
)
def test_a_program_that_does_not_come_back_is_ended(script: str) -> None:
    start = time.monotonic()
    with pytest.raises(process.TimedOut, match=r"sh did not answer within 0\.2 s"):
        process.run(["sh", "-c", script], timeout=0.2)
    assert time.monotonic() - start < 20  # not the minute that it would have taken


@pytest.mark.parametrize(
    "script", ["exec yes", "exec yes >&2", "yes >&2 & exec yes", "trap '' PIPE; yes & yes >&2 & exec cat /dev/zero"]
)
def test_a_program_that_prints_without_end_is_ended_and_costs_no_more_than_its_bound(script: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(process.TooMuch, match=r"^sh printed more than 64 MB, and was ended$"):
        process.run(["sh", "-c", script], timeout=60)
    with pytest.raises(process.TooMuch, match="more than 1 MB"):
        process.run(["sh", "-c", script], timeout=60, most=2**20)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 3 * process.MOST / 1024


def test_what_is_large_and_ends_comes_whole() -> None:
    done = process.run(["sh", "-c", "head -c 5000000 /dev/zero; head -c 5000000 /dev/zero >&2"], timeout=60)
    assert (len(done.out), len(done.err)) == (5_000_000, 5_000_000)
    fits = process.run(["head", "-c", str(process.MOST), "/dev/zero"], timeout=60)
    assert len(fits.out) == process.MOST


def test_a_bound_of_ones_own_holds_to_the_byte_for_both_outputs_together() -> None:
    script = "head -c 1000 /dev/zero; head -c {} /dev/zero >&2"
    fits = process.run(["sh", "-c", script.format(2**20 - 1000)], timeout=60, most=2**20)
    assert len(fits.out) + len(fits.err) == 2**20
    with pytest.raises(process.TooMuch, match="more than 1 MB"):
        process.run(["sh", "-c", script.format(2**20 - 999)], timeout=60, most=2**20)


def test_what_comes_late_is_kept_for_the_next_wait() -> None:
    def longer() -> Generator[float, None, None]:
        yield from [0.05] * 1000

    script = "echo first; sleep 0.4; echo second; sleep 0.2; echo third >&2; exit 3"
    done = process.run(["sh", "-c", script], timeout=0.05, longer=longer)
    assert done == (3, "first\nsecond\n", "third\n")


ENDLESS = "#!/bin/sh\nexec yes\n"


@pytest.mark.parametrize(("name", "words"), [("tmux", "list"), ("git", "worktree list"), ("wezterm", "sweep")])
def test_an_answer_without_end_is_an_error_in_a_line(home: Home, name: str, words: str) -> None:
    """Each of the programs that verbs ask, in whose place something else is on the PATH."""
    folder = os.path.join(home.path, "bin")
    os.makedirs(folder)
    gui = os.path.join(home.path, ".local/share/wezterm", f"gui-sock-{os.getpid()}")
    os.makedirs(os.path.dirname(gui))
    with open(gui, "w", encoding="utf-8"), open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(ENDLESS)
    os.chmod(file.name, 0o755)  # noqa: S103  a program
    env = {"PATH": f"{folder}:{home.env['PATH']}", "VIEWSYNC_WEZTERM_TIMEOUT": "60", "VIEWSYNC_TMUX_TIMEOUT": "60"}
    if name == "tmux":
        home.viewsync("registry", "add", "a", os.path.join(home.path, "s"), "a:0.0")
        with contextlib.closing(listening(os.path.join(home.path, "s"))):
            done = home.viewsync(*words.split(), env=env)
    else:
        done = home.viewsync(*words.split(), env=env)
    assert "printed more than 64 MB" in done.out + done.err or name == "wezterm", done
    assert done.code not in (70, 130)
    assert "Traceback" not in done.err


def listening(path: str) -> socket.socket:
    """Somebody who never answers."""
    found = socket.socket(socket.AF_UNIX)
    found.bind(path)
    found.listen()
    return found


@pytest.mark.parametrize("tells", [True, False])
def test_who_ends_after_the_last_word_is_waited_for(monkeypatch: pytest.MonkeyPatch, *, tells: bool) -> None:
    """By the kernel, which wakes us once; where it cannot tell, by looking again and again."""
    looks = []
    real = os.waitpid

    def waitpid(pid: int, options: int) -> tuple[int, int]:
        looks.append(pid)
        return real(pid, options)

    monkeypatch.setattr(os, "waitpid", waitpid)
    if not tells:
        monkeypatch.delattr(os, "pidfd_open")
    done = process.run(["sh", "-c", "echo said; exec >&- 2>&-; sleep 0.2; exit 7"], timeout=20)
    assert (done.code, done.out) == (7, "said\n")
    assert (len(looks) <= 2) == tells


def test_a_stdin_that_nobody_reads_does_not_block() -> None:
    with pytest.raises(process.TimedOut):
        process.run(["sleep", "60"], timeout=0.2, stdin="x" * 1_000_000)


def test_a_program_that_waits_gets_all_of_its_input() -> None:
    argv = ["sh", "-c", "cat; echo oops >&2; exit 7"]
    text = "x" * process.Waiting.MOST
    assert process.run(argv, timeout=60, stdin=text, waiting=process.Waiting(argv, None)) == (7, text, "oops\n")
    gone = process.Waiting(["sh", "-c", "exec 0<&-; echo gone"], None)
    assert process.run(gone.argv, timeout=60, stdin="x", waiting=gone).out == "gone\n"
    assert gone.unread


@pytest.mark.parametrize("script", ["cat >read; echo end >>read", "exec sleep 60"])
def test_a_program_that_is_needed_no_more_gets_nothing(tmp_path: Path, script: str) -> None:
    waiting = process.Waiting(["sh", "-c", f"cd {tmp_path}; {script}"], None)
    waiting.leave()
    assert not alive(waiting._child.pid)
    assert "".join(path.read_text() for path in tmp_path.iterdir()) in ("", "end\n")  # it may be ended at any moment


@pytest.mark.parametrize("argv", [["/nonexistent"], ["/"], ["/etc/passwd"], ["echo", "a\0b"]])
def test_what_cannot_be_run_is_an_error_of_ours(argv: list[str]) -> None:
    with pytest.raises(process.NotStarted, match=f"cannot run {argv[0]}"):
        process.run(argv, timeout=60)


def test_a_process_is_alive_until_it_ended_reaped_or_not() -> None:
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    start = processes.start_time(child.pid)
    assert processes.alive(child.pid)
    assert processes.alive(child.pid, start)
    assert not processes.alive(child.pid, start + 5)
    assert child.stdin
    child.stdin.close()
    until(lambda: not alive(child.pid), "its end")
    assert not processes.alive(child.pid)  # nobody reaped it yet
    child.wait()
    assert not processes.alive(child.pid)
    assert not processes.alive(0)
    assert not processes.alive(-1)
    assert processes.alive(os.getpid())
    assert processes.alive(1)


def test_every_call_names_its_server_and_leaves_our_own_tmux_out() -> None:
    env = {"TMUX": "/other,1,0", "TMUX_PANE": "%3", "TMUX_TMPDIR": "/x", "HOME": "/h"}
    assert clean(env) == {"TMUX_TMPDIR": "/x", "HOME": "/h"}
    assert Tmux("/bin/tmux", 1.0, env).argv("/s", "ls", starts=True) == ["/bin/tmux", "-u", "-S", "/s", "ls"]


def test_a_program_is_found_where_the_system_would_find_it(tmp_path: Path) -> None:
    for name, mode in (("mine", 0o755), ("data", 0o644)):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(mode)
    (tmp_path / "folder").mkdir()
    env = {"PATH": f"/nonexistent:{tmp_path}"}
    assert process.which("mine", env) == process.which(str(tmp_path / "mine"), {}) == str(tmp_path / "mine")
    assert [process.which(program, env) for program in ("data", "folder", "none", "", "/nonexistent/mine")] == [""] * 5


_TOLD = """
import json, os, signal, sys
# Above 31 there are two that the C library keeps for itself.
ignored = [int(line.split()[1], 16) & 0x7fffffff for line in open("/proc/self/status") if line.startswith("SigIgn")]
print(json.dumps({
    "files": sorted(os.listdir("/proc/self/fd")),
    "ignored": ignored, "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
    "group": os.getpgid(0), "session": os.getsid(0), "folder": os.getcwd(),
    "env": sorted(os.environ.items()), "argv": sys.argv[1:], "read": sys.stdin.read(),
}))
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="looks at its files in /proc")
def test_a_program_finds_what_subprocess_would_have_given_it() -> None:
    """Also where whoever started us left files open for all."""
    argv = [sys.executable, "-I", "-c", _TOLD, "a b", "caf\udce9"]
    env = {"PATH": os.environ["PATH"], "ODD": "\udce9'\n", "EMPTY": ""}
    read, write = os.pipe()
    os.set_inheritable(write, True)
    try:
        done = process.run(argv, timeout=30, stdin="x" * 100_000, env=env)
        with tempfile.TemporaryFile() as given:
            given.write(b"x" * 100_000)
            given.seek(0)
            theirs = subprocess.run(argv, stdin=given, env=env, capture_output=True, check=True, text=True)
    finally:
        os.close(read)
        os.close(write)
    assert (json.loads(done.out), done.err) == (json.loads(theirs.stdout), theirs.stderr)


def test_inherited_files_beyond_the_limit_and_a_nameless_variable_stop_nothing() -> None:
    """As `ulimit -n 60` beside a file that the caller holds under a higher number, and `env =x viewsync`."""
    code = (
        "import fcntl, os, resource, sys; sys.path.insert(0, sys.argv[1]); from viewsync.system import process; "
        "number = fcntl.fcntl(0, fcntl.F_DUPFD, 90); resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60)); "
        "print(process.run(['sh', '-c', 'cat; test -e /proc/self/fd/90 || echo closed'], timeout=30, stdin='in'))"
    )
    argv = [sys.executable, "-I", "-c", code, ROOT]
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True, text=True)
    assert done.stdout == "Completed(code=0, out='inclosed\\n', err='')\n"
    assert process.run(["echo", "x"], timeout=30, env={"PATH": os.environ["PATH"], "": "x"}).out == "x\n"


def test_a_closed_standard_file_is_in_nobodys_way() -> None:
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); from viewsync.system import process; os.closerange(2, 3); "
        "os.close(0); "
        "print(process.run(['sh', '-c', 'cat; echo e >&2'], timeout=30, stdin='in'))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code, ROOT], stdout=subprocess.PIPE, check=True, text=True)
    assert done.stdout == "Completed(code=0, out='in', err='e\\n')\n"


def test_the_first_file_that_may_be_run_is_taken_in_the_programs_own_path(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("missing", "folder", "locked", "first", "second")]
    for folder in folders[1:]:
        folder.mkdir()
    (folders[1] / "tool").mkdir()
    for folder in folders[2:]:
        (folder / "tool").write_text(f"#!/bin/sh\necho {folder.name}\n")
        (folder / "tool").chmod(0o600 if folder.name == "locked" else 0o700)
    env = {"PATH": ":".join(map(str, folders))}
    assert process.run(["tool"], timeout=30, env=env).out == "first\n"
    for given, told in ((folders[:3], "Permission denied"), (folders[:1], "No such file or directory")):
        with pytest.raises(process.NotStarted, match=f"cannot run tool: {told}"):
            process.run(["tool"], timeout=30, env={"PATH": ":".join(map(str, given))})
        with pytest.raises(OSError, match=told):
            subprocess.run(["tool"], check=False, env={"PATH": ":".join(map(str, given))})
