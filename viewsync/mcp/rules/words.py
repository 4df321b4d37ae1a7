"""The words of the verb that does a tool's work. What comes from a client stands behind `=` or behind `--`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Given = Mapping[str, Any]  # checked


def _options(given: Given, **options: str) -> list[str]:
    """Each that is given: `--option=VALUE`, once for each of a list, or alone for what is true."""
    found: list[str] = []
    for name, option in options.items():
        value = given.get(name)
        if isinstance(value, list):
            found += [f"{option}={part}" for part in value]
        elif isinstance(value, bool):
            found += [option] if value else []
        elif value is not None:
            found.append(f"{option}={number(value) if isinstance(value, (int, float)) else value}")
    return found


def number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.6f}".rstrip("0")


def _place(given: Given) -> list[str]:
    return _options(given, session="--session", target="--target", socket="-S", server="-L")


def _list(given: Given) -> list[str]:
    return _options(given, project="--project")


def _info(given: Given) -> list[str]:
    return [*_options(given, socket="-S", server="-L"), "--", _here(given["session"])]


def _here(session: str) -> str:
    """One of this host, whatever colon is in its name: policy knows of no other one."""
    return f"={session}" if ":" in session else session


def _create(given: Given) -> list[str]:
    prompt = {"prompt": given["prompt"]} if given.get("prompt") else {"wait": given.get("wait", False)}
    kind = [f"--{given['kind']}"] if "kind" in given else []
    return [
        *_options(given, session="--name", template="--template", folder="--cwd", size="--size", window="--window"),
        *_options(given, timeout="--wait-timeout", socket="-S", server="-L"),
        *_options(prompt, prompt="--wait", wait="--wait"),
        *[f"-e={name}={value}" for name, value in given.get("environment", {}).items()],
        *kind,
        *_behind(given.get("command", [])),
    ]


def _behind(words: Iterable[str]) -> list[str]:
    return ["--", *words] if words else []


def _send(given: Given) -> list[str]:
    what = _options(given, text="-c")
    if what:
        what.append("--multiline" if given.get("block") else "--text")
        what += [] if given.get("enter", True) else ["--literal"]
    if "keys" in given:
        what += ["--keys", *given["keys"]]
    options = _options(given, wait="--wait", stop="--stop", fixed="--fixed", timeout="--timeout")
    return [*_place(given), *options, *what]


def _exec(given: Given) -> list[str]:
    return [*_place(given), *_options(given, timeout="--timeout"), "--", given["command"]]


def _wait(given: Given) -> list[str]:
    since = {"now": ["--new"], "all": ["--all"]}.get(given.get("since", ""), [])
    options = _options(given, patterns="--pattern", stop="--stop", idle="--idle", exit="--exit", fixed="--fixed")
    return [*_place(given), *options, *since, *_options(given, timeout="--timeout")]


def _capture(given: Given) -> list[str]:
    return [*_place(given), *_options(given, lines="--lines", join="--join", main="--main")]


def _kill(given: Given) -> list[str]:
    views = _options(given, views="--views", dry_run="--dry-run")
    if given.get("socket") or given.get("server"):
        return [*_options(given, session="--target", socket="-S", server="-L"), *views]
    return [*_options(given, session="--session"), *views]


def _cleanup(given: Given) -> list[str]:
    dry = [] if given.get("dry_run") is False else ["--dry-run"]
    options = _options(given, views="--views", older_than="--older-than", idle_than="--idle-than", project="--project")
    return [*options, *dry]


def _reconcile(given: Given) -> list[str]:
    return _options(given, repair="--repair", register="--register")


def _open_view(given: Given) -> list[str]:
    return [*_options(given, new="--new", lease="--lease", socket="-S", server="-L"), "--", _here(given["session"])]


OF: dict[str, Callable[[Given], list[str]]] = {
    "list": _list,
    "info": _info,
    "create": _create,
    "send": _send,
    "exec": _exec,
    "wait": _wait,
    "capture": _capture,
    "kill": _kill,
    "cleanup": _cleanup,
    "reconcile": _reconcile,
    "open_view": _open_view,
    "doctor": lambda given: [],  # noqa: ARG005  it takes nothing
}
