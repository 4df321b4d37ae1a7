"""A plan that is written as a file, and read again, is the same plan."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.projects import Project
from viewsync.context import Context
from viewsync.project_files import loading, yaml_files
from viewsync.project_files.rules import freezing

if TYPE_CHECKING:
    from tests.support.server import Home
    from viewsync.project_files.rules.plan import Plan, Step

FILE = """
environment: {A: "1", B: "{% raw %}{{ x }}{% endraw %}", API_TOKEN: geheim}
session:
  name_template: a-name
  working_directory: sub
  task: t
  shell: /bin/sh
  tmux_config: tmux.conf
  auto_cleanup: true
  session_timeout: 90m
  options: {mouse: on}
  focus: two
  windows:
    - {name: one, command: vim}
    - name: two
      layout: tiled
      working_directory: /
      options: {automatic-rename: off}
      panes: [a, ~, {commands: [b, "c {% raw %}{{.X}}{% endraw %}"], focus: true, cwd: tmp, environment: {P: 1}}]
    - {name: three, shell: /bin/bash, environment: {Q: "2"}}
  pre_create_steps: [{name: s, run: "make {{task}}", timeout: 1m, on_failure: continue, environment: {S: x}}]
  cleanup_steps: [{run: "./stop", cwd: /}]
"""


@pytest.fixture
def project(home: Home, monkeypatch: pytest.MonkeyPatch) -> Project:
    found = Project(home)
    found.write("tmux.conf", "")
    os.mkdir(os.path.join(found.root, "sub"))
    found.settings("environments: {development: {INHERITED: x}}")
    monkeypatch.chdir(found.root)
    return found


def plan(project: Project, name: str) -> Plan:
    return loading.plan(loading.load(Context(project.home.env), loading.Request(name)))


def test_there_and_back(project: Project) -> None:
    project.command("first", FILE)
    before = plan(project, "first")
    text = yaml_files.dump(freezing.command(before))
    assert "geheim" not in text
    project.command("second", text)
    project.settings("environments: {development: {INHERITED: x, LATER: y}}")  # which is none of the session's
    after = plan(project, "second")
    public = tuple(pair for pair in before.environment if pair[0] not in before.secrets)

    def same(step: Step) -> Step:
        return step._replace(source="")  # its line differs

    assert dict(after.environment) == dict(public)
    assert after.secrets == before.secrets == {"API_TOKEN"}
    kept = before._replace(command="second", file=after.file, environment=after.environment, written=after.written)
    stages = ("pre_create", "post_create", "cleanup")
    for stage in stages:
        assert [same(step) for step in getattr(after, stage)] == [same(step) for step in getattr(before, stage)]
    steps = {stage: getattr(after, stage) for stage in stages}
    assert after == kept._replace(**steps)
