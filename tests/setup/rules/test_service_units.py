"""The services' files, with paths of any kind in them."""

from __future__ import annotations

import os
import plistlib
import re

import pytest

from tests.support.server import ROOT
from viewsync.setup.rules import service_units

LAUNCHERS = ["/usr/bin/viewsync", "/a b/it's/viewsync", '/<&> "q"/viewsync', "/$HOME/%h/back\\slash/viewsync"]


def page(name: str) -> str:
    with open(os.path.join(ROOT, "hooks", name), encoding="utf-8") as file:
        return file.read()


def systemd_word(text: str) -> str:
    """A double-quoted word of an Exec line as systemd.service(5) and systemd.unit(5) say it is read."""
    assert not re.search(r"(?<![$])[$]([$][$])*(?![$])", text), "a lone $ begins a variable"
    return re.sub(r"\\(.)", r"\1", text[1:-1]).replace("%%", "%").replace("$$", "$")


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_systemd_runs_the_launcher(launcher: str) -> None:
    text = service_units.systemd(page(service_units.SYSTEMD), launcher, {"PATH": "/a b:/100%", "OTHER": "x"})
    (line,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    prefix = "/bin/sh -c 'exec \"$$0\" sweeper run' "
    assert line.startswith(prefix)
    assert systemd_word(line.removeprefix(prefix)) == launcher
    assert re.findall(r"^Environment=(.*)$", text, re.MULTILINE) == ['"PATH=/a b:/100%%"']


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_launchd_runs_the_launcher(launcher: str) -> None:
    env = {"PATH": "/a & b", "VIEWSYNC_STATE_DIR": "/s", "OTHER": "x"}
    found = plistlib.loads(service_units.launchd(page(service_units.LAUNCHD), launcher, env).encode())
    assert found["ProgramArguments"] == [launcher, "sweeper", "run"]
    assert found["EnvironmentVariables"] == {"PATH": "/a & b", "VIEWSYNC_STATE_DIR": "/s"}
    assert found["Label"] == service_units.LAUNCHD_LABEL
    assert found["KeepAlive"] == {"SuccessfulExit": False}


def test_the_files_of_the_repository_stand_for_themselves() -> None:
    assert "%h/.local/bin/viewsync" in page(service_units.SYSTEMD)
    assert plistlib.loads(page(service_units.LAUNCHD).encode())["ProgramArguments"][1:] == ["sweeper", "run"]
