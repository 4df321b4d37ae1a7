"""What is there against the plan."""

from __future__ import annotations

from typing import Any

from viewsync.rules.projects import diff, marks
from viewsync.rules.projects.diff import DIFFERENT, EXTRA, MISSING
from viewsync.rules.projects.live import Seen, SeenPane, SeenWindow
from viewsync.rules.projects.plan import Identity, Pane, Plan, Window

PANE = Pane(("true",), "/p", (), False, "")


def window(name: str, panes: int = 1, layout: str = "", options: tuple[tuple[str, str], ...] = ()) -> Window:
    return Window(name, "/p", layout, False, options, (PANE,) * panes)


def plan(*windows: Window, **changes: Any) -> Plan:
    found = Plan(
        command="dev",
        file="/p/dev.yaml",
        identity=Identity("/p", "p", "main", "dev", "p-main-dev"),
        cwd="/p",
        environment=(),
        secrets=frozenset(),
        windows=windows,
        shell="",
        tmux_config="",
        options=(),
        auto_attach=False,
        auto_cleanup=False,
        timeout=0.0,
        pre_create=(),
        post_create=(),
        cleanup=(),
        worktree=None,
        arguments=(),
    )
    return found._replace(**changes)


def pane(number: int, key: str = "") -> SeenPane:
    return SeenPane(f"%{number}", number, key, number == 0, "/p", "sh", False, 1)


def there(number: int, name: str, key: str = "", panes: int = 1, placeholder: bool = False) -> SeenWindow:
    keys = [str(at) if key else "" for at in range(panes)]
    inside = tuple(pane(at, each) for at, each in enumerate(keys))
    return SeenWindow(f"@{number}", number, key, name, "", number == 0, placeholder, {}, inside)


def seen(*windows: SeenWindow, **changes: Any) -> Seen:
    found = Seen("$1", "p-main-dev", "/p", {}, {}, windows)
    return found._replace(**changes)


def told(wanted: Plan, found: Seen) -> list[tuple[str, str]]:
    return [(each.kind, each.what) for each in diff.compare(wanted, found)]


def test_what_is_as_it_is_to_be_is_nothing() -> None:
    assert told(plan(window("a", 2)), seen(there(0, "a", "a", 2))) == []


def test_a_window_goes_by_its_mark_whatever_it_is_called() -> None:
    assert told(plan(window("a")), seen(there(0, "b", "a"))) == [(DIFFERENT, "name of window 'a'")]
    assert told(plan(window("a")), seen(there(0, "a", "b"))) == [(MISSING, "window 'a'"), (EXTRA, "window 'a'")]


def test_without_marks_it_goes_by_name_each_once() -> None:
    found = seen(there(0, "a"), there(1, "a"), there(2, "x", placeholder=True))
    assert told(plan(window("a"), window("a")), found) == []
    assert told(plan(window("a")), found) == [(EXTRA, "window 'a'")]


def test_of_a_marked_window_only_marked_panes_are_ours() -> None:
    """A pane that somebody opened does not stand for one that was closed."""
    found = there(0, "a", "a", 2)
    found = found._replace(panes=(found.panes[0], pane(7)))
    assert told(plan(window("a", 2)), seen(found)) == [
        (MISSING, "pane 2 of window 'a'"),
        (EXTRA, "pane in window 'a'"),
    ]


def test_switches_have_several_words() -> None:
    options = (("mouse", "on"), ("status", "off"), ("mode-keys", "vi"))
    found = seen(there(0, "a", "a"), options={"mouse": "1", "status": "0", "mode-keys": "emacs"})
    assert told(plan(window("a"), options=options), found) == [(DIFFERENT, "option mode-keys")]


def test_a_layout_is_compared_with_the_one_that_was_given() -> None:
    found = there(0, "a", "a", 2)._replace(layout="tiled")
    assert told(plan(window("a", 2, "tiled")), seen(found)) == []
    assert told(plan(window("a", 2, "even-vertical")), seen(found)) == [(DIFFERENT, "layout of window 'a'")]


def test_a_secret_is_not_shown() -> None:
    wanted = plan(window("a"), environment=(("KEY", "new"), ("B", "c")), secrets=frozenset(["KEY"]))
    found = diff.compare(wanted, seen(there(0, "a", "a"), environment={"KEY": "old"}))
    assert [(each.what, each.wanted, each.found) for each in found] == [
        ("variable KEY", "(secret)", "(secret)"),
        ("variable B", "c", ""),
    ]


def test_folders_are_told_and_stay() -> None:
    (one,) = diff.compare(plan(window("a"), cwd="/q"), seen(there(0, "a", "a")))
    assert (one.what, one.wanted, one.found, one.can) == ("folder", "/q", "/p", False)


def test_pairs_keep_the_order_of_the_plan() -> None:
    found = diff.pairs(plan(window("b"), window("a")), seen(there(0, "a", "a"), there(1, "b", "b")))
    assert [each.key for each in found] == marks.keys(["b", "a"])
    assert [each.seen.id if each.seen else "" for each in found] == ["@1", "@0"]
