"""The nine user stories of the reference as its scripts tell them: real Python, bash and, where there is one, gdb."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support import programs
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.stories.conftest import Workspace

needs_gdb = pytest.mark.skipif(programs.lacks("gdb"), reason="no gdb here")


def test_story_1_run_and_done(work: Workspace) -> None:
    out = work.bash(
        """
        ./tools/create-session.sh -n work-python --python > made.json
        ./tools/wait-for-text.sh -s work-python -p '>>>' -T 15
        ./tools/safe-send.sh -s work-python -c "import sys; print('version', sys.version_info[0])" -w '>>>'
        viewsync capture -s work-python
        ./tools/list-sessions.sh --json | jq .total
        ./tools/kill-session.sh -s work-python > /dev/null
        ./tools/list-sessions.sh
        jq -r '"\\(.name) \\(.target) \\(.type) \\(.registered)"' made.json
        """
    )
    lines = out.splitlines()
    assert "version 3" in lines
    assert lines[-3:] == ["1", "No sessions registered.", "work-python work-python:0.0 python-repl true"]


def test_story_1_clean_up_after_the_program_has_ended(work: Workspace) -> None:
    out = work.bash(
        """
        ./tools/create-session.sh -n work-python --python > /dev/null
        ./tools/safe-send.sh -s work-python -c "exit()"
        viewsync wait -s work-python --exit
        ./tools/cleanup-sessions.sh
        ./tools/list-sessions.sh
        """
    )
    assert out.splitlines()[-2:] == ["Removed 1 session(s) successfully.", "No sessions registered."]


def test_story_2_a_repl_for_days(work: Workspace) -> None:
    """It lives through many sendings, `last_active` follows them, and no clean-up by age takes what is in use."""
    work.bash(
        """
        ./tools/create-session.sh -n analysis-python --python > /dev/null
        ./tools/wait-for-text.sh -s analysis-python -p '>>>' -T 15
        ./tools/safe-send.sh -s analysis-python -c "data = list(range(1000))" -w '>>>'
        ./tools/safe-send.sh -s analysis-python -c "print(sum(data))" -w '^499500$'
        """
    )
    registry = os.path.join(work.home.state, ".sessions.json")
    before = _last_active(work)
    # As if it had been created, and used, long ago; then it is used again.
    work.bash(
        f"""
        flock {registry[:-5]}.lock jq '.sessions["analysis-python"] += {{created_at: "2020-01-01T00:00:00Z",
            last_active: "2020-01-02T00:00:00Z"}}' {registry} > new && cat new > {registry}
        ./tools/cleanup-sessions.sh --dry-run --older-than 7d | grep -q 'older than 7d'
        ./tools/safe-send.sh -s analysis-python -c "print(max(data))" -w '^999$'
        ./tools/cleanup-sessions.sh --older-than 7d
        ./tools/pane-health.sh -s analysis-python --format text
        """
    )
    assert _last_active(work) >= before
    assert "analysis-python" in work.tmux("list-sessions", "-F", "#{session_name}")


def _last_active(work: Workspace) -> str:
    return str(work.home.registry()["sessions"]["analysis-python"]["last_active"])


def test_story_3_after_an_interruption(work: Workspace) -> None:
    """Another process, that knows nothing but the registry, goes on with the same Python; or learns that it is gone."""
    work.bash(
        """
        ./tools/create-session.sh -n claude-python --python > /dev/null
        ./tools/wait-for-text.sh -s claude-python -p '>>>' -T 15
        ./tools/safe-send.sh -s claude-python -c "x = 40" -w '>>>'
        """
    )
    out = work.bash(
        """
        ./tools/list-sessions.sh --json | jq -r '.sessions[].status'
        ./tools/pane-health.sh -s claude-python | jq -r .status
        ./tools/safe-send.sh -s claude-python -c "print(x + 2)" -w '^42$' && echo resumed
        """
    )
    assert out.splitlines() == ["alive", "healthy", "resumed"]
    os.kill(int(work.tmux("display-message", "-p", "-t", "=claude-python:", "#{pane_pid}")), signal.SIGKILL)
    until(lambda: "claude-python" not in work.tmux("list-sessions"), "its end")
    done = work.run("./tools/pane-health.sh -s claude-python")
    assert done.code in (2, 4)  # its server ended with it, as the last session's does
    assert json.loads(done.out)["process_running"] is False
    done = work.run("./tools/safe-send.sh -s claude-python -c 'print(x)'")
    assert done.code == 3
    assert len(done.err.splitlines()) <= 2
    out = work.bash(
        """
        ./tools/cleanup-sessions.sh > /dev/null
        ./tools/create-session.sh -n claude-python --python | jq .registered
        ./tools/wait-for-text.sh -s claude-python -p '>>>' -T 15
        """
    )
    assert out == "true\n"


@needs_gdb
def test_story_4_two_agents_in_one_debugger(work: Workspace) -> None:
    out = work.bash(
        """
        ./tools/create-session.sh -n shared-debug --gdb > /dev/null
        ./tools/wait-for-text.sh -s shared-debug -p '(gdb)' -T 30
        ./tools/safe-send.sh -s shared-debug -c "show pagination" -w '^State of pagination is off' -T 10
        ./tools/safe-send.sh -s shared-debug -c "print 6*7" -w '= 42' -T 10
        ./tools/pane-health.sh -s shared-debug --format text
        tmux -S "$SOCKET" capture-pane -p -t shared-debug:0.0
        """
    )
    assert "is healthy" in out
    assert "$1 = 42" in out


def test_story_4_what_two_agents_send_does_not_mix(work: Workspace) -> None:
    work.bash(
        """
        ./tools/create-session.sh -n shared --python > /dev/null
        ./tools/wait-for-text.sh -s shared -p '>>>' -T 15
        """
    )
    loop = 'for i in 1 2 3 4 5; do ./tools/safe-send.sh -s shared -c "print(\'WHO\', $i)" -w "^WHO $i\\$" -T 30; done'
    agents = [
        subprocess.Popen(["bash", "-euc", loop.replace("WHO", who)], cwd=work.folder, env=work.env)
        for who in ("A", "B")
    ]
    assert [agent.wait(60) for agent in agents] == [0, 0]
    shown = work.bash("viewsync capture -s shared -S -").splitlines()
    for who in "AB":
        assert [line for line in shown if line.startswith(who)] == [f"{who} {number}" for number in range(1, 6)]


def test_story_5_a_job_in_the_background(work: Workspace) -> None:
    out = work.bash(
        """
        ./tools/create-session.sh -n background-job --shell > /dev/null
        ./tools/wait-for-text.sh -s background-job -p '[$#] $'
        ./tools/safe-send.sh -s background-job -c "sleep 0.5; echo result > $PWD/result; exit"
        while true; do
            status=$(./tools/pane-health.sh -s background-job --format json | jq .process_running || true)
            [[ $status == false ]] && break
            sleep 0.1
        done
        cat result
        ./tools/cleanup-sessions.sh | tail -1
        ./tools/list-sessions.sh
        """
    )
    assert out.splitlines() == ["result", "Removed 1 session(s) successfully.", "No sessions registered."]


def test_story_5_last_active_follows_the_looks_at_its_output(work: Workspace) -> None:
    work.bash("./tools/create-session.sh -n job --shell > /dev/null")
    registry = os.path.join(work.home.state, ".sessions.json")
    work.bash(
        f"""jq '.sessions.job.last_active = "2020-01-01T00:00:00Z"' {registry} > new && cat new > {registry}
        viewsync capture -s job > /dev/null"""
    )
    assert work.home.registry()["sessions"]["job"]["last_active"] > "2025"


def test_story_6_a_workspace_of_several(work: Workspace) -> None:
    gdb = not programs.lacks("gdb")
    third = "--gdb" if gdb else "--shell"
    out = work.bash(
        f"""
        ./tools/create-session.sh -n ws-python --python > /dev/null
        ./tools/create-session.sh -n ws-gdb {third} > /dev/null
        ./tools/create-session.sh -n ws-shell --shell > /dev/null
        ./tools/list-sessions.sh --json | jq -r '.total, .alive, (.sessions | map(.socket) | unique | length)'
        ./tools/wait-for-text.sh -s ws-python -p '>>>' -T 15
        ./tools/safe-send.sh -s ws-python -c "import sys" -w '>>>'
        ./tools/safe-send.sh -s ws-shell -c "echo listed" -w '^listed$'
        for sess in ws-python ws-gdb ws-shell; do ./tools/pane-health.sh -s "$sess" --format text > /dev/null; done
        """
    )
    assert out.splitlines() == ["3", "3", "1"]
    done = work.run("./tools/safe-send.sh -c 'import sys'")
    assert done.code != 0
    assert "Multiple sessions found (3 total)" in done.err
    out = work.bash(
        """
        tmux -S "$(./tools/list-sessions.sh --json | jq -r '.sessions[0].socket')" kill-server
        ./tools/cleanup-sessions.sh | tail -1
        ./tools/list-sessions.sh
        """
    )
    assert out.splitlines() == ["Removed 3 session(s) successfully.", "No sessions registered."]


def test_story_7_a_crash_and_its_evidence(work: Workspace) -> None:
    work.bash(
        """
        ./tools/create-session.sh -n other --shell > /dev/null
        tmux -S "$SOCKET" set-option -g remain-on-exit on
        ./tools/create-session.sh -n claude-python --python > /dev/null
        ./tools/wait-for-text.sh -s claude-python -p '>>>' -T 15
        ./tools/safe-send.sh -s claude-python -c "import os; print('last words'); os._exit(3)"
        viewsync wait -s claude-python --exit
        """
    )
    done = work.run("./tools/pane-health.sh -s claude-python")
    assert (done.code, json.loads(done.out)["status"]) == (1, "dead")
    # Kept for later under another name; then the work goes on under the old one.
    out = work.bash(
        """
        viewsync capture -s claude-python > crash-debug.log
        viewsync rename -s claude-python -n claude-python-crashed > /dev/null
        viewsync quarantine -s claude-python-crashed --reason 'os._exit' --json | jq -r .evidence
        ./tools/create-session.sh -n claude-python --python > /dev/null
        ./tools/wait-for-text.sh -s claude-python -p '>>>' -T 15
        ./tools/safe-send.sh -s claude-python -c "import json" -w '>>>'
        ./tools/cleanup-sessions.sh --all > /dev/null
        ./tools/list-sessions.sh --json | jq -r '.sessions[].name'
        grep -c 'last words' crash-debug.log
        """
    )
    evidence, name, _ = out.splitlines()
    assert name == "claude-python-crashed"
    assert "last words" in work.bash(f"cat {evidence}/*")
    work.bash("viewsync release -s claude-python-crashed; ./tools/cleanup-sessions.sh --all > /dev/null")
    assert work.home.registry()["sessions"] == {}


def test_story_8_who_does_what(work: Workspace) -> None:
    out = work.bash(
        """
        ./tools/create-session.sh -n a-python --python > /dev/null
        ./tools/create-session.sh -n b-shell --shell > /dev/null
        ./tools/create-session.sh -n c-gone --shell > /dev/null
        tmux -S "$SOCKET" kill-session -t =c-gone
        ./tools/list-sessions.sh --json > all.json
        jq -r '.sessions[] | select(.type == "python-repl") | .name' all.json
        jq -r '.sessions[] | select(.status == "missing") | .name' all.json
        NOW=$(( $(date +%s) + 86400 ))
        jq -r --arg now "$NOW" '.sessions[] | select((.last_active | fromdate) < ($now | tonumber) - 43200) |
            .name' all.json | wc -l
        jq -r --arg today "$(date -u +%Y-%m-%d)" '[.sessions[] |
            select(.created_at | startswith($today))] | length' all.json
        jq -c '[.sessions | group_by(.type)[] | {type: .[0].type, count: length}]' all.json
        jq -r '.sessions[0] | has("age")' all.json
        viewsync list --sort age --filter status=alive --json | jq -r .total
        """
    )
    counts = '[{"type":"python-repl","count":1},{"type":"shell","count":2}]'
    assert out.splitlines() == ["a-python", "c-gone", "3", "3", counts, "true", "2"]


def test_story_9_without_the_registry(work: Workspace) -> None:
    out = work.bash(
        """
        SESSION_JSON=$(./tools/create-session.sh -n ci-test --python --no-register)
        SOCKET=$(echo "$SESSION_JSON" | jq -r '.socket')
        TARGET=$(echo "$SESSION_JSON" | jq -r '.target')
        ./tools/wait-for-text.sh -S "$SOCKET" -t "$TARGET" -p '>>>' -T 15
        ./tools/safe-send.sh -S "$SOCKET" -t "$TARGET" -c "print(6 * 7)" -w '^42$'
        ./tools/pane-health.sh -S "$SOCKET" -t "$TARGET" | jq -r .status
        ./tools/list-sessions.sh
        tmux -S "$SOCKET" kill-session -t "ci-test"
        """
    )
    assert out.splitlines() == ["healthy", "No sessions registered."]
    assert not os.path.exists(os.path.join(work.home.state, ".sessions.json"))


def test_story_9_registered_later(work: Workspace) -> None:
    out = work.bash(
        """
        ./tools/create-session.sh -n ci-test --shell --no-register > /dev/null
        viewsync reconcile --report --json | jq -r '.findings[].name' || true
        viewsync reconcile --register ci-test > /dev/null
        ./tools/list-sessions.sh --json | jq -r '.sessions[] | "\\(.name) \\(.status)"'
        """
    )
    assert out.splitlines() == ["ci-test", "ci-test alive"]
