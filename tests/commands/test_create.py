"""viewsync create: which session is made, what is printed, and what is left when it fails."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.server import alive
from tests.support.sessions import create, note_pid, rows
from tests.support.wait import until
from viewsync.context import Context
from viewsync.errors import TmuxError
from viewsync.sessions import creating
from viewsync.system import processes
from viewsync.tmux.sessions import STARTER, StartedSession

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.server import Home, Server


def screen(server: Server, made: dict[str, str]) -> str:
    return server.tmux("capture-pane", "-p", "-t", made["pane_id"])


def test_it_prints_the_json_of_the_tool_and_registers_the_session(servers: Callable[..., Server], home: Home) -> None:
    server = servers()
    made = create(server, "web", "-w", "main")
    assert {key: made[key] for key in ("name", "socket", "target", "type", "window", "registered")} == {
        "name": "web",
        "socket": server.socket,
        "target": "web:0.0",
        "type": "shell",
        "window": "main",
        "registered": True,
    }
    assert made["attach"][-2:] == ["-t", "=web"]
    assert server.show(made["pane_id"], "#{session_id} #{window_name} #{pane_pid}") == (
        f"{made['session_id']} main {made['pid']}"
    )
    row = rows(home)["web"]
    assert {key: row[key] for key in ("socket", "target", "type", "pid")} == {
        "socket": server.socket,
        "target": "web:0.0",
        "type": "shell",
        "pid": made["pid"],
    }
    assert row["created_at"] == row["last_active"]
    assert "state" not in row


def test_python_has_the_basic_prompt_and_its_type(servers: Callable[..., Server]) -> None:
    server = servers()
    made = create(server, "py", "--python")
    assert made["type"] == "python-repl"
    until(lambda: ">>>" in screen(server, made), "the prompt")
    server.tmux("send-keys", "-t", made["pane_id"], "import os; print(os.environ['PYTHON_BASIC_REPL'] * 3)", "Enter")
    until(lambda: "\n111" in screen(server, made), "the variable")


def test_gdb_does_not_page(servers: Callable[..., Server]) -> None:
    server = servers()
    made = create(server, "bug", "--gdb")
    assert made["type"] == "debugger"
    until(lambda: "(gdb)" in screen(server, made), "the prompt")
    server.tmux("send-keys", "-t", made["pane_id"], "show pagination", "Enter")
    until(lambda: "pagination is off" in screen(server, made), "the answer")


def test_any_program_runs_with_its_words_variables_folder_and_size_as_they_are(
    servers: Callable[..., Server], home: Home
) -> None:
    server = servers()
    code = "import os, sys; print(sys.argv[1:], os.environ['A'], os.environ['B'], os.getcwd()); input()"
    words = ["$HOME", "a b", "--", ";", "x;", "#{pid}", "-t", "'\""]
    options = ["-e", "A=1=2", "-e", "B=x y;", "--cwd", home.path, "--size", "150x40"]
    made = create(server, "any", *options, "--", "python3", "-c", code, *words)
    assert made["type"] == "program"
    until(lambda: f"{words} 1=2 x y; {home.path}" in screen(server, made), "the words")
    assert server.show(made["pane_id"], "#{window_width}x#{window_height}") == "150x40"


def test_its_size_is_its_own_while_somebody_is_on_the_server(server: Server) -> None:
    """tmux 3.3 to 3.5a give a new session that of any client."""
    server.open("proj")
    for words, size in (((), "200x50"), (("--size", "150x40"), "150x40"), (("--size", "60x10"), "60x10")):
        made = create(server, "web", *words, "--", "cat")
        assert server.show(made["pane_id"], "#{window_width}x#{window_height}") == size
        assert not server.tmux("show-options", "-w", "-t", made["pane_id"], "window-size")  # follows who attaches
        server.tmux("kill-session", "-t", "=web")


@pytest.mark.parametrize(
    "conf", ["", "set -g base-index 3\nset -g history-limit 0\nset -g window-size manual\nset -g default-size 70x7\n"]
)
def test_as_many_lines_are_kept_as_were_asked_for(servers: Callable[..., Server], home: Home, conf: str) -> None:
    server = servers()
    with open(os.path.join(home.path, ".tmux.conf"), "w", encoding="ascii") as file:
        file.write(conf)
    made = create(
        server, "web", "--history-limit", "12345", "-w", "own", "-e", "A=1", "--", "sh", "-c", "seq $((A+98)); cat"
    )
    until(lambda: "99" in screen(server, made), "its lines")
    shape = "#{window_width}x#{window_height} #{history_limit} #{history_size} #{window_name} #{session_windows}"
    assert server.show(made["pane_id"], shape) == "200x50 12345 50 own 1"
    assert made["target"] == server.show(made["pane_id"], "#{session_name}:#{window_index}.#{pane_index}")
    server.tmux("split-window", "-d", "-t", made["pane_id"], "cat")
    panes = server.tmux("list-panes", "-t", made["pane_id"], "-F", "#{history_limit}").split()
    assert panes == ["12345", "12345"]
    other = create(server, "other", "--", "cat")
    assert server.show(other["pane_id"], "#{history_limit}") == ("0" if conf else "2000")


def test_a_users_default_command_changes_nothing(servers: Callable[..., Server]) -> None:
    server = servers(conf="set -g default-command 'exit 1'\nset -g default-shell /bin/false\n")
    server.start("-s", "first", "sleep", "1000")
    made = create(server, "web", "--", "cat")
    assert server.show(made["pane_id"], "#{pane_dead} #{pane_current_command}") == "0 cat"


def test_no_register_leaves_the_registry_alone(server: Server, home: Home) -> None:
    home.env["VIEWSYNC_STATE_DIR"] = "/proc/nope"
    assert create(server, "free", "--no-register")["registered"] is False
    assert "free" in server.sessions()
    assert not os.path.exists(home.state)


def test_without_a_server_named_it_is_the_sessions_own_socket(servers: Callable[..., Server], home: Home) -> None:
    made = home.viewsync("create", "-n", "own").json()
    server = servers()
    server.socket = made["socket"]
    note_pid(server)
    assert made["socket"] == os.path.join(home.state, "claude.sock")


def test_where_no_folder_is_named_it_is_the_runtime_folder(servers: Callable[..., Server], home: Home) -> None:
    env = {"VIEWSYNC_STATE_DIR": "", "XDG_RUNTIME_DIR": os.path.join(home.path, "run")}
    made = home.viewsync("create", "-n", "own", env=env).json()
    server = servers()
    server.socket = made["socket"]
    note_pid(server)
    assert made["socket"] == os.path.join(home.path, "run", "viewsync", "claude.sock")
    assert os.stat(os.path.dirname(made["socket"])).st_mode & 0o777 == 0o700


def test_in_a_terminal_it_says_how_to_attach(server: Server, home: Home) -> None:
    tab = home.tab("create", "-S", server.socket, "-n", "web")
    until(lambda: "attach-session -t =web" in tab.text(), "the line")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 1, "Session name is required (use -n <name>)"),
        (("-n",), 1, "-n/--name"),
        (("-n", "x", "--size", "80"), 1, "not a size: '80'"),
        (("-n", "x", "--size", "0x10"), 1, "not a size: '0x10'"),
        (("-n", "x", "--size", "100x"), 1, "not a size: '100x'"),
        (("-n", "x", "--size", "10001x5"), 1, "not a size: '10001x5'"),
        (("-n", "x", "--history-limit", "-1"), 1, "--history-limit"),
        (("-n", "x", "--history-limit", "1k"), 1, "--history-limit: not a number of lines: '1k'"),
        (("-n", "x", "-e", "1A=2"), 1, "not a variable: '1A=2'"),
        (("-n", "x", "-e", "A"), 1, "it is not in the environment"),
        (("-n", "x", "--cwd", "/nonexistent"), 1, "--cwd '/nonexistent' is not a folder"),
        (("-n", "x", "-w", ""), 1, "not a window name: ''"),
        (("-n", "x", "--python", "--gdb"), 1, "not allowed with"),
        (("-n", "x", "--python", "--", "cat"), 1, "a session runs one program"),
        (("-n", "x", "--nonsense"), 1, "--nonsense"),
        (("-n", "x", "-L", "a", "-S", "/b"), 1, "-L and -S name two servers"),
        (("-n", "x", "-S", "/nonexistent/s"), 3, "No such file or directory"),
    ],
)
def test_a_wrong_argument_is_one_line_and_touches_nothing(
    home: Home, words: tuple[str, ...], code: int, said: str
) -> None:
    done = home.viewsync("create", *words)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1), done
    assert said in done.err
    assert rows(home) == {}


def test_d1_a_name_that_begins_another_one_is_free(server: Server) -> None:
    create(server, "web-prod")
    create(server, "web")
    assert {"web", "web-prod"} <= set(server.sessions())


@pytest.mark.parametrize(
    "name",
    ["my.app", "a:b", "build.0", "v1.0", "$0", "%0", "@0", "=web", "{last}", "-x", "a\\b", "a\nb", "a$HOME", "a${x}"],
)
def test_d3_d4_d5_d34_a_name_that_tmux_would_change_or_misread_is_refused(
    server: Server, home: Home, name: str
) -> None:
    before = server.sessions()
    done = home.viewsync("create", "-S", server.socket, f"--name={name}")
    assert (done.code, done.err.count("\n")) == (1, 1), done
    assert "cannot create a session" in done.err
    assert (server.sessions(), rows(home)) == (before, {})


@pytest.mark.parametrize(
    "name",
    [
        "~",
        "*eta",
        'a"b',
        "a|b",
        'x"]|env.API_KEY#',
        "x$(touch x)",
        "j#(touch x)",
        "C#Hello",
        "#{pid}",
        "it's",
        "é🙂",
        "a;",
    ],
)
def test_d3_d6_d31_d32_d33_every_other_name_is_taken_as_it_stands(server: Server, home: Home, name: str) -> None:
    if "." in name:
        name = name.replace(".", "_")  # which tmux would do
    made = create(server, name)
    assert server.show(made["pane_id"], "#{session_name}") == name
    listing = home.viewsync("list", "--json", env={"API_KEY": "sk-secret"})
    assert "sk-secret" not in listing.out
    assert [session["name"] for session in json.loads(listing.out)["sessions"]] == [name]
    assert home.viewsync("health", "-s", name).code == 0
    assert home.viewsync("kill", "-s", name).code == 0
    assert server.sessions() == ["proj"]


def test_d6_d32_a_windows_name_is_no_format_and_breaks_no_json(server: Server, home: Home) -> None:
    victim = os.path.join(home.path, "made-by-a-format")
    window = f'w"#(touch {victim}) #{{pid}};'
    made = create(server, "web", "-w", window)
    assert made["window"] == window
    assert server.show(made["pane_id"], "#{window_name}") == window
    assert not os.path.exists(victim)


def test_d7_base_index_and_pane_base_index_are_in_the_target(servers: Callable[..., Server], home: Home) -> None:
    server = servers(conf="set -g base-index 1\nset -g pane-base-index 2\n").start("-s", "first")
    made = create(server, "web")
    assert made["target"] == rows(home)["web"]["target"] == "web:1.2"
    assert home.viewsync("health", "-s", "web").code == 0
    assert home.viewsync("health", "-S", server.socket, "-t", "web:1.2").code == 0
    assert home.viewsync("health", "-S", server.socket, "-t", "web:0.0").code == 2


def test_a_taken_name_ends_with_2(server: Server, home: Home) -> None:
    create(server, "web")
    done = home.viewsync("create", "-S", server.socket, "-n", "web")
    assert done.code == 2
    assert "Session 'web' already exists in registry (Use a different name or remove the existing session" in done.err
    done = home.viewsync("create", "-S", server.socket, "-n", "proj")
    assert done.code == 2
    assert f"Tmux session 'proj' already exists on socket {server.socket}" in done.err
    assert list(rows(home)) == ["web"]


def test_d43_a_program_that_is_not_there_is_an_error_and_blocks_no_name(server: Server, home: Home) -> None:
    done = home.viewsync("create", "-S", server.socket, "-n", "web", "--", "no-such-program")
    assert done.code == 3
    assert "there is no program 'no-such-program'" in done.err
    done = home.viewsync("create", "-S", server.socket, "-n", "web", "--gdb", env={"PATH": home.path})
    assert done.code == 3
    assert rows(home) == {}
    create(server, "web")


def test_d43_a_program_that_cannot_start_is_an_error_and_leaves_nothing(server: Server, home: Home) -> None:
    path = os.path.join(home.path, "broken")
    with open(path, "w", encoding="utf-8") as file:
        file.write("#!/nonexistent/interpreter\n")
    os.chmod(path, 0o700)
    done = home.viewsync("create", "-S", server.socket, "-n", "web", "--", path)
    assert (done.code, done.out) == (3, "")
    assert f"{path} ended at once" in done.err
    assert (server.sessions(), rows(home)) == (["proj"], {})


def test_d43_a_process_without_words_has_not_started_yet(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """So it is for a moment while it becomes another program, and when it ends."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as program:
        said = [[], ["tmux", "as", "the", "server"], [*STARTER, "x"], []]

        def command_line(pid: int) -> list[str]:
            if pid == server.pid:
                return ["tmux", "as", "the", "server"]
            if not said:
                program.kill()
                program.wait()
                return []
            return said.pop(0)

        monkeypatch.setattr(processes, "command_line", command_line)
        made = StartedSession("$1", "%1", "web:0.0", program.pid, f"{server.pid}.1")
        assert not creating._started(made, processes.start_time(program.pid))
        assert said == []


