"""What stands in our hooks for views: a server ends its views by itself, and starts viewsync for what is left to do.

Three things that tmux does decide how it is said here (docs/explanation/tmux-traps.md):
A command that waits inside of an if-shell can end the server, when a client dies meanwhile (trap K).
While a command of a hook waits, other hooks are lost (trap L). So nothing here waits but in 3.2, which knows no other
way: there at the top of the hook, and twice, so that the second one sees what the first one lost.
A format that takes longer than 100 ms is cut off, from 3.7c on: what it said so far must not run.
"""

from __future__ import annotations

from viewsync.tmux import guarded_kill
from viewsync.tmux.rules import hooks, idle
from viewsync.tmux.rules.language import both, either, if_existing, if_session, literal, quoted
from viewsync.tmux.rules.model import (
    AWAY,
    CLIENTS,
    ENDED,
    ENDS_ALONE,
    LEASE,
    NAMED_AS_VIEW,
    NOT_QUARANTINED,
    NOW,
    OPENING,
    OWN_MARK,
    PARENT,
    PARENT_ID,
    VIEW,
)
from viewsync.tmux.rules.versions import WITH_OTHER_HOOKS, ends_views, runs_options

_COMMANDS = "@viewsync_commands"  # there only while they run
_TOLD_AT_ONCE = 6000  # characters of `ENDED`, some 120 views: then viewsync is started to take note of them

# In the text for one session, until it is made for each.
_ID, _PARENT_ID, _NAME, _WINDOW = "\1", "\2", "\3", "\4"
_VALUES = {
    _ID: "#{session_id}",
    _PARENT_ID: f"#{{s/[^0-9$]//:{PARENT_ID}}}",
    _NAME: "#{s/[^A-Za-z0-9_-]/_/:session_name}",
    _WINDOW: "#{window_id}",
}

_MAY_END = both(*dict.fromkeys(idle.ALONE.values()), idle.SHARED)
# An option that all inherit makes marks of no worth: then viewsync, which has rows, decides.
_NONE_INHERITED = f"#{{==:#{{S:#{{?#{{&&:#{{{VIEW}}},#{{!=:#{{{VIEW}}},#{{session_id}}}}}},x,}}}},}}"
# The name is looked at beside the mark, because a user's blocking hook can lose the mark of a view whose client died at
# that moment (facts/tmux.md section 4).
# Of who left it, and has a view of its own elsewhere, there is nothing to do. With a comma there are two on that one.
_ALONE_ON_A_VIEW = both(OWN_MARK, "#{==:#{m:*#,*,#{session_attached_list}},0}")
_NOT_ELSEWHERE = f"#{{?{AWAY},#{{?#{{m:* #{{{AWAY}}} *,#{{S:#{{?{_ALONE_ON_A_VIEW}, {CLIENTS} ,}}}}}},0,1}},1}}"
_UNUSED = both(
    idle.UNATTACHED,
    either(OWN_MARK, both(NAMED_AS_VIEW, "#{session_grouped}")),
    idle.NOT_PINNED,
    NOT_QUARANTINED,
    _NOT_ELSEWHERE,
    either(idle.ATTACHED_ONCE, f"#{{<:#{{{LEASE}}},{NOW}}}"),
)
_OPENED = f"#{{==:#{{{OPENING}}},#{{session_id}}}}"
# With fifty clients that die at once, this is asked fifty times: of who is attached, as little as can be.
_LEFT = f"#{{?session_attached,#{{?{_OPENED},x,}},#{{?{either(_UNUSED, _OPENED)},x,}}}}"
_NOTHING_LEFT = both(
    f"#{{==:#{{S:{_LEFT}}}#{{?pid,.,}},.}}", f"#{{e|<|:#{{n:{ENDED}}},{_TOLD_AT_ONCE}}}"
)  # cut off, it is not true


