"""The session verbs by other means: libtmux's object API, and sh with jq as the shell tools do it."""

from __future__ import annotations

# What the shell tools do, step by step: a jq for whether the row is there and for each of its fields, last_active
# written under flock(1) by one and checked by another, the health by tmux and ps.
_SH = r"""
registry=$1; socket=$2; name=$3; shift 3
row() { jq -r --arg n "$name" ".sessions[\$n].$1" "$registry"; }
alive() {
    tmux -S "$1" has-session -t "=$2" 2>/dev/null || return 2
    pid=$(tmux -S "$1" list-panes -t "=$2:" -F '#{pane_pid} #{pane_dead}' | head -n 1)
    [ "${pid#* }" = 0 ] && ps -p "${pid% *}" >/dev/null
}
put() {
    flock "$registry.lock" sh -c 'f=$1; shift; jq "$@" "$f" > "$f.new" && jq empty "$f.new" && mv "$f.new" "$f"' \
        sh "$registry" "$@"
}
resolve() {
    jq -e --arg n "$name" '.sessions[$n]' "$registry" >/dev/null || exit 1
    s=$(row socket); t=$(row target)
    put --arg n "$name" --arg t "$(date -u +%Y-%m-%dT%H:%M:%SZ)" '.sessions[$n].last_active=$t'
}
"""

SH = {
    "health": _SH + 'resolve; alive "$s" "${t%%:*}" && echo healthy',
    "health -t": _SH + 'alive "$socket" "$name" && echo healthy',
    "send": _SH + 'resolve; alive "$s" "${t%%:*}"; tmux -S "$s" send-keys -t "$t" : Enter',
    "send -t": _SH + 'alive "$socket" "$name"; tmux -S "$socket" send-keys -t "=$name:" : Enter',
    "wait": _SH + 'resolve; tmux -S "$s" capture-pane -p -J -t "$t" -S -1000 | grep -qE ready',
    "wait -t": _SH + 'tmux -S "$socket" capture-pane -p -J -t "=$name:" -S -1000 | grep -qE ready',
    "capture": _SH + 's=$(row socket); t=$(row target); tmux -S "$s" capture-pane -p -t "$t"',
    "create": _SH
    + r"""
jq -e '.sessions | type == "object"' "$registry" >/dev/null
jq -e --arg n "$name" '.sessions[$n]' "$registry" >/dev/null && exit 2
tmux -S "$socket" new-session -d -s "$name" -n shell bash
pid=$(tmux -S "$socket" list-panes -t "=$name:" -F '#{pane_pid}')
put --arg n "$name" --arg s "$socket" --argjson p "$pid" --arg t "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    '.sessions[$n]={socket:$s,target:($n+":0.0"),type:"shell",pid:$p,created_at:$t,last_active:$t}'
jq -n --arg n "$name" --argjson p "$pid" '{name:$n,pid:$p,registered:true}'
""",
    "kill": _SH + 'tmux -S "$(row socket)" kill-session -t "=$name"; put --arg n "$name" "del(.sessions[\\$n])"',
    "list --json": _SH
    + r"""
jq -r '.sessions|keys[]' "$registry" | while read -r name; do
    s=$(row socket); t=$(row target); kind=$(row type); made=$(row created_at); pid=$(row pid)
    alive "$s" "${t%%:*}" && status=alive || status=dead
    jq -n --arg n "$name" --arg s "$s" --arg t "$t" --arg k "$kind" --arg m "$made" --arg p "$pid" --arg st "$status" \
        '{name:$n,socket:$s,target:$t,type:$k,created_at:$m,pid:$p,status:$st}'
done
""",
    "cleanup --dry-run": _SH
    + r"""
jq -r '.sessions|keys[]' "$registry" | while read -r name; do
    s=$(row socket); t=$(row target); made=$(row created_at)
    alive "$s" "${t%%:*}" || echo "would remove $name ($made)"
done
""",
}

# The published shell tools themselves: the file of each, and its words.
TOOLS = {
    "health": ("pane-health.sh", "-s", "NAME"),
    "health -t": ("pane-health.sh", "-S", "SOCKET", "-t", "NAME:0.0"),
    "send": ("safe-send.sh", "-s", "NAME", "-c", ":"),
    "send -t": ("safe-send.sh", "-S", "SOCKET", "-t", "NAME:0.0", "-c", ":"),
    "wait": ("wait-for-text.sh", "-s", "NAME", "-p", "ready"),
    "wait -t": ("wait-for-text.sh", "-S", "SOCKET", "-t", "NAME:0.0", "-p", "ready"),
    "create": ("create-session.sh", "-S", "SOCKET", "-n", "NAME", "--shell"),
    "kill": ("kill-session.sh", "-s", "NAME"),
    "list --json": ("list-sessions.sh", "--json"),
    "cleanup --dry-run": ("cleanup-sessions.sh", "--dry-run"),
}

_LIBTMUX = """
import json, sys
import libtmux
server, name = libtmux.Server(socket_path=sys.argv[1]), sys.argv[2]
def pane():
    return server.sessions.get(session_name=name).active_window.active_pane
"""

LIBTMUX = {
    "health -t": _LIBTMUX + "found = pane(); print(found.pane_pid, found.pane_dead)",
    "send -t": _LIBTMUX + "pane().send_keys(':', enter=True)",
    "wait -t": _LIBTMUX + "assert any('ready' in line for line in pane().capture_pane(start='-'))",
    "capture": _LIBTMUX + "print(chr(10).join(pane().capture_pane()))",
    "create": _LIBTMUX + "print(server.new_session(session_name=name, window_command='bash').session_id)",
    "kill": _LIBTMUX + "server.sessions.get(session_name=name).kill()",
    "list --json": _LIBTMUX
    + """
print(json.dumps([{"name": session.session_name, "pid": session.active_window.active_pane.pane_pid}
                  for session in server.sessions]))
""",
}
