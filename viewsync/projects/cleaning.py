"""What `cleanup` does with registered sessions, whoever made them: a project's ends after its cleanup steps."""

from __future__ import annotations

from viewsync.errors import ViewsyncError
from viewsync.projects import listing
from viewsync.sessions import expiring
from viewsync.tmux import guarded_kill
from viewsync.tmux.rules.model import END, KEEP
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.projects.listing import Known, Scope
    from viewsync.sessions.expiring import ExpiryItem
    from viewsync.sessions.rules.expiry import ExpiryCriteria
    from viewsync.tmux.rules.model import Server
    from viewsync.tmux.rules.project_model import LiveSession
    from viewsync.tmux.server import Tmux

_TRIGGER = "cleanup"


def plan(ctx: Context, wish: ExpiryCriteria, scope: Scope) -> tuple[list[ExpiryItem], list[str]]:
    """What would become of the sessions in `scope`. All are judged: one outside may keep a session that both name."""
    items, errors = expiring.plan(ctx, wish)
    if not any(scope):
        return items, errors
    names = listing.within(ctx.registry.read(), scope)
    return [item for item in items if item.listed.row.name in names], errors


def carry_out(ctx: Context, items: list[ExpiryItem]) -> list[ExpiryItem]:
    """What came of those that are not kept."""
    going = [item for item in items if item.verdict.action != KEEP]
    mine = [item for item in going if item.listed.row.type == listing.TYPE]
    others = [item for item in going if item.listed.row.type != listing.TYPE]
    if not mine:
        return expiring.carry_out(ctx, others)
    known = {session.row: session for session in listing.read(ctx).known if session.row}
    # A row that goes alone, and whose session lives, is for those who have always done so.
    ending = [item for item in mine if _ends(item, known.get(item.listed.row))]
    others += [item for item in mine if item not in ending]
    done = expiring.carry_out(ctx, others)
    return done + [_end(ctx, item, known[item.listed.row]) for item in expiring.ready(ctx, ending)]


def _ends(item: ExpiryItem, known: Known | None) -> bool:
    return known is not None and (item.verdict.action == END or known.live is None)


def _end(ctx: Context, item: ExpiryItem, known: Known) -> ExpiryItem:
    if item.problem:
        return item
    if known.views or (known.live and known.live.in_use):  # which it had not, and was not, when it was judged
        return item._replace(problem=expiring.FASTER)
    from viewsync.projects import ending  # only for those that have something to end

    def act(tmux: Tmux, server: Server, found: list[LiveSession]) -> str:
        ends = [guarded_kill.End(session.id, session.name, only_dead=item.verdict.save) for session in found]
        return "" if all(guarded_kill.end(tmux, server, ends)) else expiring.FASTER

    try:
        done = ending.end(ctx, known, _TRIGGER, act=act, why=item.verdict.reason)
    except ViewsyncError as error:
        return item._replace(problem=error.message)
    problem = "; ".join(done.problems) or ("" if done.removed else expiring.FASTER)
    return item._replace(ended=done.ended and known.live is not None, removed=bool(done.removed), problem=problem)
