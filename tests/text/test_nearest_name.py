"""What a mistyped name may mean."""

from __future__ import annotations

from viewsync.text.nearest_name import nearest


def test_the_nearest_names() -> None:
    names = ["project", "notes", "Proj", "dev"]
    assert nearest("proj", names)[0] == "Proj"
    assert nearest("projct", names)[0] == "project"
    assert nearest("zzz", names) == []
