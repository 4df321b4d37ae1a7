"""Which file says each command of tmux that destroys something, starts a server or ends one: found in the source."""

from __future__ import annotations

import ast
import functools
import os
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.support.server import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"  # stands in a text for what is only known when it runs

# As tmux takes them: by an alias, and by every beginning that means one command.
NAMES = {
    "attach-session": r"attach-\w+",
    "half of a name": r"-(?:client|layout|pane|server|session|window)",
    "kill-pane": r"kill-p\w*|killp",
    "kill-server": r"kill-ser\w*",
    "kill-session": r"kill-ses\w*",
    "kill-window": r"kill-w\w*|killw",
    "list-commands": r"list-com\w*|lscm",
    "list-keys": r"list-k\w*|lsk",
    "lock": r"lock-[cs]\w*|lockc",
    "move-window": r"move-w\w*|movew",
    "new-session": r"new-s\w*",
    "respawn": r"respawn-[pw]\w*|respawn[pw]",
    "run-shell": r"run-s\w*",
    "select-layout": r"select-l\w*|selectl",
    "start-server": r"start-s\w*",
    "suspend-client": r"suspend-c\w*|suspendc",
    "unlink-window": r"unlink-w\w*|unlinkw",
}
ANY = re.compile("|".join(rf"(?<![\w-])(?:{pattern})\b" for pattern in NAMES.values()))
# Of libtmux's objects.
METHODS = {"kill-server", "kill-session", "kill-window", "move-window", "new-session", "select-layout"}
# Words of English are looked for where a command begins, with an option behind them.
WORDS = {"attach-session": r"att\w*", "new-session": "new", "run-shell": "run", "start-server": r"sta\w*"}
ANY_WORD = re.compile(rf"(?:^|[;{{}}] *)(?:{'|'.join(WORDS.values())}) -\w")

NOT_PYTHON = ("hooks", "install.sh", "lib", "lua", "plugin", "skills", "templates", "viewsync.tmux")

# Where each is said, and why it does no harm there. A new place is a mistake, or has a guard and gets a line here.
PLACES = {
    "attach-session": {
        "viewsync/tmux/far_server.py": "words for a person, as in server.py",
        "viewsync/tmux/server.py": "words for a person, who may start a server with them",
        "viewsync/tmux/views.py": "in the step that sees the view idle; inside of an if-shell, which starts no server",
    },
    "kill-pane": {
        "viewsync/commands/kill.py": "words for a person, with --dry-run",
        "viewsync/tmux/guarded_kill.py": "by its id, in the step that sees it; avoids trap E",
    },
    "kill-session": {"viewsync/tmux/guarded_kill.py": "looks once more in the step that ends it, and avoids trap E"},
    "kill-window": {"viewsync/tmux/guarded_kill.py": "the same"},
    "list-commands": {
        "viewsync/tmux/inventory.py": "inside of an if-shell, which starts no server",
        "viewsync/tmux/options.py": "the same",
    },
    "list-keys": {"viewsync/tmux/options.py": "the same"},
    "move-window": {"viewsync/tmux/build.py": "one window, to an index that it names; never -r (trap C)"},
    "new-session": {
        "viewsync/tmux/guarded_join.py": "-t, which avoids trap B; inside of an if-shell, which starts no server",
        "viewsync/tmux/sessions.py": "one of its own, which is to start the server; never -t",
    },
    "run-shell": {
        "viewsync/tmux/input.py": "-b with -C, for a text that the same command has had parsed before (trap I)",
        "viewsync/tmux/inventory.py": "how a hook of ours begins that tmux 3.2 shows",
        "viewsync/tmux/rules/hooks.py": "-b or -C, never both (trap I), and -C at the top of a hook alone (trap K)",
        "viewsync/tmux/views.py": "-b, for a shell",
    },
    "select-layout": {"viewsync/tmux/guarded_layout.py": "of layouts that it has checked (trap H)"},
    "start-server": {"viewsync/tmux/sessions.py": "in the call that makes a session"},
}

