"""A wezterm-gui to be killed: opens the sessions that it is told, says so, and lives until then."""

from __future__ import annotations

import json
import sys

from tests.lua.fake import config
from tests.lua.real_gui import RealGui


def main() -> None:
    order = json.loads(sys.stdin.readline())
    gui = RealGui(order["env"])
    gui.load(config(f"{{ viewsync_path = '{order['viewsync']}' }}"))
    for parent in order["parents"]:
        gui.run("assert(viewsync.spawn_tab_with_session(nil, nil, ...))", parent)
    print(json.dumps([gui.terminal(tab).pid for _, tab in gui.mux.tabs()]), flush=True)
    while True:
        gui.until(lambda: False, "the end")


if __name__ == "__main__":
    main()
