"""What `viewsync install` did, so that `viewsync uninstall` can put exactly that back: one JSON file."""

from __future__ import annotations

from viewsync.errors import StateError
from viewsync.light import json
from viewsync.typed import Any, NamedTuple

FILE = "install.json"


class Record(NamedTuple):
    launcher: str = ""
    files: dict[str, str] = {}  # noqa: RUF012  a default that nobody changes; path: SHA-256 of what we wrote
    module: str = ""  # the path of the WezTerm module
    conf: str = ""  # the tmux configuration that has our line
    glue: str = ""  # what was put between its last line and ours
    conf_made: bool = False  # it was not there before
    folders: tuple[str, ...] = ()  # those that were not there before
    sweeper: str = "none"
    tools: str = ""  # the folder that has the shell tools' names, "" without
    links: dict[str, str] = {}  # noqa: RUF012  as above; path: where it leads
    replaced: dict[str, list[str]] = {}  # noqa: RUF012  as above; path: where what stood there is kept, the last one last
    former: tuple[dict[str, Any], ...] = ()  # records before this one, until all that they name is replaced
    venvs: str = ""  # the folder of the private environments that install.sh made, "" without it


def parse(text: bytes, path: str) -> Record:
    """Fields that it does not know are passed over: a newer version wrote them."""
    try:
        data = json.loads(text)
        found = {name: data[name] for name in Record._fields if name in data}
        record = Record(**{**found, **{name: tuple(data.get(name, ())) for name in ("folders", "former")}})
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise _strange(path) from None
    if not all(isinstance(value, type(default)) for value, default in zip(record, Record(), strict=True)):
        raise _strange(path)
    return record


def every(record: Record) -> list[Record]:
    """It, and those that it takes the place of: an installation that was killed has something of each."""
    return [record, *(Record(**{**old, "folders": tuple(old["folders"]), "former": ()}) for old in record.former)]


def sums(record: Record, path: str) -> set[str]:
    """Of what we may have written there; none of what is somebody else's."""
    return {one.files[path] for one in every(record) if path in one.files}


def targets(record: Record, path: str) -> set[str]:
    """Where a link of ours there may lead."""
    return {one.links[path] for one in every(record) if path in one.links}


def serialise(record: Record) -> bytes:
    data: dict[str, Any] = record._asdict()
    return (json.dumps(data, indent=2) + "\n").encode()


def _strange(path: str) -> StateError:
    return StateError(f"{path} is not an installation record", "move it away, then run this again")
