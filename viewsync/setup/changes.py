"""What has to change, file by file, until an installation is as wanted, or gone. Nothing is changed here."""

from __future__ import annotations

import os

from viewsync import paths
from viewsync.setup import manifest
from viewsync.setup.rules import marked_line
from viewsync.store import install_record
from viewsync.system import files
from viewsync.system.files import FileChange, FileError
from viewsync.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from viewsync.setup.manifest import File, InstallManifest, InstallOptions
    from viewsync.store.install_record import Record


class InstallStep(NamedTuple):
    text: str  # what is about to happen: "write /home/me/.config/..."
    change: FileChange


class InstallPlan(NamedTuple):
    steps: list[InstallStep]
    made: list[str]  # folders that have to be made, the outermost first
    notes: list[str]
    record: Record  # what is so when all is done


class _Placing(NamedTuple):
    """What is known where something of ours is to stand. `replaced` and `notes` are added to."""

    options: InstallOptions
    record: Record
    replaced: dict[str, list[str]]
    notes: list[str]


class _Links(NamedTuple):
    steps: list[InstallStep]
    placed: dict[str, str]


class _Line(NamedTuple):
    """Where our line stands, as the record keeps it."""

    conf: str = ""
    glue: str = ""
    conf_made: bool = False


def to_install(env: Mapping[str, str], want: InstallManifest, record: Record, options: InstallOptions) -> InstallPlan:
    notes: list[str] = []
    steps: list[InstallStep] = []
    replaced = _replaced(record)
    placing = _Placing(options, record, replaced, notes)
    mine = {wanted.path: manifest.sha(wanted.data) for wanted in want.files}
    if not options.prefix and record.launcher in record.files:  # only install.sh writes it, so it stays
        mine[record.launcher] = record.files[record.launcher]
    for file in want.files:
        steps += _file(file, placing)
    old = install_record.every(record)
    steps += _removals(_named([one.files for one in old], mine), record, notes)
    links = _links(want, placing)
    steps += links.steps
    steps += _link_removals(_named([one.links for one in old], links.placed), record, notes)
    steps += _line_removals([one for one in old if one.conf != want.conf])
    line = _line(want, record, steps, notes)
    if steps and steps[-1].change.path == want.conf:
        notes += manifest.conf_notes(env, want)
    path = manifest.record_path(env)
    states = [os.path.join(paths.state_dir(env), "any"), path]
    made = _missing([*states, *(step.change.path for step in steps)])
    new = record._replace(
        launcher=want.launcher,
        files=mine,
        module=want.module,
        folders=tuple(sorted({*record.folders, *options.made, *made})),
        sweeper=want.sweeper,
        tools=want.tools,
        links=links.placed,
        replaced={path: kept for path, kept in replaced.items() if path in mine or path in links.placed},
        venvs=want.venvs,
        former=(),
        **line._asdict(),
    )
    current = files.read(path)
    if current is None or new != record:
        steps = _recorded(path, current, old, new, steps)
    return InstallPlan(steps, made, notes, new)


def _recorded(
    path: str, current: bytes | None, old: list[Record], new: Record, steps: list[InstallStep]
) -> list[InstallStep]:
    """First of all, so that whatever comes of the rest, `uninstall` knows of it; what was is known until it is gone."""
    before = [one._replace(former=()) for one in old]
    former = tuple(one._asdict() for one in before if one != install_record.Record())
    meanwhile, then = (install_record.serialise(record) for record in (new._replace(former=former), new))
    first = InstallStep(f"write {path}: a record of this installation", FileChange(path, current, meanwhile))
    last = InstallStep(f"write {path}: that it is done", FileChange(path, meanwhile, then))
    return [first, *steps, *([last] if former else [])]


def _named(maps: Sequence[Mapping[str, str]], but: Mapping[str, str]) -> list[str]:
    """All paths of those, each once."""
    return list(dict.fromkeys(path for kept in maps for path in kept if path not in but))


def _replaced(record: Record) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in reversed(install_record.every(record)):
        for path, kept in one.replaced.items():
            known = found.setdefault(path, [])
            known += [text for text in kept if text not in known]
    return found


def to_uninstall(record: Record) -> InstallPlan:
    """The record itself is removed last of all, by who has done the rest."""
    notes: list[str] = []
    old = install_record.every(record)
    steps = _line_removals(old) + _removals(_named([one.files for one in old], {}), record, notes)
    steps += _link_removals(_named([one.links for one in old], {}), record, notes)
    return InstallPlan(steps, [], notes, install_record.Record())


def record_removal(env: Mapping[str, str]) -> list[InstallStep]:
    path = manifest.record_path(env)
    current = files.read(path)
    return [] if current is None else [_removal(path, current)]


def _file(file: File, placing: _Placing) -> list[InstallStep]:
    """Ours is replaced, and kept beside if somebody changed it. Somebody else's stays, or is kept beside, too."""
    plain = os.path.isfile(file.path) and not os.path.islink(file.path)
    current = files.read(file.path) if plain else None
    recorded = install_record.sums(placing.record, file.path)
    aside: list[InstallStep] = []
    if os.path.lexists(file.path) if current is None else file.mark.encode() not in current and not recorded:
        aside, current = _aside(file.path, placing, replaces=file.replaces), None
    if current == file.data:
        return []
    change = FileChange(file.path, current, file.data, file.mode)
    if current is None:
        return [*aside, InstallStep(f"write {file.path}: {file.what}", change)]
    replace = InstallStep(f"replace {file.path}: {file.what}", change)
    if manifest.sha(current) in recorded:
        return [replace]
    saved = _free_name(f"{file.path}.saved")
    return [InstallStep(f"save the changed file as {saved}", FileChange(saved, None, current, file.mode)), replace]


