# @viewsync-completion@ bash: asks viewsync what may stand at the cursor, and inserts that. It runs nothing of it.
_viewsync_program=viewsync

_viewsync() {
    local answer kind='' IFS=$' \t\n'
    COMPREPLY=()
    # A name may hold anything but a NUL. What is typed is not run either: it is read by viewsync, as text.
    while IFS= read -r -d '' answer; do
        if [[ -z $kind ]]; then kind=$answer; else COMPREPLY+=("$answer"); fi
    done < <("$_viewsync_program" complete bash "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null </dev/null)
    # Without any name: bash's own files, which it quotes by itself. bash 3 has no compopt, and offers none.
    [[ $kind != files ]] || compopt -o default 2>/dev/null || :
    [[ $kind != folders ]] || compopt -o dirnames 2>/dev/null || :
}

complete -F _viewsync viewsync prj create-session.sh list-sessions.sh cleanup-sessions.sh find-sessions.sh \
    kill-session.sh pane-health.sh safe-send.sh wait-for-text.sh rename-session.sh monitor-pane.sh capture-clean.sh \
    reconcile-registry.sh backup-registry.sh restore-registry.sh
