"""The log file: rotating, in the user's log folder. What fails to be logged must not fail a verb."""

from __future__ import annotations

import logging
import logging.handlers
import os

from viewsync.text.printing import printable
from viewsync.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from io import TextIOWrapper

    Opener = Callable[[str, int], int]

FILE = "viewsync.log"


class _File(logging.handlers.RotatingFileHandler):
    def __init__(self, path: str, opener: Opener) -> None:
        self._opener = opener
        super().__init__(path, maxBytes=1_000_000, backupCount=3, encoding="utf-8", errors="backslashreplace")

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding="utf-8", errors="backslashreplace", opener=self._opener)


def open_log(folder: str, level: str, opener: Opener = os.open) -> logging.Logger:
    """`opener`: how a file of ours is opened."""
    logging.raiseExceptions = False  # a full disk is no reason to print a traceback
    logger = logging.getLogger("viewsync")
    logger.propagate = False
    logger.setLevel(level.upper())
    if not logger.handlers:
        logger.addHandler(_handler(folder, opener))
    return logger


def take_in(library: str, log: logging.Logger) -> None:
    """What that library logs stands in our log. Without a handler Python would put its warnings on the terminal."""
    logger = logging.getLogger(library)
    logger.propagate = False
    logger.handlers = log.handlers


def _handler(folder: str, opener: Opener) -> logging.Handler:
    """Without a folder (the state folder was refused) nothing is logged."""
    if not folder:
        return logging.NullHandler()
    try:
        handler = _File(os.path.join(folder, FILE), opener)
    except OSError:
        return logging.NullHandler()
    handler.setFormatter(_Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    return handler


class _Formatter(logging.Formatter):
    """Who reads the log in a terminal reads text of programs, too."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n".join(map(printable, super().format(record).split("\n")))
