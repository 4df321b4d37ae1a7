#!/bin/sh
# Entry for the tmux plugin manager: loads viewsync's hooks into this server. `viewsync install` does so by itself.
# The program comes from ./install.sh; the tmux option @viewsync_command names it where it is somewhere else.
chosen=$(tmux show-options -gqv @viewsync_command)
if [ "$(tmux display-message -p '#{version}')" = 3.4 ]; then # it puts a backslash before each of these
    read=
    while before=${chosen%%\\\$[a-zA-Z_{]*} && [ "$before" != "$chosen" ]; do
        read=$read$before\$ chosen=${chosen#"$before"??}
    done
    chosen=$read$chosen
fi
case $chosen in
    '') set -- "$(command -v viewsync)" "$HOME/.local/bin/viewsync" ;;
    \~/*) set -- "$HOME/${chosen#??}" ;;
    *) set -- "$chosen" ;;
esac
problem='program not found; run ./install.sh in the folder of this plugin'
for viewsync in "$@"; do
    case $viewsync in /*) ;; *) continue ;; esac
    [ -x "$viewsync" ] || continue
    # The path goes through the environment, and so never becomes a part of a command.
    said=$(VIEWSYNC_LAUNCHER=$viewsync "$viewsync" install --here 2>&1 > /dev/null) && exit
    problem="the hooks were not loaded: $viewsync install --here: ${said:-failed, without a word}"
done
# Through an option: the message would be expanded. The full stop: tmux takes a ";" at the end for its own.
tmux set-option -g @viewsync_problem "viewsync: $problem." \; \
    display-message '#{@viewsync_problem}' \; set-option -gu @viewsync_problem
