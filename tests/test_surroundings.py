"""What the tests rely on stands, whatever started them."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys

import pytest

from tests.support.odd_start import Odd
from tests.support.server import ROOT

NAMES = ["HUP", "INT", "QUIT", "TERM", "CHLD", "ALRM", "USR1", "WINCH", "TTOU"]
ODD_ENVIRONMENT = {
    "HOME": "/root",
    "COLUMNS": "20",
    "LC_ALL": "C",
    "NO_COLOR": "1",
    "PYTHONWARNINGS": "error",
    "TERM": "dumb",
    "TMUX": "/tmp/somebody's,1,0",
    "TZ": "Asia/Tokyo",
    "VIEWSYNC_DIRS": "x",
    "XDG_STATE_HOME": "/var/state",
    "PATH": os.environ["PATH"],
}

# What a program that a test starts finds: its signals, umask, limits and environment.
_FOUND = """
import json, os, re, resource, sys
status = dict(re.findall(r"^(Sig...|Umask):\\\\s*(\\\\w+)$", open("/proc/self/status").read(), re.M))
status["limits"] = [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_NOFILE, resource.RLIMIT_CORE)]
print(json.dumps({**status, "env": dict(os.environ)}))
"""
_CHECK = f"""
import os, signal, subprocess, sys
sys.path.insert(0, {ROOT!r})
from tests.support import surroundings
surroundings.settle()
os.kill(os.getpid(), signal.SIGHUP)
subprocess.run([sys.executable, "-I", "-S", "-c", '''{_FOUND}'''], check=True)
"""


@pytest.mark.parametrize(
    "odd",
    [
        Odd(ignored=NAMES, umask=0, files=200),
        Odd(ignored=["HUP"], blocked=NAMES, umask=0o077, files=5000, closed=[0]),
    ],
    ids=["ignored", "blocked"],
)
def test_what_a_test_starts_finds_what_tests_rely_on(odd: Odd) -> None:
    """And `nohup` still keeps HUP from the tests themselves."""
    argv = odd.start(sys.executable, "-c", _CHECK)
    done = subprocess.run(argv, env=ODD_ENVIRONMENT, capture_output=True, check=True, timeout=60)
    found = json.loads(done.stdout)
    # Python ignores two for itself; where it starts programs by posix_spawn (3.13), glibc does those of its threads.
    own = sum(1 << (number - 1) for number in (signal.SIGPIPE, signal.SIGXFSZ, *range(32, signal.SIGRTMIN)))
    assert (int(found["SigBlk"], 16), int(found["SigIgn"], 16) & ~own) == (0, 0)
    assert found["Umask"] == "0022"
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert found["limits"] == [1024 if hard == resource.RLIM_INFINITY else min(1024, hard), 0]
    env = found["env"]
    assert env.pop("PATH") == os.pathsep.join([os.path.dirname(sys.executable), ODD_ENVIRONMENT["PATH"]])
    env.pop("LC_CTYPE", "")  # of Python's own
    assert env == {
        "HOME": "/proc/tests-name-their-own-home",
        "LANG": "C.UTF-8",
        "SHELL": "/bin/sh",
        "TERM": "xterm-256color",
        "TZ": "UTC",
        "VIEWSYNC_STATE_DIR": "/proc/tests-name-their-own-home",
    }
