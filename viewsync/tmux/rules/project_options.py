"""What a project's file may do with tmux's options. The table is tmux's own (options-table.c), of 3.2a to 3.8.

| kind | what becomes of it |
| --- | --- |
| ends sessions, or crashes some version | refused |
| the whole server's | refused: it is everybody's |
| takes the place of viewsync's own hooks, or is one of viewsync's marks | refused |
| not in the table, or shortened | refused: nobody knows what it would do |
| runs something: a hook, a command, a format with `#(...)` | trusted like a step, or refused |
| everything else | set |

Users set what they like in their own configuration.
"""

from __future__ import annotations

from viewsync.light import re
from viewsync.text.nearest import did_you_mean
from viewsync.tmux.rules import hooks, versions
from viewsync.tmux.rules.marks import OURS


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Only looks and habits. What they expand may run something all the same: see `runs`.
HARMLESS = _names(
    """
    activity-action aggressive-resize allow-passthrough allow-rename allow-set-title alternate-screen
    assume-paste-time automatic-rename automatic-rename-format base-index bell-action clock-mode-color
    clock-mode-colour clock-mode-style copy-mode-current-line-number-style copy-mode-current-line-style
    copy-mode-current-match-style copy-mode-line-number-style copy-mode-line-numbers copy-mode-mark-style
    copy-mode-match-style copy-mode-position-format copy-mode-position-style copy-mode-selection-style
    cursor-color cursor-colour cursor-style default-size detach-on-destroy display-panes-active-color
    display-panes-active-colour display-panes-border-style display-panes-color display-panes-colour
    display-panes-format display-panes-time display-time fill-character focus-follows-mouse history-limit
    initial-repeat-time key-table lock-after-time main-pane-height main-pane-width menu-border-lines
    menu-border-style menu-selected-style menu-style message-command-style message-format message-line
    message-style mode-keys mode-style monitor-activity monitor-bell monitor-silence mouse other-pane-height
    other-pane-width pane-active-border-style pane-base-index pane-border-format pane-border-indicators
    pane-border-lines pane-border-status pane-border-style pane-colors pane-colours pane-scrollbars
    pane-scrollbars-position pane-scrollbars-style pane-scrollbars-timeout pane-status-current-style
    pane-status-style popup-border-lines popup-border-style popup-style prefix prefix2 prompt-command-cursor-color
    prompt-command-cursor-colour prompt-command-cursor-style prompt-cursor-color prompt-cursor-colour
    prompt-cursor-style remain-on-exit remain-on-exit-format renumber-windows repeat-time scroll-on-clear
    session-status-current-style session-status-style set-titles set-titles-string silence-action status status-bg
    status-fg status-format status-interval status-justify status-keys status-left status-left-length
    status-left-style status-position status-right status-right-length status-right-style status-style
    switch-mode-match-style synchronize-panes tiled-layout-max-columns tree-mode-border-style
    tree-mode-preview-format tree-mode-preview-style tree-mode-selection-style update-environment visual-activity
    visual-bell visual-silence window-active-style window-pane-current-status-format window-pane-status-format
    window-size window-status-activity-style window-status-bell-style window-status-current-format
    window-status-current-style window-status-format window-status-last-style window-status-separator
    window-status-style window-style word-separators wrap-search xterm-keys
    """
)
# Of these windows have their own.
OF_WINDOWS = re.compile(
    r"aggressive-resize|allow-.*|alternate-screen|automatic-rename.*|clock-.*|copy-mode-.*|cursor-.*|fill-character"
    r"|main-pane-.*|other-pane-.*|menu-.*|mode-.*|monitor-.*|pane-.*|popup-.*|remain-on-exit.*|scroll-on-clear"
    r"|synchronize-panes|tiled-layout-.*|tree-mode-.*|window-.*|wrap-search|xterm-keys"
)
SERVERS = _names(
    """
    backspace buffer-limit codepoint-widths command-alias copy-command dark-theme-black dark-theme-blue
    dark-theme-cyan dark-theme-dark-grey dark-theme-green dark-theme-light-grey dark-theme-magenta dark-theme-red
    dark-theme-white dark-theme-yellow default-client-command default-terminal editor escape-time exit-empty
    exit-unattached extended-keys extended-keys-format focus-events get-clipboard history-file input-buffer-size
    light-theme-black light-theme-blue light-theme-cyan light-theme-dark-grey light-theme-green
    light-theme-light-grey light-theme-magenta light-theme-red light-theme-white light-theme-yellow message-limit
    prefix-timeout prompt-history-limit set-clipboard terminal-features terminal-overrides theme user-keys
    variation-selector-always-wide
    """
)
RUNS = frozenset(("default-command", "default-shell", "lock-command"))
# Each event's name, and `after-COMMAND`.
HOOKS = _names(
    """
    alert-activity alert-bell alert-silence client-active client-attached client-closed client-created
    client-dark-theme client-detached client-focus-in client-focus-out client-light-theme client-resized
    client-session-changed command-error marked-pane-changed pane-activity pane-bell pane-command-finished
    pane-command-started pane-created pane-died pane-exited pane-focus-in pane-focus-out pane-mode-changed
    pane-mode-entered pane-mode-exited pane-moved pane-prompt-closed pane-prompt-opened pane-resized
    pane-set-clipboard pane-shell-prompt pane-title-changed session-added-to-group session-closed session-created
    session-removed-from-group session-renamed session-window-changed window-closed window-created
    window-layout-changed window-linked window-pane-changed window-renamed window-resized window-unlinked
    window-unzoomed window-zoomed
    """
)
_AFTER = re.compile(r"after-[a-z]+(-[a-z]+)*")
_NAME = re.compile(r"(@?[A-Za-z][\w-]*)(\[\d+\])?", re.ASCII)
_ENDS = {
    "destroy-unattached": "it ends the session as soon as nobody is on it, and crashes tmux before 3.8",
    "exit-unattached": "it ends every session as soon as nobody is on one",
    "exit-empty": "it may end the server",
}
_ENDS_FROM = {"destroy-unattached": "des", "exit-unattached": "exit-u", "exit-empty": "exit-e"}
_OFF = frozenset(("off", "no", "0"))
_IN_THE_CONFIGURATION = "set it in your tmux configuration"
# `#{E:status-left}`, `#{T;=20:@mine}`: what an option has, which is looked at where that is set, expanded once.
_OF_AN_OPTION = re.compile(r"#\{(?:[^#:{}]*;)?[ET](?:;[^#:{}]*)?:(@?[A-Za-z][\w-]*)\}", re.ASCII)
_AGAIN = re.compile(r"#\{.*(?<![A-Za-z0-9])[ET][;:]", re.DOTALL)