# Not said to tmux: verbs and tools of our own, and what a person reads. Each with how often.
TOLD = {
    ("viewsync/cli.py", "kill-session"): 1,
    ("viewsync/commands/kill.py", "kill-session"): 1,
    ("viewsync/json_output/verbs.py", "kill-session"): 1,
    ("viewsync/projects/managing.py", "kill-session"): 1,
    ("viewsync/setup/demo.py", "kill-session"): 1,
    ("viewsync/setup/server_checks.py", "attach-session"): 1,
    ("viewsync/setup/server_checks.py", "new-session"): 1,
    ("viewsync/shell_tools/names.py", "kill-session"): 2,
    ("viewsync/tmux/options.py", "half of a name"): 1,  # which keys say it
    ("viewsync/tmux/rules/project_options.py", "lock"): 1,  # lock-command, which is an option
    ("viewsync/tmux/rules/versions.py", "move-window"): 1,
}

# Trap F: where a time is asked for that 3.2a crashes on when its session is gone.
TIMES = re.compile(r"#\{\??(?:\w+_(?:activity|created|last_attached)|pane_dead_time)\b")
TIMED = {
    "viewsync/tmux/buffers.py": "rows of list-buffers",
    "viewsync/tmux/clients.py": "rows of list-clients",
    "viewsync/tmux/inventory.py": "rows of list-sessions",
    "viewsync/tmux/pane_list.py": "rows of list-panes",
    "viewsync/tmux/polling.py": "rows of list-panes",
    "viewsync/tmux/project_list.py": "rows of list-sessions",
    "viewsync/tmux/rules/idle.py": "in a row of each session, or below if_existing",
    "hooks/viewsync.conf": "the same",
    "viewsync/tmux/rules/versions.py": "told to a person",
    "viewsync/tmux/views.py": "below if_existing",
}


def files(*places: str, ends: tuple[str, ...] = (".py",)) -> Iterator[tuple[str, str]]:
    """Paths in the repository, each with its text: of files, and of what is below folders."""
    for place in places:
        full = os.path.join(ROOT, place)
        below = [os.path.join(parent, name) for parent, _, names in os.walk(full) for name in names]
        for path in [full] if os.path.isfile(full) else below:
            if path.endswith(ends):
                with open(path, encoding="utf-8") as file:
                    yield os.path.relpath(path, ROOT), file.read()


def text_of(node: ast.AST) -> str | None:
    """What a constant, an f-string or a sum of such says; None for all else."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bytes):
            return node.value.decode("latin-1")
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(HOLE if isinstance(part, ast.FormattedValue) else text_of(part) or "" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = (text_of(node.left), text_of(node.right))
        return None if sides == (None, None) else "".join(HOLE if side is None else side for side in sides)
    return None


def texts(node: ast.AST) -> Iterator[str]:
    """Every text in it, whole; no docstrings."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    text = text_of(node)
    if text is not None:
        yield text
    for child in ast.iter_child_nodes(node):
        if text is None or text_of(child) is None:  # the rest is a part of this one
            yield from texts(child)


def rows(tree: ast.AST) -> Iterator[str]:
    """The words of every list, tuple and call, as a line."""
    for node in ast.walk(tree):
        words = (
            node.elts if isinstance(node, (ast.List, ast.Tuple)) else node.args if isinstance(node, ast.Call) else []
        )
        yield " ".join(text_of(word) or HOLE for word in words)


@functools.cache
def within(source: str) -> tuple[list[str], list[str], set[str]]:
    """A module's texts, its rows and the attributes that it names."""
    tree = ast.parse(source)
    named = {node.attr.replace("_", "-") for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return list(texts(tree)), list(rows(tree)), named


def said(source: str) -> Counter[str]:
    """How often a module's texts say each of the commands."""
    its_texts, its_rows, named = within(source)
    found: Counter[str] = Counter()
    for text in filter(ANY.search, its_texts):
        found.update(name for name, pattern in NAMES.items() if re.search(rf"(?<![\w-])(?:{pattern})\b", text))
    for text in filter(ANY_WORD.search, (*its_texts, *its_rows)):
        found.update(name for name, word in WORDS.items() if re.search(rf"(?:^|[;{{}}] *){word} -\w", text))
    return found + Counter(named & METHODS)


def misplaced(sources: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """How often which file says which command that is not its own."""
    return {
        (path, name): count
        for path, source in sources
        for name, count in said(source).items()
        if path not in PLACES.get(name, {})
    }


@pytest.mark.parametrize(
    ("source", "command"),
    [
        ("tmux.ask(socket, 'kill-session', '-t', name)", "kill-session"),
        ("""f"if-shell -F 1 {{ kill-session -t '{session}' }}" """, "kill-session"),
        ("""x = f"a {b}" f"kill-session -t {session}" """, "kill-session"),
        ("""x = f"a {f'kill-sess -t {session}'}" """, "kill-session"),
        ("x = 'kill-' + 'session'", "kill-session"),
        ("x = f'{verb}-session'", "half of a name"),
        ("x = verb + '-session'", "half of a name"),
        ("x = b'kill-server'", "kill-server"),
        ("x = 'killw -t @1'", "kill-window"),
        ("session.kill_session()", "kill-session"),
        ("words = ['new', '-d', '-s', name]", "new-session"),
        ("x = f'{one} ; new -t {other}'", "new-session"),
        ("x = ['new-session', *more]", "new-session"),
        ("x = 'start-server'", "start-server"),
        ("run('att', '-t', name)", "attach-session"),
        ("x = 'selectl main'", "select-layout"),
        ("x = 'display-message a ; movew -r'", "move-window"),
        ("x = 'run -bC text'", "run-shell"),
    ],
)
def test_the_collector_finds_what_is_planted(source: str, command: str) -> None:
    assert said(source)[command] == 1


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    '''Says kill-session.'''",
        "add('--session', '--window')",
        "x = 'attach with new words; run it, start -- or not'",
        "x = f'skill-session {a}' + 'new-window -d'",
    ],
)
def test_the_collector_leaves_other_texts_alone(source: str) -> None:
    assert not said(source)