def test_d49_a_relative_socket_is_registered_with_its_whole_path(servers: Callable[..., Server], home: Home) -> None:
    server = servers()
    relative = os.path.relpath(server.socket)
    made = home.viewsync("create", "-n", "web", "-S", relative).json()
    note_pid(server)
    assert made["socket"] == rows(home)["web"]["socket"] == server.socket


def test_d63_a_socket_path_that_is_too_long_is_named_as_that(home: Home) -> None:
    done = home.viewsync("create", "-n", "x", "-S", "/tmp/" + "x" * 110)
    assert done.code == 1
    assert "115 bytes, and a UNIX socket takes 107" in done.err


def test_what_it_starts_outlives_it(servers: Callable[..., Server]) -> None:
    server = servers()
    assert alive(create(server, "web")["pid"])


def test_a_path_of_its_own_is_its_programs(servers: Callable[..., Server], home: Home) -> None:
    server = servers()
    path = '/opt/it\'s "$MINE" #{pid};:/usr/bin:/bin'
    made = create(server, "web", "-e", f"PATH={path}", "--", "cat", "-u")
    with open(f"/proc/{made['pid']}/environ", "rb") as file:
        assert f"PATH={path}".encode() in file.read().split(b"\0")
    assert server.tmux("show-environment", "-g", "PATH") == f"PATH={home.env['PATH']}"


@pytest.mark.parametrize(
    "request_",
    [
        creating.CreateRequest("web", environment=["A=b\0c"], command=["cat"]),
        creating.CreateRequest("web", command=["cat", "b\0c"]),
    ],
)
def test_a_nul_byte_is_refused_and_cuts_nothing_short(
    server: Server, home: Home, request_: creating.CreateRequest
) -> None:
    with pytest.raises(TmuxError, match="NUL byte"):
        creating.create(Context(home.env), request_._replace(socket=server.socket))
    assert (server.sessions(), rows(home)) == (["proj"], {})


def test_bytes_that_are_no_text_reach_the_program(server: Server, home: Home) -> None:
    odd = os.fsdecode(b"\xe9\xff\x80 \n\t#{pid} $HOME ; }")
    made = create(server, "web", "-e", f"A={odd}", "--", "cat")
    with open(f"/proc/{made['pid']}/environ", "rb") as file:
        assert b"A=" + os.fsencode(odd) in file.read().split(b"\0")
