"""The same jobs by other means: libtmux's object API, and plain sh with tmux. Each is a whole process."""

from __future__ import annotations

import sys

# The floor of every verb: the interpreter with what no verb can do without, and the tmux calls it cannot avoid.
FLOOR = [sys.executable, "-I", "-c", "import argparse, json, subprocess"]

_LIBTMUX = """
import json, sys, time
import libtmux
server = libtmux.Server(socket_path=sys.argv[1])
def option(session, name):
    return session.show_option("@viewsync_" + name, ignore_errors=True)
"""

LIBTMUX_OPEN = (
    _LIBTMUX
    + """
parent = server.sessions.get(session_name="proj")
name = f"proj-view-{int(time.time())}-{time.time_ns() % 10**9}"
free = [session for session in server.sessions
        if session.session_group == parent.session_group and session.session_attached == "0"
        and session.session_name.startswith("proj-view-") and not option(session, "pin")][:1]
if not free:
    server.cmd("new-session", "-d", "-t", parent.session_id, "-s", name)
    view = server.sessions.get(session_name=name)
    view.set_option("@viewsync_view", "1")
    for key, value in parent.show_options().items():
        if isinstance(value, str):
            view.set_option(key, value)
print(json.dumps({"view": name}))
"""
)

LIBTMUX_LIST = (
    _LIBTMUX
    + """
rows = [{"name": session.session_name, "group": session.session_group, "attached": session.session_attached,
         "created": session.session_created, "marked": option(session, "view")} for session in server.sessions]
print(json.dumps(rows))
"""
)

LIBTMUX_SWEEP = (
    _LIBTMUX
    + """
for session in server.sessions:
    if option(session, "view") and session.session_attached == "0" and not option(session, "pin"):
        if int(session.session_group_size or 0) > 1:
            session.kill()
"""
)

SH_OPEN = r"""
parent=$(tmux -u -S "$1" list-sessions -F '#{session_name} #{session_id}' | sed -n 's/^proj //p')
free=$(tmux -u -S "$1" list-sessions -f '#{&&:#{==:#{session_group},proj},#{==:#{session_attached},0}}' \
    -F '#{session_name} #{?@viewsync_pin,1,}' | sed -n 's/^\(proj-view-[^ ]*\) $/\1/p' | head -n 1)
name=${free:-proj-view-$(date +%s)-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}
[ -n "$free" ] || { tmux -u -S "$1" new-session -d -t "$parent" -s "$name"
    tmux -u -S "$1" set-option -t "=$name:" @viewsync_view 1; }
printf '{"view": "%s"}\n' "$name"
"""

SH_LIST = r"""
tmux -u -S "$1" list-sessions -F '#{session_name} #{session_group} #{session_attached} #{session_created}' |
while read -r name group attached created; do
    mark=$(tmux -u -S "$1" show-options -qv -t "=$name:" @viewsync_view)
    printf '{"name": "%s", "group": "%s", "attached": %s, "created": %s, "mark": "%s"}\n' \
        "$name" "$group" "$attached" "$created" "$mark"
done
"""

SH_SWEEP = r"""
tmux -u -S "$1" list-sessions -F '#{session_name} #{session_attached} #{session_group_size}' |
while read -r name attached size; do
    case $name in *-view-*) ;; *) continue ;; esac
    [ "$attached" = 0 ] && [ "$size" -gt 1 ] || continue
    [ -z "$(tmux -u -S "$1" show-options -qv -t "=$name:" @viewsync_pin)" ] || continue
    tmux -u -S "$1" kill-session -t "=$name"
done
"""


def libtmux(code: str, socket: str) -> list[str]:
    return [sys.executable, "-I", "-c", code, socket]


def sh(code: str, socket: str) -> list[str]:
    return ["sh", "-c", code, "sh", socket]