def _aside(path: str, placing: _Placing, *, replaces: bool = True) -> list[InstallStep]:
    """What somebody else has there is an error, unless it is to be kept beside its place."""
    if not (replaces and placing.options.replace):
        hint = (
            f"move it away, or let --replace keep it as {path}.orig"
            if replaces
            else "move it away, then run this again"
        )
        raise FileError(f"{path} already exists and was not made by viewsync", hint)
    kept = _free_name(f"{path}.orig")
    known = placing.replaced.setdefault(path, [])
    known[:] = [*(other for other in known if other != kept), kept]
    return [InstallStep(f"keep {path} as {kept}", FileChange(path, None, None, moved=kept))]


def _free_name(path: str) -> str:
    number, found = 1, path
    while os.path.lexists(found):
        number += 1
        found = f"{path}-{number}"
    return found


def _line(want: InstallManifest, record: Record, steps: list[InstallStep], notes: list[str]) -> _Line:
    current = files.read(want.conf)
    text = current or b""
    if number := marked_line.commented_at(text):
        notes.append(f"{want.conf}, line {number}: the line of viewsync is commented out, and stays that way")
        return _Line()
    placed = marked_line.put(text, want.line)
    if placed.text != text:
        said = want.line.decode("utf-8", "replace")
        steps.append(InstallStep(f"add to {want.conf}: {said}", FileChange(want.conf, current, placed.text)))
    if record.conf == want.conf and marked_line.lines_at(text):
        return _Line(record.conf, record.glue, record.conf_made)
    return _Line(want.conf, placed.glue.decode(), current is None)


def _line_removals(records: Iterable[Record]) -> list[InstallStep]:
    by_conf = {record.conf: record for record in records}  # the oldest says whether it was there before
    return [step for record in by_conf.values() for step in _line_removal(record)]


def _line_removal(record: Record) -> list[InstallStep]:
    current = files.read(record.conf) if record.conf else None
    if current is None or not marked_line.lines_at(current):
        return []
    text = marked_line.take(current, record.glue.encode())
    if not text and record.conf_made:
        return [_removal(record.conf, current)]
    return [InstallStep(f"remove the line of viewsync from {record.conf}", FileChange(record.conf, current, text))]


def _removals(gone: Iterable[str], record: Record, notes: list[str]) -> list[InstallStep]:
    steps: list[InstallStep] = []
    for path in gone:
        ours = None if os.path.isdir(path) else files.read(path)
        if ours is not None and manifest.sha(ours) in install_record.sums(record, path):
            steps.append(_removal(path, ours))
            steps += _put_back(path, record, notes)
        else:
            steps += _left(path, record, notes)
    return steps


def _links(want: InstallManifest, placing: _Placing) -> _Links:
    """A link of ours is turned to where it should lead; anything else of that name is somebody's."""
    links = _Links([], {})
    for path, target in want.links.items():
        after = os.fsencode(target)
        current = files.read_link(path)
        recorded = install_record.targets(placing.record, path)
        if current != after:
            if os.path.lexists(path) and not (current is not None and os.fsdecode(current) in recorded):
                if _is_new(path, placing):
                    placing.notes.append(f"{path} stays: it was not made by viewsync; --replace would keep it beside")
                    continue
                links.steps.extend(_aside(path, placing))
                current = None
            change = FileChange(path, current, after, link=True)
            links.steps.append(InstallStep(f"link {path} to {target}", change))
        links.placed[path] = target
    return links


def _is_new(path: str, placing: _Placing) -> bool:
    """A name that an earlier version did not have, in a folder of which nothing was said this time: an upgrade goes on
    without it."""
    return not install_record.targets(placing.record, path) and not (placing.options.tools or placing.options.replace)


def _link_removals(gone: Iterable[str], record: Record, notes: list[str]) -> list[InstallStep]:
    steps: list[InstallStep] = []
    for path in gone:
        current = files.read_link(path)
        if current is not None and os.fsdecode(current) in install_record.targets(record, path):
            steps.append(InstallStep(f"remove {path}", FileChange(path, current, None, link=True)))
            steps += _put_back(path, record, notes)
        else:
            steps += _left(path, record, notes)
    return steps


def _left(path: str, record: Record, notes: list[str]) -> list[InstallStep]:
    """Where what stands there is not what we put there: somebody's, who keeps it, or nothing."""
    if not os.path.lexists(path):
        return _put_back(path, record, notes)
    notes.append(f"{path} stays: it was changed after it was installed")
    notes += [f"{kept} stays: it stood at {path} before" for kept in _kept(path, record)]
    return []


def _put_back(path: str, record: Record, notes: list[str]) -> list[InstallStep]:
    """What stood there before, the last of it where there was more than one; the others stay where they are kept."""
    *others, last = ["", *_kept(path, record)]
    if not last:
        was = _replaced(record).get(path, [])
        notes += [f"{path}: what stood there before is gone from {was[-1]}"] if was else []
        return []
    notes += [f"{kept} stays: it stood at {path} before" for kept in others if kept]
    return [InstallStep(f"move {last} back to {path}", FileChange(last, None, None, moved=path))]


def _kept(path: str, record: Record) -> list[str]:
    return [kept for kept in _replaced(record).get(path, []) if os.path.lexists(kept)]


def _removal(path: str, current: bytes) -> InstallStep:
    return InstallStep(f"remove {path}", FileChange(path, current, None, os.stat(path).st_mode & 0o777))


def _missing(wanted_paths: Iterable[str]) -> list[str]:
    return sorted({folder for path in wanted_paths for folder in files.missing_folders(path)})
