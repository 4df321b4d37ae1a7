"""The views of another host: its tmux alone says which of them nobody uses.

What that host's own viewsync knows (a WezTerm's panes, how long a view is kept) is not known here. Its server does:
each view carries a mark where nothing else can keep it, by which the server ends it alone. A view without that mark is
never touched from here, and the mark is asked for again in the very step that ends a view.
"""

from __future__ import annotations

from viewsync.hosts import asking, reaching
from viewsync.tmux import inventory
from viewsync.tmux import views as tmux_views
from viewsync.tmux.rules.model import KEEP, PROMOTE, Verdict
from viewsync.tmux.server import ServerGone
from viewsync.typed import TYPE_CHECKING
from viewsync.views import listing
from viewsync.views.cleanup import Swept
from viewsync.views.rules import facts, policy

if TYPE_CHECKING:
    from viewsync.context import Context
    from viewsync.tmux.rules.model import Inventory
    from viewsync.tmux.window_list import Window
    from viewsync.views.listing import Listing, Parent

_OF_ITS_OWN = "its host's own viewsync may keep it"


def listed(
    ctx: Context, host: str, label: str, path: str, *, every: bool, windows: bool
) -> tuple[Listing, list[Parent], list[list[Window]]]:
    """The sessions with views, `every` for those without any, too, of one host or of all; with `windows` those of each.
    Times are those of this host's clock.
    """

    def read(ctx: Context, host: str) -> tuple[Listing, list[Parent], list[list[Window]]]:
        far = reaching.context(ctx, host, timed=True)
        try:
            found = inventory.inventory(far.tmux, reaching.socket(host, label, path))
        except ServerGone:
            return listing.Listing([], [], [], []), [], []
        one = listing.Listing([], [found.server._asdict()], [found.doubt] if found.doubt else [], [])
        verdicts = {verdict.session: verdict for verdict in verdicts_of(far, found)}
        behind = far.clock() - ctx.clock()
        one.parents.extend(_here(parent, behind) for parent in listing.grouped(found, verdicts, {}))
        parents = [parent for parent in one.parents if parent.views or every]
        return one, parents, listing.windows(far, one, parents) if windows else [[] for _ in parents]

    answers, problems = asking.each(ctx, host, read)
    whole = listing.Listing([], [], problems, [])
    parents: list[Parent] = []
    shown: list[list[Window]] = []
    for one, mine, inside in answers.values():
        whole.servers.extend(one.servers)
        whole.errors.extend(one.errors)
        parents += mine
        shown += inside
    return whole, parents, shown


def clean(ctx: Context, host: str, place: str, *, dry_run: bool) -> Swept:
    """Nothing where an answer was not understood in full. `place`: a server's name or path, "" for the usual one."""

    def read(ctx: Context, host: str) -> Swept:
        far = reaching.context(ctx, host, timed=True)
        label, path = ("", place) if "/" in place else (place, "")
        try:
            found = inventory.inventory(far.tmux, reaching.socket(host, label, path))
        except ServerGone:
            return Swept([], [], [])
        verdicts = verdicts_of(far, found)
        errors = [found.doubt] if found.doubt else []
        wanted = sorted((one for one in verdicts if one.action != KEEP), key=lambda each: each.action == PROMOTE)
        if dry_run or not found.complete or not wanted:
            return Swept(verdicts, [], errors)
        grace = policy.of(ctx.config).grace
        done = tmux_views.act(far.tmux, found.server, wanted, far.clock(), grace, alone=True)
        return Swept(verdicts, [verdict for verdict, ok in zip(wanted, done, strict=True) if not ok], errors)

    answers, problems = asking.each(ctx, host, read)
    swept = Swept([], [], problems)
    for one in answers.values():
        swept.add(one)
    return swept


def verdicts_of(far: Context, found: Inventory) -> list[Verdict]:
    """As for views of this host; what only that host's viewsync can decide is kept."""
    now, awake = far.clock(), far.awake()
    known = facts.of(found, {}, (), now, awake)
    alone = {session.id for session in found.sessions if session.ends_alone}
    verdicts = policy.decide(known, policy.of(far.config), now, found.doubt)
    return [
        verdict if verdict.action == KEEP or verdict.id in alone else verdict._replace(action=KEEP, reason=_OF_ITS_OWN)
        for verdict in verdicts
    ]


def _here(parent: Parent, ahead: float) -> Parent:
    """Its times by our clock."""
    views = [
        view._replace(
            session=view.session._replace(
                created=round(view.session.created - ahead),
                last_attached=round(view.session.last_attached - ahead) if view.session.last_attached else 0,
            )
        )
        for view in parent.views
    ]
    session = parent.session
    return parent._replace(session=session and session._replace(created=round(session.created - ahead)), views=views)
