"""A wezterm-gui process: its configuration, events, clock and child processes."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.lua.evaluation import COALESCED, Evaluation
from tests.lua.fake_mux import GuiWindow, Mux, MuxPane, MuxTab, MuxWindow, Pane, Tab, Window
from tests.lua.shared_data import NO_PROGRAM, LuaError, Shared, strings, to_python

if TYPE_CHECKING:
    from collections.abc import Callable

CONFIG = """
local wezterm = require("wezterm")
local config = wezterm.config_builder()
config.leader = {{ key = "a", mods = "CTRL" }}
viewsync = require("viewsync")
{before}
viewsync.apply_to_config(config, {options})
{after}
return config
"""


def config(options: str = "nil", *, before: str = "", after: str = "") -> str:
    return CONFIG.format(options=options, before=before, after=after)


class Answer(NamedTuple):
    """What a child process ends with."""

    stdout: str = ""
    stderr: str = ""
    success: bool = True


Program = Any  # Callable[[list[str]], Answer]; a lambda in most tests


@dataclass
class Child:
    argv: list[str]
    task: Task


@dataclass
class Task:
    """One coroutine on the GUI's main thread."""

    evaluation: Evaluation
    coroutine: Any
    done: Callable[[Any], None]


@dataclass(order=True)
class Timer:
    due: float
    order: int
    fire: Callable[[], None] = field(compare=False)


