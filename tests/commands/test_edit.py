"""viewsync edit: what was written is checked before it counts, and what is wrong changes nothing and is not lost."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.running import with_dev
from tests.support.wait import until

if TYPE_CHECKING:
    from tests.support.projects import Project
    from tests.support.server import Done, Home

project = with_dev

SOUND = "description: new\nsession:\n  windows:\n    - name: b\n"
# What is wrong, and what is said of it.
WRONG = {
    "session:\n  widnows: []\n": "dev.yaml:2: there is no key 'widnows' in session (did you mean windows?)",
    "session:\n  windows: 7\n": "dev.yaml:2: ",
    "session:\n\twindows: []\n": "dev.yaml:2: is not YAML",
    "a: 1\na: 2\n": "dev.yaml:2: the key 'a' stands here for the second time",
    "session:\n  windows: [{name: '{{nope}}'}]\n": "dev.yaml:2: there is no variable 'nope'",
    "session:\n  windows: [{name: a, layout: sideways, panes: [x, y]}]\n": "dev.yaml:2: ",
    "session: {}\n\xff": "dev.yaml:2: is not UTF-8",
    "\n": "dev.yaml: what was saved is empty",
}


def file_of(project: Project) -> Path:
    return Path(project.root, ".viewsync/commands/dev.yaml")


def writing(project: Project, *texts: str) -> str:
    """An editor that writes them, one at each start."""
    folder = Path(project.home.path, "texts")
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / str(number)).write_bytes(text.encode("latin-1"))
    return f'f() {{ set -- "$1" {folder}/*; cat "$2" > "$1"; rm "$2"; }}; f'


def edited(project: Project, editor: str, *words: str) -> Done:
    return project.viewsync("edit", "dev", *words, env={"EDITOR": editor, "VISUAL": "", "TMPDIR": project.home.path})


def draft(told: str) -> Path:
    found = re.search(r"what you wrote is in (\S+\.yaml)", told)
    assert found, told
    return Path(found[1])


def forget(kept: Path) -> None:
    kept.unlink()
    kept.parent.rmdir()


def test_what_is_right_takes_its_place(project: Project) -> None:
    file = file_of(project)
    file.chmod(0o640)
    done = edited(project, writing(project, SOUND), "--json")
    assert done.fields() == {"name": "dev", "file": str(file), "changed": True, "problem": None}
    assert (file.read_text(), file.stat().st_mode & 0o777) == (SOUND, 0o640)
    assert os.listdir(file.parent) == ["dev.yaml"]
    done = edited(project, "true")
    assert (done.code, done.out) == (0, f"{file} is as it was\n")


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_changes_nothing_and_is_kept(project: Project, text: str) -> None:
    file = file_of(project)
    before = (file.read_bytes(), file.stat())
    done = edited(project, writing(project, text))
    assert (done.code, done.out) == (1, "")
    assert WRONG[text] in done.err
    assert (file.read_bytes(), file.stat()) == before
    kept = draft(done.err)
    assert kept.read_bytes() == text.encode("latin-1")
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    forget(kept)


def test_what_run_would_refuse_is_kept_by_yes(project: Project) -> None:
    text = "session:\n  windows: [{name: '{{nope}}'}]\n"
    done = edited(project, writing(project, text), "--yes")
    assert (done.code, "`run` would refuse it" in done.err) == (0, True)
    assert file_of(project).read_text() == text


@pytest.mark.parametrize("text", ["session: {working_directory: later}\n", "worktree: {}\nsession: {}\n"])
def test_what_only_depends_on_the_machine_or_on_arguments_is_no_error(project: Project, text: str) -> None:
    project.repository()
    done = edited(project, writing(project, text))
    assert (done.code, done.err) == (0, "")
    assert file_of(project).read_text() == text


def test_an_editor_that_fails(project: Project) -> None:
    before = file_of(project).read_text()
    for editor, said in (
        ("false", "ended with 1"),
        ("no-such-editor", "cannot be run"),
        ('f() { rm -r "${1%/*}"; }; f', "cannot be read"),
        ("", "set $VISUAL or $EDITOR"),
    ):
        done = edited(project, editor)
        assert (done.code, said in done.err) == (1, True), done
        assert "what you wrote" not in done.err
    done = edited(project, f'{writing(project, SOUND)} "$1"; g() {{ exit 3; }}; g')
    assert (done.code, "ended with 3" in done.err) == (1, True), done
    forget(draft(done.err))
    assert file_of(project).read_text() == before


def test_who_changes_it_meanwhile_is_not_overwritten(project: Project) -> None:
    file = file_of(project)
    other = f"echo 'description: theirs' > {shlex.quote(str(file))}; "
    done = edited(project, other + writing(project, SOUND))
    assert (done.code, "was changed by somebody else meanwhile" in done.err) == (1, True)
    assert file.read_text() == "description: theirs\n"
    kept = draft(done.err)
    assert kept.read_text() == SOUND
    forget(kept)


def test_a_link_stays_one_and_visual_comes_first(home: Home, project: Project) -> None:
    file = file_of(project)
    real = Path(project.root, "real.yaml")
    file.rename(real)
    file.symlink_to(real)
    done = project.viewsync("edit", "dev", env={"VISUAL": writing(project, SOUND), "EDITOR": "false"})
    assert done.code == 0, done
    assert (file.is_symlink(), real.read_text()) == (True, SOUND)


def test_one_of_ones_own_and_a_mistyped_one(home: Home, project: Project) -> None:
    assert project.viewsync("copy", "dev", "--to-own", "dev").code == 0
    done = edited(project, writing(project, SOUND), "--own", "--json")
    assert done.fields()["file"] == os.path.join(home.path, "config/commands/dev.yaml")
    assert file_of(project).read_text() != SOUND
    done = project.viewsync("edit", "dve", env={"EDITOR": "true"})
    assert (done.code, "did you mean dev?" in done.err) == (1, True)


def test_the_projects_own_file_is_held_to_its_own_schema(project: Project) -> None:
    path = Path(project.settings("project: {name: shop}\n"))
    done = project.viewsync("edit", str(path), env={"EDITOR": "sed -i s/shop/store/"})
    assert (done.code, path.read_text()) == (0, "project: {name: store}\n"), done
    path.write_text("project: {nmae: shop}\n")
    done = edited(project, writing(project, SOUND))
    assert (done.code, done.err) == (0, ""), "what is wrong with another file keeps nobody from mending this one"


def test_what_the_terminal_sends_is_the_editors(home: Home, project: Project) -> None:
    heard = os.path.join(home.path, "heard")
    wait = f"f() {{ trap 'touch {heard}' INT; echo begun; until test -e {heard}; do sleep 0.05; done; true; }}; f"
    tab = home.program(["sh", "-c", 'cd "$1" && exec "$0" edit dev', home.launcher, project.root], {"EDITOR": wait})
    until(lambda: "begun" in tab.text(), "the editor")
    tab.type("\x03")
    assert tab.wait() == 0, tab.text()
    assert "is as it was" in tab.text()


def test_at_a_terminal_it_offers_to_edit_again(home: Home, project: Project) -> None:
    editor = writing(project, "session:\n  widnows: []\n", SOUND, "session: 7\n")
    words = ["sh", "-c", 'cd "$1" && exec "$0" edit dev', home.launcher, project.root]
    tab = home.program(words, {"EDITOR": editor, "TMPDIR": home.path})
    until(lambda: "Edit it again? [Y/n]" in tab.text(), "the question")
    assert "dev.yaml:2: there is no key 'widnows'" in tab.text()
    tab.type("\n")
    assert tab.wait() == 0
    assert file_of(project).read_text() == SOUND
    tab = home.program(words, {"EDITOR": editor, "TMPDIR": home.path})
    until(lambda: "Edit it again? [Y/n]" in tab.text(), "the question")
    tab.type("\x03")  # ^C says no
    assert tab.wait() == 1
    assert file_of(project).read_text() == SOUND
    kept = draft(tab.text())
    assert kept.read_text() == "session: 7\n"
    forget(kept)
