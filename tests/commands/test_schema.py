"""viewsync schema: what editors are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from viewsync.project_files.rules.schema import SCHEMAS

if TYPE_CHECKING:
    from tests.support.server import Home


def test_it_prints_either_schema(home: Home) -> None:
    assert home.viewsync("schema").json() == SCHEMAS["command"]
    assert home.viewsync("schema", "project", "--json").fields() == SCHEMAS["project"]
    assert home.viewsync("schema", "nope").code == 1
