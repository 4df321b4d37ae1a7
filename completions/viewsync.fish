# @viewsync-completion@ fish: asks viewsync what may stand at the cursor, and offers that. It runs nothing of it.

function __viewsync_complete
    set -l program viewsync
    set -l current (commandline -ct | string collect)
    # A name may hold anything but a NUL; what stands behind the first tab is shown as its description.
    set -l records ($program complete fish (commandline -opc) "$current" 2>/dev/null </dev/null | string split0)
    set -l stem (string match -r -- '^-[^=]*=' "$current")
    set -l value (string replace -r -- '^-[^=]*=' '' "$current")
    switch "$records[1]"
        case files
            __fish_complete_path "$value" | string replace -r '^' -- "$stem"
        case folders
            __fish_complete_directories "$value" '' | string replace -r '^' -- "$stem"
    end
    set -q records[2]; and string join0 -- $records[2..-1] | string split0
end

for name in viewsync prj create-session.sh list-sessions.sh cleanup-sessions.sh find-sessions.sh kill-session.sh pane-health.sh safe-send.sh wait-for-text.sh rename-session.sh monitor-pane.sh capture-clean.sh reconcile-registry.sh backup-registry.sh restore-registry.sh
    complete -c $name -f -a '(__viewsync_complete)'
end