class Gui:
    """One wezterm-gui process."""

    def __init__(self, home: str) -> None:
        self.env = {"HOME": home}
        self.mux = Mux()
        self.shared = Shared({})
        self.clock = 1_700_000_000.0
        self.generation = 0
        self.current: Evaluation | None = None
        self.logs: list[tuple[str, str]] = []
        self.toasts: list[str] = []
        self.has_notification_daemon = True
        self.watched: list[str] = []
        self.violations: list[str] = []
        self.swallowed: list[str] = []
        self.selectors: list[dict[str, Any]] = []
        self.prompts: list[dict[str, Any]] = []
        self.programs: dict[str, Program] = {}
        self.holding = False
        self.children: list[Child] = []
        self.ran: list[list[str]] = []
        self.most_children = 0
        self._timers: list[Timer] = []
        self._order = 0
        self._ready: deque[tuple[Task, tuple[Any, ...] | None]] = deque()
        self._events: dict[tuple[int, str], str] = {}

    # The configuration

    def load(self, source: str) -> Evaluation:
        evaluation = Evaluation(self)
        evaluation.evaluate(source)
        self.current = evaluation
        self.generation += 1
        for seconds, name in evaluation.scheduled:
            self.schedule(evaluation, seconds, name)
        evaluation.scheduled.clear()
        for window in list(self.mux.windows.values()):
            self.emit("window-config-reloaded", window)
        self.settle()
        return evaluation

    def evaluate_aside(self, source: str, *, headless: bool = False) -> Evaluation:
        """As for set_config_overrides or `wezterm cli`: evaluated, and never made the current."""
        evaluation = Evaluation(self, headless=headless)
        evaluation.evaluate(source)
        return evaluation

    @property
    def lua(self) -> Any:
        assert self.current
        return self.current.lua

    # Tasks

    def start(self, evaluation: Evaluation, fn: Any, args: Any, done: Callable[[Any], None]) -> None:
        evaluation.is_event_emission = True
        coroutine = evaluation.surface["run"].coroutine(fn, *args)
        self._ready.append((Task(evaluation, coroutine, done), None))

    def settle(self) -> None:
        """Runs what can run now; the clock stands still."""
        while self._ready or (self.children and not self.holding):
            if not self._ready:
                self.end_child()
            else:
                self._step(*self._ready.popleft())

    def _step(self, task: Task, answer: tuple[Any, ...] | None) -> None:
        word, payload = task.coroutine.send(answer)
        if word == "finished":
            task.done(payload)
            return
        operation = getattr(self, f"_do_{word}", None)
        if operation is None:
            self.violations.append(f"{word} is not in the fake")
            self.answer(task, LuaError(word))
            return
        try:
            operation(task, *[payload[n] for n in range(1, payload["n"] + 1)])
        except LuaError as error:
            self.answer(task, error)

    def answer(self, task: Task, *results: Any) -> None:
        failed = len(results) == 1 and isinstance(results[0], LuaError)
        words = (False, str(results[0])) if failed else (True, *results)
        self._ready.append((task, words))

    def run(self, body: str, *args: Any) -> Any:
        """Runs Lua in an async handler of its own, and gives what it returns (an error raises)."""
        assert self.current
        results: list[Any] = []
        chunk = self.lua.eval("function(source) return assert(load(source, '=test')) end")(body)
        self.start(self.current, chunk, args, results.append)
        self.settle()
        assert results, "it still waits"
        packed = results[0]
        if not packed[1]:
            raise LuaError(str(packed[2]))
        return tuple(packed[n] for n in range(2, packed["n"] + 1))

    # The clock

    def schedule(self, evaluation: Evaluation, seconds: float, name: str) -> None:
        generation = self.generation

        def fire() -> None:
            if generation != self.generation:
                return  # an older configuration's
            self.start(evaluation, evaluation.surface["handle"], (name,), self._swallow)

        self._order += 1
        self._timers.append(Timer(self.clock + seconds, self._order, fire))

    def _swallow(self, packed: Any) -> None:
        """WezTerm drops the task's result: no log. The tests want to know."""
        if not packed[1]:
            self.swallowed.append(str(packed[2]))

    def advance(self, seconds: float) -> None:
        until = self.clock + seconds
        self.settle()
        while due := [timer for timer in self._timers if timer.due <= until]:
            timer = min(due)
            self._timers.remove(timer)
            self.clock = max(self.clock, timer.due)
            timer.fire()
            self.settle()
        self.clock = until

    @property
    def timers(self) -> int:
        return len(self._timers)

    # Events

    def emit(self, name: str, window: Window, *args: Any) -> None:
        """To the handlers in the current state; at most one runs and one waits, where coalesced."""
        if name not in COALESCED and not name.startswith("user-defined-"):
            self._handle(name, window, args, lambda: None)
        elif (window.id, name) in self._events:
            self._events[window.id, name] = "queued"
        else:
            self._events[window.id, name] = "in progress"
            self._handle(name, window, args, lambda: self._ended(name, window))

    def _ended(self, name: str, window: Window) -> None:
        if self._events.pop((window.id, name)) == "queued":
            self.emit(name, window)

    def _handle(self, name: str, window: Window, args: Any, done: Callable[[], None]) -> None:
        assert self.current
        if window.active is None:
            return done()

        def finished(packed: Any) -> None:
            if not packed[1]:
                self.logs.append(("error", f"handler of {name}: {packed[2]}"))
            done()

        pane = MuxPane(self.mux, window.active.active.id)
        call = (name, GuiWindow(self.mux, window.id), pane, *args)
        self.start(self.current, self.current.surface["handle"], call, finished)
        return None

    def fire(self, name: str, window: Window, *args: Any) -> None:
        self.emit(name, window, *args)
        self.settle()

    def sync(self, name: str, *args: Any) -> Any:
        assert self.current
        return self.current.surface["handle_sync"](name, *args)

    def press(self, window: Window, key: str, mods: str) -> None:
        """What the last binding of that chord does."""
        assert self.current
        bindings = to_python(self.current.config["keys"])
        wanted = [b for b in bindings if (b["key"], b.get("mods")) == (key, mods)]
        self.fire(wanted[-1]["action"]["EmitEvent"], window)

    def choose(self, window: Window, row: dict[str, Any] | None) -> None:
        """The person picks a row of the open selector, or leaves it."""
        row = row or {}
        self.fire(self.selectors.pop()["action"]["EmitEvent"], window, row.get("id"), row.get("label"))

    def rows(self) -> list[dict[str, Any]]:
        """The sessions in the open selector; [] while it still waits for them."""
        choices = self.selectors[-1]["choices"] if self.selectors else []
        return [row for row in choices if "name" in json.loads(row["id"])]

    def type(self, window: Window, text: str) -> None:
        """Keys go to the overlay of the tab, or else into its program."""
        over = [shown for shown in self.selectors if shown["over"] == window.id]
        if over:
            over[-1]["typed"] += text
        elif window.active:
            window.active.panes[0].typed += text

    def enter_line(self, window: Window, line: str | None) -> None:
        """The person answers the prompt, or leaves it."""
        self.fire(self.prompts.pop()["action"]["EmitEvent"], window, line)

    # Child processes

    def _do_run_child_process(self, task: Task, argv: Any) -> None:
        words = strings(to_python(argv))
        if words[0] not in self.programs:
            raise LuaError(NO_PROGRAM)
        self.ran.append(words)
        self.children.append(Child(words, task))
        self.most_children = max(self.most_children, len(self.children))

    def end_child(self) -> None:
        child = self.children.pop(0)
        answer = self.programs[child.argv[0]](child.argv)
        self.answer(child.task, answer.success, answer.stdout, answer.stderr)

    # What yields besides

    def _do_emit(self, task: Task) -> None:
        self.answer(task)

    def _do_sleep_ms(self, task: Task, ms: int) -> None:
        self._order += 1
        self._timers.append(Timer(self.clock + ms / 1000, self._order, lambda: self.answer(task)))

    def _do_perform_action(self, task: Task, window: Any, action: Any, pane: Any) -> None:
        assert isinstance(pane, MuxPane)
        self.mux.window(window.id)
        wanted = to_python(action)
        if "InputSelector" in wanted:
            # An overlay takes the place of the one that its tab has (wezterm-gui's assign_overlay), and tells nobody.
            self.selectors = [shown for shown in self.selectors if shown["over"] != window.id]
            self.selectors.append({**wanted["InputSelector"], "over": window.id, "typed": ""})
        elif "PromptInputLine" in wanted:
            self.prompts.append(wanted["PromptInputLine"])
        elif "EmitEvent" in wanted:
            self.emit(wanted["EmitEvent"], self.mux.window(window.id))
        self.answer(task)

    def _do_gui_window(self, task: Task, window: Any) -> None:
        self.answer(task, GuiWindow(self.mux, self.mux.window(window.id).id))

    def _do_spawn_tab(self, task: Task, window: Any, command: Any) -> None:
        self._spawn(task, self.mux.window(window.id), command, "CurrentPaneDomain")

    def _do_spawn_window(self, task: Task, command: Any) -> None:
        workspace = to_python(command).get("workspace", "")
        self._spawn(task, self.mux.new_window(workspace), command, "DefaultDomain")

    def _do_split(self, task: Task, pane: Any, command: Any) -> None:
        wanted = to_python(command)
        unknown = set(wanted) - {"args", "cwd", "domain", "set_environment_variables", "direction", "size", "top_level"}
        if unknown or wanted["direction"] not in ("Right", "Left", "Top", "Bottom"):
            self.violations.append(f"split with {wanted}")
        self.mux.pane(pane.id)
        window, tab, beside = self.mux.place(pane.id)  # type: ignore[misc]  # it is there
        domain = self._domain(window, wanted.get("domain", "CurrentPaneDomain"))
        new = self.mux.new_pane(strings(wanted["args"]), wanted.get("set_environment_variables", {}), domain)
        self.mux.split(beside, new, wanted["direction"], wanted.get("size", 0.5))
        tab.panes.insert(tab.panes.index(beside) + 1, new)
        tab.focused = new
        self.start_pane(new)
        self.answer(task, MuxPane(self.mux, new.id))

    def _spawn(self, task: Task, window: Window, command: Any, default: str) -> None:
        wanted = to_python(command)
        known = {"args", "cwd", "domain", "set_environment_variables"}
        unknown = set(wanted) - known - ({"workspace"} if default == "DefaultDomain" else set())
        if unknown:
            self.violations.append(f"spawn with {unknown}")
        tab = self.mux.new_tab(
            window,
            strings(wanted.get("args", ["sh"])),
            wanted.get("set_environment_variables", {}) if "args" in wanted else {},
            self._domain(window, wanted.get("domain", default)),
        )
        self.start_pane(tab.panes[0])
        results = (MuxTab(self.mux, tab.id), MuxPane(self.mux, tab.panes[0].id))
        self.answer(task, *results, MuxWindow(self.mux, window.id))

    def _domain(self, window: Window, wanted: Any) -> str:
        if isinstance(wanted, dict):
            return str(wanted["DomainName"])
        if wanted == "CurrentPaneDomain" and window.active:
            return window.active.panes[0].domain
        return "local"

    def start_pane(self, pane: Pane) -> None:
        """Nothing runs in a pane here; real_gui.py starts real programs."""

    # What the tests ask for

    def open_window(self) -> Window:
        window = self.mux.new_window()
        self.mux.new_tab(window, ["sh"], {})
        if self.current:
            self.fire("window-config-reloaded", window)
        return window

    def window_object(self, window: Window) -> GuiWindow:
        return GuiWindow(self.mux, window.id)

    def pane_object(self, tab: Tab) -> MuxPane:
        return MuxPane(self.mux, tab.panes[0].id)

    def set_user_var(self, tab: Tab, name: str, value: str, pane: Pane | None = None) -> None:
        (pane or tab.panes[0]).user_vars[name] = value
        for window, candidate in list(self.mux.tabs()):
            if candidate is tab:
                self.fire("user-var-changed", window, name, value)

    def take_errors(self) -> list[str]:
        """The errors logged so far; what a test does not take fails it."""
        errors = [text for level, text in self.logs if level == "error"]
        self.logs = [(level, text) for level, text in self.logs if level != "error"]
        return errors

    def take_violations(self) -> list[str]:
        taken, self.violations[:] = list(self.violations), []
        return taken

    def state(self) -> Any:
        """What viewsync keeps in GLOBAL."""
        return json.loads(self.shared.inner["viewsync"])

    def check(self) -> None:
        """Holds at the end of every test."""
        assert self.violations == [], self.violations
        assert self.swallowed == [], self.swallowed
        errors = self.take_errors()
        assert errors == [], errors
        assert set(self.shared.inner) <= {"viewsync"}
        assert all(isinstance(value, str) for value in self.shared.inner.values())
