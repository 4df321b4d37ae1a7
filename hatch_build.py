"""What a build adds to the wheel: the manual page, made of what the verbs declare. It needs no dependency."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ManualHook(BuildHookInterface):  # type: ignore[type-arg]
    folder = ""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """For `viewsync install`, and where pip and pipx look for manual pages."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        sys.dont_write_bytecode = True  # a checkout stays as it is
        from docgen import manual

        self.folder = tempfile.mkdtemp(prefix="viewsync-manual-")
        path = os.path.join(self.folder, "viewsync.1")
        with open(path, "w", encoding="ascii") as file:
            file.write(manual.page())
        build_data["force_include"][path] = "viewsync/share/man/viewsync.1"
        build_data["shared_data"][path] = "share/man/man1/viewsync.1"

    def finalize(self, *_: Any) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
