"""Make a view: a session that joins another one's group. Nothing else says `new-session -t`.

Two things go wrong with it in every tmux. Where the session to join is in no group, and another group has its name, it
is put into *that* one, and its own windows are replaced by that one's (trap B). Where it is gone, a group of that name
is made with a shell in it. So both are asked of the server in the step that joins.
"""

from __future__ import annotations

from viewsync.tmux import window_size
from viewsync.tmux.rules import hooks, language
from viewsync.tmux.rules.language import both, either, equal, if_session, quoted
from viewsync.tmux.rules.model import ENDS_ALONE, OPENING, PARENT, PARENT_ID, VIEW
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from viewsync.tmux.view_origin import Origin


# What happens to a view's windows happens to its parent's, too, and whoever has a hook for it hears of that. A view has
# a hook of its own for it, that does nothing: tmux looks there first, and only then in those of all sessions.
_NOTHING = "if-shell -F '' ''"


class NewView(NamedTuple):
    """A view to be made, if none of the free ones can be had."""

    name: str
    origin: Origin
    parent: str  # the parent's name, for the mark
    joins: str  # the name of the session that it is grouped with: the parent's, or a view's when that is gone
    folder: str  # "" for the parent's own
    window: str  # "@5" to start on, "" for the parent's current one
    detour: str  # a name for the parent while a hijacked group is avoided
    hooks: tuple[tuple[str, str], ...] = ()  # of its own, beside those of all sessions: slot and text
    ends_alone: bool = False  # the server may end it without asking us, as soon as its client is gone


def command(new: NewView, *, detached: bool, then: str = "") -> str:
    """Join the parent's group and be its like: options, environment, hooks, folder, current window. `then` is said
    when it is.

    Where another group has the parent's name, the parent is called otherwise for that one step.
    """
    parent = new.origin.session
    join = _join(new, detached=detached)
    safe = either("#{session_grouped}", f"#{{==:#{{S:#{{?{equal('session_group', new.joins)},x,}}}},}}")
    detoured = equal("session_name", new.detour)  # asked again: a user's hook may follow each new name
    back = f"rename-session -t '{parent}:' -- {quoted(language.name(new.joins))}"
    around = (
        f"rename-session -t '{parent}:' {new.detour} ; {if_session(parent, detoured, join, '')} ; "
        f"{if_session(parent, detoured, back, '')}"
    )
    inherit = " ; ".join(_inherit(new))
    # has-session fails, and with it the rest, when the parent is gone: new-session would make a fresh group.
    make = f"if-shell -F -t '{parent}:' {quoted(safe)} {{ {join} }} {{ {around} }} ; {inherit}{then and f' ; {then}'}"
    # Both the question above and the way back from the detour name the parent: renamed meanwhile, it is left alone.
    named = quoted(equal("session_name", new.joins))
    renamed = "display-message -p 'viewsync: the session was renamed just now; try again'"
    return f"has-session -t '{parent}:' ; if-shell -F -t '{parent}:' {named} {{ {make} }} {{ {renamed} }}"


def _join(new: NewView, *, detached: bool) -> str:
    words = [
        "new-session",
        *(["-d"] if detached else []),
        "-t",
        f"'{new.origin.session}:'",
        "-s",
        quoted(new.name),
    ]
    words += ["-c", quoted(language.unexpanded(new.folder or new.origin.folder))]
    for name, value in new.origin.environment:
        if value is not None and language.unharmed(value):
            words += ["-e", quoted(f"{name}={value}")]
    making = " ".join(words)
    return window_size.around(making) if new.origin.unsized else making


def _inherit(new: NewView) -> list[str]:
    target = f"'={new.name}:'"
    return [
        *(f"set-hook -t {target} {event} {quoted(_NOTHING)}" for event in hooks.quiet(new.origin.version)),
        f"set-option -F -t {target} {VIEW} '#{{session_id}}'",
        language.assigned(f"set-option -t {target}", PARENT, new.parent),
        *for_tab(f"-t {target}", new),
        f"set-option -t {target} destroy-unattached off",
        *(language.assigned(f"set-option -t {target}", name, value) for name, value in new.origin.options),
        *(
            f"set-environment -r -t {target} -- {quoted(name)}"
            if value is None
            else language.assigned(f"set-environment -t {target}", name, value)
            for name, value in new.origin.environment
            if value is None or not language.unharmed(value)
        ),
        *(f"set-hook -t {target} {quoted(slot)} {quoted(text)}" for slot, text in new.hooks),
        _begin_on(new),
    ]


def _begin_on(new: NewView) -> str:
    """Go to its first window. For the user it is where the view begins, and no change."""
    window, target, event = new.window or new.origin.window, f"'={new.name}:'", "session-window-changed"
    elsewhere = quoted(both(equal("window_id", window), "#{!=:#{window_active},1}"))
    once = f"set-hook -t {target} {event} {quoted(f'set-hook -u {event}')} ; "
    if any(slot.startswith(f"{event}[") for slot, _ in new.hooks):
        once = ""
    place = f"'={new.name}:{window}'"
    return f"if-shell -F -t {place} {elsewhere} {{ {once}select-window -t {place} }}"


def for_tab(target: str, new: NewView) -> list[str]:
    """The marks of a view that a tab gets, a new one or a free one: by them the server knows what it may do alone."""
    own = "'#{session_id}'"
    ends = f"set-option -F {target} {ENDS_ALONE} {own}" if new.ends_alone else f"set-option -u {target} {ENDS_ALONE}"
    parent = f"set-option {target} {PARENT_ID} '{new.origin.session}'"
    return [parent, ends, f"set-option -F {target} {OPENING} {own}"]


def select(session: str, window: str) -> str:
    """Go to a window, if it is still there."""
    there = quoted(equal("window_id", window))
    return f"if-shell -F -t '{session}:{window}' {there} {{ select-window -t '{session}:{window}' }}"
