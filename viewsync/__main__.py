"""The entry of `python -m viewsync`."""

import sys

from viewsync.cli import main

sys.exit(main())
