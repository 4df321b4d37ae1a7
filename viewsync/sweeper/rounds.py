"""What the sweeper does each time, whether it stays for the next or a timer starts it: sweep, measure, tell."""

from __future__ import annotations

from viewsync import ground, output
from viewsync.errors import ViewsyncError
from viewsync.sweeper import one_pass
from viewsync.typed import TYPE_CHECKING
from viewsync.usage import keeping, sampling
from viewsync.views.cleanup import guarded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from viewsync.context import Context

_DUE = 0.9 * sampling.EVERY  # seconds: a round that comes a little early measures, too


class Rounds:
    """`told`: the problems of the round before. `sampled`: when something was measured last, on that clock."""

    def __init__(
        self, ctx: Context, clock: Callable[[], float], told: Iterable[str] = (), sampled: float = -sampling.EVERY
    ) -> None:
        self.ctx = ctx
        self.clock = clock
        self.told = set(told)
        self.sampled = sampled

    def sweep(self) -> list[str]:
        """One pass. Nothing that a server, the registry or the history does may end the sweeper."""
        try:
            return [*one_pass.everything(self.ctx, "sweeper").errors, *self.sample(), *self.publish()]
        except ViewsyncError as error:
            return [error.message]
        except Exception as error:
            if isinstance(error, (OSError, MemoryError)) and (problem := ground.told(error)):
                return [problem.message]
            self.ctx.log.exception("a bug in the sweep")
            return [f"a bug: {type(error).__name__}"]

    def sample(self) -> list[str]:
        """What sessions use, and what of the history is kept, where it is time. A clock may have been set back."""
        now = self.clock()
        if abs(now - self.sampled) < _DUE:
            return []
        self.sampled = now
        return [*guarded(lambda: sampling.take(self.ctx, "sweeper")), *guarded(lambda: keeping.keep(self.ctx))]

    def publish(self) -> list[str]:
        """What is here, for other hosts, where they share an index."""
        if not self.ctx.index:
            return []
        from viewsync.index import publishing

        return publishing.round_(self.ctx)

    def tell(self, problems: list[str]) -> None:
        """Each problem once, when it comes and not every minute that it stays."""
        for problem in problems:
            if problem not in self.told:
                self.ctx.log.warning("sweeper: %s", problem)
                output.say(f"{output.program()} sweeper: {problem}")
        self.told = set(problems)
