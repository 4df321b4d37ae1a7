#compdef viewsync prj create-session.sh list-sessions.sh cleanup-sessions.sh find-sessions.sh kill-session.sh pane-health.sh safe-send.sh wait-for-text.sh rename-session.sh monitor-pane.sh capture-clean.sh reconcile-registry.sh backup-registry.sh restore-registry.sh
# @viewsync-completion@ zsh: asks viewsync what may stand at the cursor, and offers that. It runs nothing of it.

_viewsync() {
    emulate -L zsh
    local program=viewsync
    local -a records names shown
    local record about kind ret=1
    # A name may hold anything but a NUL. (Q) takes the quotes away, and expands nothing.
    records=("${(@0)$("$program" complete zsh "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null </dev/null)}")
    kind=$records[1]
    for record in "${(@)records[2,-1]}"; do
        [[ -n $record ]] || continue
        names+=("${record%$'\t'*}")
        about=${record##*$'\t'}
        # Shown as text: a name that commands the terminal is not printed as it stands.
        shown+=("${(V)names[-1]}${about:+  -- $about}")
    done
    (( $#names )) && compadd -l -d shown -a names && ret=0
    [[ $kind != files ]] || { [[ $PREFIX != -*=* ]] || compset -P '*='; _files && ret=0 }
    [[ $kind != folders ]] || { [[ $PREFIX != -*=* ]] || compset -P '*='; _files -/ && ret=0 }
    return ret
}

# The function itself when it is loaded from fpath; otherwise whoever sources this has run compinit.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _viewsync "$@"
else
    compdef _viewsync viewsync prj create-session.sh list-sessions.sh cleanup-sessions.sh find-sessions.sh \
        kill-session.sh pane-health.sh safe-send.sh wait-for-text.sh rename-session.sh monitor-pane.sh capture-clean.sh \
        reconcile-registry.sh backup-registry.sh restore-registry.sh
fi
