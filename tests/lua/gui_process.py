"""A wezterm-gui to be killed: opens the sessions that it is told, each where it is told, and lives until then.

When it is told to, the minute is over in which it sweeps.
"""

from __future__ import annotations

import json
import sys

from tests.lua.fake import config
from tests.lua.real_gui import RealGui


def main() -> None:
    order = json.loads(sys.stdin.readline())
    gui = RealGui(order["env"])
    gui.load(config(f"{{ viewsync_path = '{order['viewsync']}' }}"))
    pane = None
    for parent, into in order["parents"]:
        body = "return select(2, assert(viewsync.spawn_tab_with_session(nil, ..., select(2, ...))))"
        (pane,) = gui.run(body, pane, parent, gui.lua.table_from({"into": into}))
    print(json.dumps([terminal.pid for terminal in gui.terminals.values()]), flush=True)
    sys.stdin.readline()
    gui.ahead += 60
    while True:
        gui.until(lambda: False, "the end")


if __name__ == "__main__":
    main()
