"""What a release is, built once for each process of the tests: the wheel and the sdist."""

from __future__ import annotations

import atexit
import functools
import glob
import os
import shutil
import subprocess
import sys
import tempfile

from tests.support.server import ROOT

# The day that the manual page names, which `./release` fixes, too: else a build at midnight is not the one before it.
ENV = {**os.environ, "SOURCE_DATE_EPOCH": "1764460800"}


@functools.cache
def built() -> str:
    """The folder that has both."""
    folder = tempfile.mkdtemp(prefix="vs-dist-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", folder], cwd=ROOT, env=ENV, check=True, capture_output=True
    )
    return folder


def wheel() -> str:
    return _only("*.whl")


def sdist() -> str:
    return _only("*.tar.gz")


def _only(pattern: str) -> str:
    (path,) = glob.glob(os.path.join(built(), pattern))
    return path
