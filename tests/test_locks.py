"""The lock files: they hold all that pyproject.toml asks for, on every Python that it allows."""

from __future__ import annotations

import os
import re
import sys
from typing import Any, NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support.server import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]
HELP = "run locks/update"


class Locked(NamedTuple):
    requirement: Requirement
    version: Version
    hashes: list[str]


def text(name: str) -> str:
    with open(os.path.join(ROOT, "locks", f"{name}.txt"), encoding="utf-8") as file:
        return file.read()


def locked(name: str, python: str) -> dict[str, Locked]:
    """What this file has pip install on that Python, by name."""
    found: dict[str, Locked] = {}
    for entry in re.findall(r"^\w(?:\\\n|[^\n])*", text(name), re.MULTILINE):
        requirement = Requirement(entry.split("\\")[0])
        (pin,) = requirement.specifier
        assert pin.operator == "=="
        if applies(requirement, python):
            key = canonicalize_name(requirement.name)
            assert key not in found, f"{key} twice in {name}.txt on Python {python}"
            found[key] = Locked(requirement, Version(pin.version), re.findall(r"--hash=sha256:[0-9a-f]{64}\b", entry))
    return found


def applies(requirement: Requirement, python: str) -> bool:
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    return requirement.marker is None or requirement.marker.evaluate(environment)


def pyproject() -> dict[str, Any]:
    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        return tomllib.load(file)


def asked(name: str, python: str) -> list[Requirement]:
    project = pyproject()["project"]
    extras = project["optional-dependencies"]
    assert extras["dev"][:2] == ["viewsync[test]", "viewsync[docs]"]
    assert extras["test"][:2] == ["viewsync[mcp]", "viewsync[redis]"]
    tests = extras["mcp"] + extras["redis"] + extras["test"][2:]
    words = {
        "runtime": project["dependencies"],
        "build": pyproject()["build-system"]["requires"],
        "test": project["dependencies"] + tests,
        "dev": project["dependencies"] + tests + extras["docs"] + extras["dev"][2:],
    }[name]
    return [found for word in words if applies(found := Requirement(word), python)]


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(
    ("name", "asks"), [("runtime", "runtime"), ("build", "build"), ("dev", "dev"), ("oldest", "test")]
)
def test_a_lock_holds_what_is_asked_for(name: str, asks: str, python: str) -> None:
    has = locked(name, python)
    for requirement in asked(asks, python):
        found = has.get(canonicalize_name(requirement.name))
        assert found, f"{requirement} is not in locks/{name}.txt: {HELP}"
        assert found.version in requirement.specifier, f"locks/{name}.txt has {found.version} for {requirement}: {HELP}"


@pytest.mark.parametrize("python", PYTHONS)
def test_the_oldest_are_the_lowest_that_are_allowed(python: str) -> None:
    has = locked("oldest", python)
    lowest: dict[str, Version] = {}
    for requirement in asked("test", python):
        (bound,) = (Version(specifier.version) for specifier in requirement.specifier if specifier.operator == ">=")
        key = canonicalize_name(requirement.name)
        lowest[key] = max(bound, lowest.get(key, bound))
    assert {key: has[key].version for key in lowest} == lowest, HELP


@pytest.mark.parametrize("python", PYTHONS)
def test_the_tests_have_what_is_installed(python: str) -> None:
    tests = {key: found.version for key, found in locked("dev", python).items()}
    for name in ("runtime", "build"):
        versions = {key: found.version for key, found in locked(name, python).items()}
        assert versions.items() <= tests.items(), HELP


@pytest.mark.parametrize("name", ["build", "dev", "oldest", "runtime"])
def test_a_lock_has_hashes_and_names_no_index(name: str) -> None:
    assert "://" not in text(name)
    assert set(re.findall(r"(?<!\w)--?[a-z][a-z-]*", re.sub("#.*", "", text(name)))) == {"--hash"}
    assert all(found.hashes for python in PYTHONS for found in locked(name, python).values())


def test_every_supported_python_is_tried() -> None:
    assert pyproject()["project"]["requires-python"] == f">={PYTHONS[0]}"
