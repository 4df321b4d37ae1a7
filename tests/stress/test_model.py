"""At random: sessions, groups, links, clients, renames, kills and registries of yesterday, with hooks and a sweeper.

After each step every program still runs that no user's action ended, and at the end no view is left over. The long form
(`--long`) is one of 20,000 steps. The seed of a run is printed; `--seed NUMBER` makes the same steps again, and
`--steps NUMBER` so many of them, as far as the sweeper and the hooks, which run beside them, let it.
"""

from __future__ import annotations

import os
import random
import re
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.stress import actions, leaving
from tests.stress.model import Model
from tests.support import forms
from tests.support.wait import until
from viewsync.context import Context

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.client import Tab
    from tests.support.server import Home, Server

SEED = 20261129
CONF = f"{leaving.CONF}set -g default-command 'exec cat'\n"
# What no reconcile mends: users moved or ended a row's pane, gave two rows' sessions one name, or two rows one session.
FOR_A_PERSON = {"no-pane", "renamed", "twice"}
# Views that were made without a client do not wait for one, so that they end while the model runs.
ENV = {"VIEWSYNC_GRACE": "0", "VIEWSYNC_SWEEP_EVERY": "1"}


@pytest.mark.stress
def test_nothing_ends_that_no_user_ended_and_no_view_is_left(
    servers: Callable[..., Server], home: Home, forks: None
) -> None:
    steps = forms.steps or (20_000 if forms.long else 150)
    seed = forms.seed or (time.time_ns() % 10**9 if forms.long else SEED)
    print(f"seed {seed}")
    home.env.update(ENV)
    server = servers(conf=CONF)
    actions.begin(server)
    sweeper = home.program([home.launcher, "sweeper", "run"])
    model = Model(server)
    user = actions.Actions(model, random.Random(seed))  # noqa: S311  the tests' dice
    start = time.monotonic()
    try:
        for _ in range(steps):
            user.any()
            model.put_away()
        assert_settles(model, sweeper)
    except Exception as error:
        raise AssertionError(f"seed {seed}, step {model.counts.total()}: {error}") from None
    print(f"{steps} steps in {time.monotonic() - start:.0f} s: {dict(model.counts)}")


def assert_settles(model: Model, sweeper: Tab) -> None:
    """Everybody goes home, nothing is pinned any more; then what is left is what users made, or holds their work."""
    home, server = model.home, model.server
    for pid in list(model.tabs):
        model.leaves(pid).signal(signal.SIGKILL)
    until(lambda: not model.look().clients, "the end of all clients")
    model.put_away()
    Context(home.env).registry.init()  # what the last step cut
    for session in list(model.last.sessions.values()):
        if session.view and session.kept:
            model.may_go(session.name)
            model.verb("pin", "--off", "-S", server.socket, "--", session.name)
            model.verb("release", "-s", session.name)
    for name, row in home.registry()["sessions"].items():
        if row.get("quarantined"):
            model.verb("release", "-s", name)
    try:
        until(lambda: not left_over(model), "the end of all views")
    except AssertionError as error:
        raise AssertionError(f"{error}: {left_over(model)}, {model.verb('views')}, {model.last}") from None
    assert not sweeper.ended(), sweeper.text()
    sweeper.signal(signal.SIGTERM)
    assert sweeper.wait() == 0, sweeper.text()
    findings = model.verb("reconcile", "--repair", "--json").json()["findings"]
    left = [finding for finding in findings if not (finding["repaired"] or finding["note"])]
    assert {finding["kind"] for finding in left} <= FOR_A_PERSON, left
    for words in (["cleanup"], ["sweep"]):
        assert model.verb(*words).code == 0
    model.look()
    names = {session.name for session in model.last.sessions.values()}
    clashing = {finding["name"] for finding in left if finding["kind"] == "renamed"}
    registry = home.registry()
    assert set(registry["views"]) <= names
    rows = {row["target"].partition(":")[0] for name, row in registry["sessions"].items() if name not in clashing}
    assert rows <= names
    assert not [name for name in os.listdir(home.state) if "tmp-" in name or name.startswith("open.conf")]


def left_over(model: Model) -> list[str]:
    """Views that others hold the windows of. Of one that a user renamed its row alone knows, and that may be lost."""
    assert model.verb("sweep").code == 0
    views = [session for session in model.look().sessions.values() if session.view and session.sharing > 1]
    rows = model.home.rows()
    return [view.name for view in views if re.search(r"-view-\d+-\d+$", view.name) or view.name in rows]