def text(event: str, caller: str, version: str) -> str:
    """What stands in the slot of `event`, in a server of that version. One that is too old starts us for every view."""
    if not ends_views(version):
        any_view = f"#{{S:#{{?{either(OWN_MARK, NAMED_AS_VIEW)},1,}}}}"
        return f"if-shell -F {quoted(any_view)} {{ {hooks.beside(hooks.command(caller))} }}"
    return f"{_alone(event, version)} ; if-shell -F {quoted(_NOTHING_LEFT)} {{ }} {{ {_start(caller)} }}"


def configuration(caller: str) -> str:
    """All of it as a tmux configuration file, which can be sourced any number of times."""
    lines = [
        "# viewsync: tmux ends views whose terminal is gone, and starts viewsync where more is to be done.",
        f"# Each hook stands at index {hooks.INDEX}, beside whatever hooks you have; remove them exactly with",
        *(f"#   set-hook -gu '{hooks.slot(event)}'" for event in hooks.EVENTS),
        "# `viewsync install` writes this file with the launcher's whole path.",
        "# In a status line, this is the name of the session, in a view of it, too:",
        f"#   #{{?{VIEW},#{{q/h:{PARENT}}},#{{q/h:session_name}}}}",
    ]
    for number, (condition, version) in enumerate(WITH_OTHER_HOOKS):
        lines += [f"%{'elif' if number else 'if'} {quoted(condition)}", *_set(caller, version)]
    return "\n".join([*lines, "%else", *_set(caller, ""), "%endif"]) + "\n"


def _set(caller: str, version: str) -> list[str]:
    return [
        f"set-hook -g {quoted(hooks.slot(event))} {quoted(text(event, caller, version or '3.3a'))}"
        for event in hooks.EVENTS
    ]


def _alone(event: str, version: str) -> str:
    """What the server does by itself.

    A client that went to another session is still there, and so its WezTerm pane may be: we decide.
    """
    if event == hooks.EVENTS[0]:
        return _each(_MAY_END, _end(version), version)
    left = both(idle.UNATTACHED, idle.NOT_AWAY, f"#{{==:#{{{ENDS_ALONE}}},#{{session_id}}}}")
    return _each(left, if_session(_ID, idle.UNATTACHED, f"set-option -u -t '{_ID}:' {ENDS_ALONE}", ""), version)


def _end(version: str) -> str:
    """Ends one view, where all is still so in that step, and its parent is there to hold its windows: which of the last
    two views stays is a decision.
    """
    note = f"set-option -saF {ENDED} '{_ID}={_NAME}={_WINDOW}={NOW} '"
    end = guarded_kill.command(version, _ID, _MAY_END, "", if_existing, note)
    return if_session(_PARENT_ID, f"#{{!=:{OWN_MARK},1}}", end, "")


def _each(condition: str, command: str, version: str) -> str:
    """Run a command for each session that nobody is attached to and that meets the condition."""
    said = literal(f"{command} ; ")
    for sign, value in _VALUES.items():
        said = said.replace(sign, value)
    every = f"#{{S:#{{?session_attached,,#{{?{condition},{said},}}}}}}"
    whole = f"#{{s/^.*[^~]$//:{every}#{{?pid,##~,}}}}"  # with its comment at the end, or nothing of it
    if not runs_options(version):
        run = hooks.at_once(f"#{{?{_NONE_INHERITED},{whole},}}")
        return f"{run} ; {run}"
    any_such = f"#{{S:#{{?session_attached,,#{{?{condition},x,}}}}}}"
    run = f"set-option -gF {_COMMANDS} {quoted(whole)} ; set-hook -R {_COMMANDS} ; set-option -gu {_COMMANDS}"
    return f"if-shell -F {quoted(any_such)} {{ if-shell -F {quoted(_NONE_INHERITED)} {{ {run} }} }}"


def _start(caller: str) -> str:
    """Start viewsync, one at a time (`views.called_again`)."""
    return hooks.start(hooks.RUNNING, hooks.AGAIN, hooks.beside(hooks.command(caller)))