def test_each_dangerous_command_is_said_in_one_place() -> None:
    assert misplaced(files("viewsync")) == TOLD


def test_a_new_place_is_found() -> None:
    planted = "tmux.ask(socket, 'kill-session', '-t', name)\n"
    for path in ("viewsync/views/closing.py", "viewsync/tmux/sessions.py", "viewsync/cli.py"):
        told = [source for known, source in files(path)]
        assert misplaced([(path, "".join([*told, planted]))]) == {
            (path, "kill-session"): 1 + (path == "viewsync/cli.py")
        }


def test_each_place_still_says_its_command() -> None:
    for name, places in PLACES.items():
        assert [path for path in places for _, source in files(path) if said(source)[name]] == list(places)


def test_what_is_not_python_says_none_of_them() -> None:
    for path, text in files(*NOT_PYTHON, ends=("",)):
        hits = {match[0] for match in ANY.finditer(text)}
        assert hits == ({"run-shel", "kill-session"} if path == "hooks/viewsync.conf" else set()), path


# --- what stands behind the commands ---------------------------------------------------------------------------------


@functools.cache
def everything() -> list[tuple[str, str]]:
    """Each text of the Python, and each line of the rest, with its path."""
    found = []
    for path, source in files("viewsync"):
        its_texts, its_rows, _ = within(source)
        found += [(path, text) for text in (*its_texts, *its_rows)]
    for path, source in files(*NOT_PYTHON, ends=("",)):
        found += [(path, line) for line in source.splitlines()]
    return found


def test_a_destroy_unattached_is_set_to_nothing_but_off() -> None:
    said_so = [(path, text) for path, text in everything() if re.search(r"set\S* .*destroy-unattached", text)]
    assert {path for path, _ in said_so} == {
        "viewsync/setup/server_checks.py",  # told to a person
        "viewsync/tmux/guarded_join.py",
        "viewsync/tmux/sessions.py",
    }
    for path, text in said_so:
        values = re.findall(r"\bset(?:-option)?\s[^;`]*?destroy-unattached\W+(\w+)", text)
        assert values, path
        assert set(values) == {"off"}, path


def test_b_only_one_file_joins_a_group() -> None:
    """Of those that may say new-session, the other one has no `-t` at all."""
    (other,) = set(PLACES["new-session"]) - {"viewsync/tmux/guarded_join.py"}
    said = [text for path, text in everything() if path == other and not text.startswith("set-option ")]
    assert not [text for text in said if re.search(r"(^|\s)-\w*t\b", text)]


def test_c_no_window_is_renumbered() -> None:
    moves = [text for path, text in everything() if "move-window" in text and "versions" not in path]
    assert moves == [f"move-window -d -s {HOLE} -t '{HOLE}:{HOLE}'"]


def test_f_every_time_that_is_asked_for_is_in_a_known_place() -> None:
    assert {path for path, text in everything() if TIMES.search(text)} == set(TIMED)


def test_i_run_shell_never_has_b_and_c_together() -> None:
    for path, text in everything():
        for options in re.findall(rf"{NAMES['run-shell']}((?: -\w+)+)", text):
            assert not {"b", "C"} <= set(options), path