def refusal(name: str, value: str, version: str = "") -> tuple[str, str]:
    """Why it is not set, and what helps; ("", "") for one that may be. `version`: of the server, where it is known."""
    match = _NAME.fullmatch(name)
    if not match:
        return "not an option of tmux", ""
    bare = match[1]
    if bare in _ENDS or bare.startswith(OURS):
        return harm(bare, value)
    if bare in SERVERS:
        return "an option of the whole server", _IN_THE_CONFIGURATION
    if bare in hooks.EVENTS:
        return (
            "a hook of the session's own is called instead of viewsync's, by which views are cleaned up",
            _IN_THE_CONFIGURATION,
        )
    if bare == "detach-on-destroy" and value in ("previous", "next") and versions.dies_with_a_session(version):
        return f"it crashes tmux {version} when a session ends", "leave it out, or update tmux"
    if not (bare.startswith("@") or bare in HARMLESS or _is_command(bare)):
        near = did_you_mean(bare, sorted(HARMLESS | RUNS), _IN_THE_CONFIGURATION)
        return "not an option that viewsync knows of tmux", near
    return "", ""


def harm(name: str, value: str) -> tuple[str, str]:
    """The same of those that end sessions, and of our own marks. tmux takes the beginning of a name for the name."""
    if name.startswith(OURS):
        return "it is viewsync's own mark", "leave it out"
    bare = next(
        (option for option, shortest in _ENDS_FROM.items() if option.startswith(name) and name.startswith(shortest)), ""
    )
    off = bare == "destroy-unattached" and value.lower() in _OFF
    return (_ENDS[bare], "leave it out") if bare and not off else ("", "")


def runs(name: str, value: str) -> bool:
    """Whether it has tmux run a command, now or later."""
    return _is_command(name.partition("[")[0]) or _expands_to_a_command(value)


def _is_command(bare: str) -> bool:
    return bare in RUNS or bare in HOOKS or bool(_AFTER.fullmatch(bare))


def _expands_to_a_command(value: str) -> bool:
    """`#(...)`, and what may become one: of any value, since tmux expands user options and styles, too."""
    rest = _OF_AN_OPTION.sub(_known, value)
    if _AGAIN.search(rest):
        return True  # expanded twice: the parts of a `#(` may stand anywhere
    # Behind `#{` escapes are taken away before some parts are expanded. `%` is the time's, and may become nothing.
    if re.search(r"#\{.*#[(%]", rest, re.DOTALL):
        return True
    return bool(re.search(r"(?<!#)(?:##)*#[(%]", rest))


def _known(match: re.Match[str]) -> str:
    return "" if match[1].startswith("@") or match[1] in HARMLESS else match[0]
