#!/bin/sh
# The registry of tmux sessions, for scripts: source this in bash or in any POSIX sh. It is viewsync's, of which each
# function is a short call, and it changes none of the options of the shell that sources it.
#
# Return codes: 0 done, 1 not found or not possible, 2 no valid registry, 75 the lock was not to be had.
# Names that begin with _registry are its own.
#
# shellcheck disable=SC2034  # variables that are set here are read by the scripts that source this

# @viewsync-registry@ `viewsync install --tools` writes the program below.
_registry_installed=''

# The program: the one that installed this file, else what VIEWSYNC names, else the one on the PATH.
_registry_program() {
    if [ -n "$_registry_installed" ] && [ -x "$_registry_installed" ]; then
        printf '%s\n' "$_registry_installed"
    else
        printf '%s\n' "${VIEWSYNC:-viewsync}"
    fi
}

# What the functions below are made of. The folder is the one that was found when this file was sourced.
_registry() {
    VIEWSYNC_STATE_DIR=${_registry_folder-${VIEWSYNC_STATE_DIR-}} LOCK_TIMEOUT=${LOCK_TIMEOUT-} \
        VIEWSYNC_LOCK_HELD=${_registry_held-} "$(_registry_program)" registry "$@"
}

# registry_lock: hold the lock in this shell, until as many registry_unlock as there were registry_lock. Everything that
# changes the registry, viewsync or not, waits; only the functions of this file go on.
registry_lock() {
    if [ -n "$_registry_held" ]; then
        _registry_depth=$((_registry_depth + 1))
        return 0
    fi
    _registry_code=3 # that it is to be opened, or opened again: the file came, or went, just now
    _registry_left=100
    while [ "$_registry_code" = 3 ] && [ "$_registry_left" -gt 0 ]; do
        _registry_left=$((_registry_left - 1))
        if [ -L "$REGISTRY_LOCK" ]; then
            printf 'registry: %s is a symbolic link\n' "$REGISTRY_LOCK" >&2
            return 1
        fi
        if [ -f "$REGISTRY_LOCK" ]; then # it is a directory where flock is missing, and viewsync makes it
            # For reading and writing, which truncates nothing.
            eval "command exec $_registry_fd<>\"\$REGISTRY_LOCK\"" || return 1
        fi
        _registry_code=0
        _registry lock "$_registry_fd" || _registry_code=$? # not in $(...): a directory is made in our name
    done
    if [ "$_registry_code" != 0 ]; then
        eval "exec $_registry_fd>&-"
        if [ "$_registry_code" = 3 ]; then
            printf 'registry: %s is not the lock of the registry\n' "$REGISTRY_LOCK" >&2
            return 1
        fi
        return "$_registry_code"
    fi
    _registry_depth=1
    _registry_held=$_registry_fd
    if [ -d "$REGISTRY_LOCK" ]; then
        read -r _registry_held _registry_rest < "$REGISTRY_LOCK/owner"
    fi
}

# registry_unlock: 0 also where nothing was locked, so that it may stand in a trap.
registry_unlock() {
    [ -n "$_registry_held" ] || return 0
    _registry_depth=$((_registry_depth - 1))
    [ "$_registry_depth" = 0 ] || return 0
    _registry_code=0
    _registry unlock "$_registry_held" || _registry_code=$?
    _registry_held=''
    eval "exec $_registry_fd>&-"
    return "$_registry_code"
}

# registry_init: make the file where there is none.
registry_init() { _registry init; }

# registry_validate: 2, and why, when the file is no registry, or lacks its sessions or its version.
registry_validate() { _registry validate; }

# registry_add_session NAME SOCKET TARGET [TYPE] [PID]: TYPE is `shell` unless named. A name that is there already
# keeps its created_at.
registry_add_session() { _registry add -- "${1-}" "${2-}" "${3-}" "${4:-shell}" "${5-}"; }

# registry_remove_session NAME: forget it. 1 when it is not there.
registry_remove_session() { _registry remove -- "${1-}"; }

# registry_get_session NAME: its row, as JSON.
registry_get_session() { _registry get -- "${1-}"; }

# registry_list_sessions: the whole registry, as JSON.
registry_list_sessions() { _registry list; }

# registry_session_exists NAME
registry_session_exists() { _registry exists -- "${1-}"; }

# registry_get_socket NAME
registry_get_socket() { _registry socket -- "${1-}"; }

# registry_get_target NAME
registry_get_target() { _registry target -- "${1-}"; }

# registry_update_activity NAME: it was used just now.
registry_update_activity() { _registry touch -- "${1-}"; }

# registry_cleanup_dead [--dry-run]: forget the sessions that are gone, end none, and print how many there were.
registry_cleanup_dead() { _registry cleanup-dead "$@"; }

REGISTRY_VERSION=1.0
LOCK_TIMEOUT=${LOCK_TIMEOUT:-5}
_registry_held='' # how the lock is held in this shell: by this descriptor, or as the directory of this pid
_registry_depth=0
_registry_fd=9 # one digit is all that every sh understands
[ -z "${BASH_VERSION-}" ] || _registry_fd=200
unset -v _registry_folder

REGISTRY_FILE=$(_registry path) || {
    printf 'registry: cannot use the registry by %s\n' "$(_registry_program)" >&2
    return 1
}
_registry_folder=${REGISTRY_FILE%/*}
REGISTRY_LOCK=$_registry_folder/.sessions.lock
CLAUDE_TMUX_SOCKET_DIR=${CLAUDE_TMUX_SOCKET_DIR:-$_registry_folder}
