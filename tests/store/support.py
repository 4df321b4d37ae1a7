"""Processes that use the stores, and folders on filesystems of a test's own."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.support.server import Done

# A private mount namespace; who is not root gets one of a user namespace of its own.
_NAMESPACE = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]


def python(code: str, *words: str) -> list[str]:
    """The argv of an interpreter that runs `code` with `words` as sys.argv[1:]."""
    return [sys.executable, "-I", "-c", f"import os, sys\n{code}", *words]


def start(argv: list[str]) -> subprocess.Popen[str]:
    """A process that is given its start by a line, or the end, of its stdin."""
    return subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    )


def together(writers: list[subprocess.Popen[str]]) -> list[str]:
    """Give all of them their start at once; what went wrong. They have as long as they need where twenty others want
    each core: it is only that none of them waits for ever.
    """
    for writer in writers:
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin
        writer.stdin.close()
        writer.stdin = None
    return [err for _, err in [writer.communicate(timeout=600) for writer in writers] if err]


def run(argv: list[str], env: dict[str, str] | None = None, stdin: str = "") -> Done:
    done = subprocess.run(
        argv, env=env, input=stdin, capture_output=True, encoding="utf-8", errors="replace", check=False, timeout=60
    )
    return Done(done.returncode, done.stdout, done.stderr)


def in_namespace(script: str, env: dict[str, str]) -> Done:
    """A shell script in a mount namespace of its own: what it mounts is seen by nobody else, and goes with it."""
    return run([*_NAMESPACE, "sh", "-euc", script], env)
