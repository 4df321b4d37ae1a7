"""Make the pictures again: all, or those that are named."""

from __future__ import annotations

import os
import sys

from tests.pictures import drawing
from tests.pictures.scenes import SCENES
from tests.pictures.workshop import Workshop
from tests.support import surroundings
from tests.support.server import ROOT

FOLDER = os.path.join(ROOT, "docs", "pictures")


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(SCENES))
    if unknown:
        print(f"no picture is called {', '.join(unknown)}; there are {', '.join(SCENES)}", file=sys.stderr)
        return 1
    surroundings.settle()
    with Workshop() as workshop:
        for name in names or SCENES:
            drawn = drawing.svg(SCENES[name].draw(workshop), SCENES[name].title)
            with open(os.path.join(FOLDER, f"{name}.svg"), "w", encoding="utf-8") as file:
                file.write(drawn)
            print(f"docs/pictures/{name}.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
