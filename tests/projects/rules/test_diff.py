"""What is there against the plan."""

from __future__ import annotations

from typing import Any

import pytest

from viewsync.project_files.rules.plan import Plan, PlannedPane, PlannedWindow
from viewsync.projects.rules import diff
from viewsync.projects.rules.diff import DIFFERENT, EXTRA, MISSING
from viewsync.tmux.rules import layout_tree, marks
from viewsync.tmux.rules.marks import Identity
from viewsync.tmux.rules.project_model import SeenPane, SeenSession, SeenWindow

PANE = PlannedPane(("true",), "/p", (), False, "")


def window(name: str, panes: int = 1, layout: str = "", options: tuple[tuple[str, str], ...] = ()) -> PlannedWindow:
    return PlannedWindow(name, "/p", layout, False, options, (PANE,) * panes)


def plan(*windows: PlannedWindow, **changes: Any) -> Plan:
    found = Plan(
        command="dev",
        file="/p/dev.yaml",
        identity=Identity("/p", "p", "main", "dev", "p-main-dev"),
        cwd="/p",
        environment=(),
        secrets=frozenset(),
        windows=windows,
    )
    return found._replace(**changes)


def pane(number: int, key: str = "") -> SeenPane:
    return SeenPane(f"%{number}", number, key, number == 0, "/p", "sh", False, 1)


def there(number: int, name: str, key: str = "", panes: int = 1, placeholder: bool = False) -> SeenWindow:
    keys = [str(at) if key else "" for at in range(panes)]
    inside = tuple(pane(at, pane_key) for at, pane_key in enumerate(keys))
    return SeenWindow(f"@{number}", number, key, name, "", number == 0, placeholder, {}, inside)


def seen(*windows: SeenWindow, **changes: Any) -> SeenSession:
    found = SeenSession("$1", "p-main-dev", "/p", {}, {}, windows)
    return found._replace(**changes)


def told(wanted: Plan, found: SeenSession) -> list[tuple[str, str]]:
    return [(difference.kind, difference.what) for difference in diff.compare(wanted, found)]


def test_what_is_as_it_is_to_be_is_nothing() -> None:
    assert told(plan(window("a", 2)), seen(there(0, "a", "a", 2))) == []


def test_a_window_goes_by_its_mark_whatever_it_is_called() -> None:
    assert told(plan(window("a")), seen(there(0, "b", "a"))) == [(DIFFERENT, "name of window 'a'")]
    assert told(plan(window("a")), seen(there(0, "a", "b"))) == [(MISSING, "window 'a'"), (EXTRA, "window 'a'")]


def test_without_marks_it_goes_by_name_each_once() -> None:
    found = seen(there(0, "a"), there(1, "a"), there(2, "x", placeholder=True))
    assert told(plan(window("a"), window("a")), found) == []
    assert told(plan(window("a")), found) == [(EXTRA, "window 'a'")]


def test_a_name_as_tmux_keeps_it_is_the_same() -> None:
    assert told(plan(window("a\\b $X")), seen(there(0, "a\\\\b \\$X", "a\\b $X"))) == []
    assert told(plan(window("ab")), seen(there(0, "a\\b", "ab"))) == [(DIFFERENT, "name of window 'ab'")]


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


EVEN = "1af1,200x50,0,0{99x50,0,0,0,100x50,100,0,1}"
UNEVEN = "e592,200x50,0,0{150x50,0,0,0,49x50,151,0,1}"
SMALL = "0000,80x24,0,0{39x24,0,0,0,40x24,40,0,1}"
STACKED = "0000,200x50,0,0[200x24,0,0,0,200x25,0,25,1]"


@pytest.mark.parametrize(
    ("wanted", "given", "shown", "found"),
    [
        ("even-horizontal", "even-horizontal", EVEN, None),
        ("even-horizontal", "tiled", EVEN, None),  # somebody brought it back
        ("even-horizontal", "even-horizontal", STACKED, ("even-vertical", False)),
        ("even-horizontal", "even-horizontal", UNEVEN, (UNEVEN, True)),
        ("even-horizontal", "main-vertical", UNEVEN, ("main-vertical", False)),  # the file was changed
        ("main-vertical", "main-vertical", UNEVEN, None),
        ("main-vertical", "even-horizontal", UNEVEN, ("even-horizontal", False)),
        ("main-vertical", UNEVEN, UNEVEN, None),
        (EVEN, "even-horizontal", EVEN, None),
        (EVEN, "even-horizontal", SMALL, None),
        (EVEN, "even-horizontal", UNEVEN, (UNEVEN, True)),
        (EVEN, UNEVEN, UNEVEN, (UNEVEN, False)),
        (EVEN, UNEVEN, SMALL, (UNEVEN, False)),
        (UNEVEN, "even-horizontal", SMALL, ("even-horizontal", True)),  # frozen of one that a client had scaled
        (EVEN, EVEN, STACKED, ("even-vertical", False)),
    ],
)
def test_a_layout_goes_by_how_the_window_is(
    wanted: str, given: str, shown: str, found: tuple[str, bool] | None
) -> None:
    window_ = there(0, "a", "a", 2)._replace(layout=given, shown=layout_tree.read(shown))
    told_ = diff.compare(plan(window("a", 2, wanted)), seen(window_))
    assert [(difference.found, difference.quiet) for difference in told_] == ([found] if found else [])


def test_without_all_its_panes_a_window_will_be_laid_out_anew() -> None:
    window_ = there(0, "a", "a", 2)._replace(layout="even-horizontal", shown=layout_tree.read(STACKED))
    one = window_._replace(panes=window_.panes[:1], shown=layout_tree.read("0000,200x50,0,0,0"))
    assert told(plan(window("a", 2, "even-horizontal")), seen(one)) == [(MISSING, "pane 2 of window 'a'")]
    assert len(told(plan(window("a", 2, "tiled")), seen(one))) == 2


def test_a_secret_is_not_shown() -> None:
    wanted = plan(window("a"), environment=(("KEY", "new"), ("B", "c")), secrets=frozenset(["KEY"]))
    found = diff.compare(wanted, seen(there(0, "a", "a"), environment={"KEY": "old"}))
    assert [(difference.what, difference.wanted, difference.found) for difference in found] == [
        ("variable KEY", "(secret)", "(secret)"),
        ("variable B", "c", ""),
    ]


def test_folders_are_told_and_stay() -> None:
    (one,) = diff.compare(plan(window("a"), cwd="/q"), seen(there(0, "a", "a")))
    assert (one.what, one.wanted, one.found, one.can) == ("folder", "/q", "/p", False)


def test_pairs_keep_the_order_of_the_plan() -> None:
    found = diff.pairs(plan(window("b"), window("a")), seen(there(0, "a", "a"), there(1, "b", "b")))
    assert [pair.key for pair in found] == marks.keys(["b", "a"])
    assert [pair.seen.id if pair.seen else "" for pair in found] == ["@1", "@0"]


def test_a_folder_that_tmux_does_not_tell_is_no_difference() -> None:
    found = there(0, "a", "a")
    unknown = found._replace(panes=(found.panes[0]._replace(folder=""),))
    assert told(plan(window("a")), seen(unknown)) == []
