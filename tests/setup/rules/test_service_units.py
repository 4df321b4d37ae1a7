"""The services' files, with paths of any kind in them."""

from __future__ import annotations

import os
import plistlib
import re
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.programs import skip_without
from tests.support.server import ROOT
from viewsync.errors import UsageError
from viewsync.setup.rules import service_units

if TYPE_CHECKING:
    from pathlib import Path

LAUNCHERS = [
    "/usr/bin/viewsync",
    "/a b/it's/viewsync",
    '/<&> "q"/viewsync',
    "/$HOME/%h/back\\slash/viewsync",
    "/two\nlines\t;é/viewsync",
]
NO_TEXT = "/\udcff/viewsync"  # a byte that is no UTF-8


def page(name: str) -> str:
    with open(os.path.join(ROOT, "hooks", name), encoding="utf-8") as file:
        return file.read()


def systemd_word(text: str) -> str:
    """A double-quoted word of an Exec line as systemd.service(5) and systemd.unit(5) say it is read."""
    assert not re.search(r"(?<![$])[$]([$][$])*(?![$])", text), "a lone $ begins a variable"
    plain = re.sub(r"\\x([0-9a-f]{2})|\\(.)", lambda match: match[2] or chr(int(match[1], 16)), text[1:-1])
    return plain.replace("%%", "%").replace("$$", "$")


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_systemd_runs_the_launcher(launcher: str) -> None:
    env = {"PATH": "/a b:/100%\nExecStartPre=/x", "OTHER": "x"}
    for name, what in ((service_units.SYSTEMD, "run"), (service_units.TIMED, service_units.ONCE)):
        text = service_units.systemd(page(name), launcher, env, what)
        (line,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
        prefix = f"/bin/sh -c 'exec \"$$0\" sweeper {what}' "
        assert line.startswith(prefix)
        assert systemd_word(line.removeprefix(prefix)) == launcher
        (line,) = re.findall(r"^Environment=(.*)$", text, re.MULTILINE)
        assert systemd_word(line) == f"PATH={env['PATH']}"
        assert not re.search("^ExecStartPre", text, re.MULTILINE)


@pytest.mark.parametrize("launcher", [*LAUNCHERS, NO_TEXT])
def test_systemd_itself_takes_the_units(tmp_path: Path, launcher: str) -> None:
    skip_without("systemd-analyze")
    units = {
        service_units.SYSTEMD: service_units.systemd(page(service_units.SYSTEMD), launcher, {"PATH": "/two\nlines"}),
        service_units.TIMED: service_units.systemd(page(service_units.TIMED), launcher, {"PATH": "/a"}, "once"),
        service_units.TIMER: service_units.timer(page(service_units.TIMER), 1.5),
    }
    for name, text in units.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    command = ["systemd-analyze", "--user", "verify", *(str(tmp_path / name) for name in units)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_timer_comes_as_often_as_the_setting_says() -> None:
    text = service_units.timer(page(service_units.TIMER), 90.0)
    told = dict(line.split("=") for line in text.splitlines() if "=" in line and not line.startswith("#"))
    assert [told[key] for key in ("OnUnitInactiveSec", "AccuracySec", "RandomizedDelaySec")] == [
        "90.000",
        "9.000",
        "9.000",
    ]
    assert told["WantedBy"] == "timers.target"


@pytest.mark.parametrize(("every", "interval"), [(60.0, 60), (1.2, 2), (3600.0, 3600)])
def test_launchd_comes_as_often_as_the_setting_says(every: float, interval: int) -> None:
    template = page(service_units.LAUNCHD_TIMER)
    for launcher in LAUNCHERS:
        found = plistlib.loads(service_units.launchd(template, launcher, {"PATH": "/a\r\n<"}, every).encode())
        assert found["ProgramArguments"] == [launcher, "sweeper", "once"]
        assert found["EnvironmentVariables"] == {"PATH": "/a\r\n<"}
        assert (found["StartInterval"], found["RunAtLoad"], "KeepAlive" in found) == (interval, True, False)


@pytest.mark.parametrize("path", [NO_TEXT, "/\x01/viewsync"])
def test_what_xml_cannot_say_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="launchd cannot be told"):
        service_units.launchd(page(service_units.LAUNCHD), path, {})


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
