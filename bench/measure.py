"""Timing of whole processes, interleaved, so that what the machine does meanwhile meets all of them alike."""

from __future__ import annotations

import resource
import statistics
import subprocess
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Subject(NamedTuple):
    """Something to time. `before` brings back the state that a run needs, untimed."""

    name: str
    run: Callable[[], object]
    before: Callable[[], object] = lambda: None


def medians(
    subjects: Sequence[Subject], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, float]:
    """Seconds of that clock, the median of `rounds` runs each, one after the other in every round."""
    times: dict[str, list[float]] = {subject.name: [] for subject in subjects}
    for _ in range(rounds):
        for subject in subjects:
            subject.before()
            start = clock()
            subject.run()
            times[subject.name].append(clock() - start)
    return {name: statistics.median(found) for name, found in times.items()}


def processor() -> float:
    """Seconds that all programs took which this process has started and seen end, with those that they have seen."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def process(argv: Sequence[str], env: Mapping[str, str], stdin: str | None = None, cwd: str | None = None) -> None:
    """Run to the end; a benchmark of something that fails would be worth nothing."""
    done = subprocess.run(argv, env=env, cwd=cwd, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{argv}: exit code {done.returncode}: {done.stderr}")


def processes(argvs: Sequence[Sequence[str]], env: Mapping[str, str]) -> None:
    for argv in argvs:
        process(argv, env)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    shown = [head, *rows]
    widths = [max(len(row[at]) for row in shown) for at in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in shown
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
