"""What a signal's handler raises where Python ignores it: no signal is lost, and nothing of Python's is shown."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.support.server import ROOT

_BEGIN = """
import os, signal, sys, time, weakref
sys.path.insert(0, sys.argv[1])
from viewsync import light
from viewsync.system import signals

class Thing:
    pass

def in_a_callback(number):
    # As each import has one; the system sends the signal, and Python calls its handler in there.
    thing = Thing()
    kept = weakref.ref(thing, lambda _: os.kill(os.getpid(), number))
    del thing

class Ending:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)

class Late(Exception):
    pass

signals.settle()
"""


# Whoever waits for Python's lock has it before a hundred steps are over, as on a machine where others take the time.
_BUSY = "sys.setswitchinterval(1e-6)\n"


def python(code: str, begin: str = "") -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-I", "-c", _BEGIN + begin + code, ROOT]
    return subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    "where", ["in_a_callback(signal.SIGINT)", "Ending()", "in_a_callback(signal.SIGINT); os.read(r, 1)"]
)
@pytest.mark.parametrize("begin", ["", _BUSY])
def test_an_interrupt_comes_all_the_same(where: str, begin: str) -> None:
    """While something is computed, and while something is waited for."""
    done = python(
        f"""
r, w = os.pipe()
try:
    {where}
    until = time.monotonic() + 60
    while time.monotonic() < until:
        pass
except KeyboardInterrupt:
    print("interrupted")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
""",
        begin,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_what_ends_us_ends_us(name: str) -> None:
    done = python(f"""
with signals.exiting():
    try:
        in_a_callback(signal.{name})
        time.sleep(60)
    finally:
        print("cleaned up")
""")
    assert (done.returncode, done.stdout, done.stderr) == (128 + signal.Signals[name], "cleaned up\n", "")


@pytest.mark.parametrize("of_work", [False, True])
def test_time_is_over(of_work: bool) -> None:
    done = python(f"""
number = signal.SIGVTALRM if {of_work} else signal.SIGALRM
try:
    with signals.alarm(30, Late, of_work={of_work}):
        in_a_callback(number)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            pass
except Late:
    print("late")
assert signal.getsignal(number) == signal.SIG_DFL
time.sleep(0.1)
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "late\n", "")


def test_an_alarm_whose_work_is_done_meanwhile_ends_nothing() -> None:
    done = python("""
with signals.alarm(30, Late):
    in_a_callback(signal.SIGALRM)
time.sleep(0.2)
print("done")
""")
    assert (done.returncode, done.stdout, done.stderr) in ((0, "done\n", ""), (1, "", done.stderr))
    assert not done.returncode or done.stderr.endswith("Late\n"), "it came within"


def test_one_that_is_put_off_comes_afterwards() -> None:
    done = python("""
try:
    with signals.deferred():
        in_a_callback(signal.SIGINT)
        print("within")
    time.sleep(60)
except KeyboardInterrupt:
    print("interrupted")
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "within\ninterrupted\n", "")


def test_what_is_no_signals_is_told_of_as_ever() -> None:
    done = python("""
class Broken:
    def __del__(self):
        raise ValueError("mine")
Broken()
print("done")
""")
    assert (done.returncode, done.stdout) == (0, "done\n")
    assert "ValueError: mine" in done.stderr


def test_without_a_thread_it_goes_on() -> None:
    """As a limit may have it; then the next ^C is heard."""
    done = python("""
import _thread
def none(*words):
    raise RuntimeError("can't start new thread")
_thread.start_new_thread = none
in_a_callback(signal.SIGINT)
try:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)
except KeyboardInterrupt:
    print("interrupted")
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")
