#!/bin/sh
# Entry for the tmux plugin manager: loads viewsync's hooks into this server. `viewsync install` does so by itself.
# The program comes from ./install.sh; the tmux option @viewsync_command names it where it is somewhere else.
chosen=$(tmux show-options -gqv @viewsync_command)
case $chosen in
    '') set -- "$(command -v viewsync)" "$HOME/.local/bin/viewsync" ;;
    \~/*) set -- "$HOME/${chosen#??}" ;;
    *) set -- "$chosen" ;;
esac
for viewsync in "$@"; do
    case $viewsync in /*) ;; *) continue ;; esac
    # The path goes through the environment, and so never becomes a part of a command.
    [ -x "$viewsync" ] && VIEWSYNC_LAUNCHER=$viewsync "$viewsync" install --here > /dev/null && exit
done
tmux display-message 'viewsync: program not found; run ./install.sh in the folder of this plugin'
