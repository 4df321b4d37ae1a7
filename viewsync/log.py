"""The log file: rotating, in the user's log folder. What fails to be logged must not fail a verb."""

from __future__ import annotations

import logging
import logging.handlers
import os

from viewsync.text.printing import printable

FILE = "viewsync.log"


def open_log(folder: str, level: str) -> logging.Logger:
    logging.raiseExceptions = False  # a full disk is no reason to print a traceback
    logger = logging.getLogger("viewsync")
    logger.propagate = False
    logger.setLevel(level.upper())
    if not logger.handlers:
        logger.addHandler(_handler(folder))
    return logger


def take_in(library: str, log: logging.Logger) -> None:
    """What that library logs stands in our log. Without a handler Python would put its warnings on the terminal."""
    logger = logging.getLogger(library)
    logger.propagate = False
    logger.handlers = log.handlers


def _handler(folder: str) -> logging.Handler:
    """Without a folder (the state folder was refused) nothing is logged."""
    if not folder:
        return logging.NullHandler()
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        handler: logging.Handler = logging.handlers.RotatingFileHandler(
            os.path.join(folder, FILE),
            maxBytes=1_000_000,
            backupCount=3,
            encoding="utf-8",
            errors="backslashreplace",
        )
    except OSError:
        return logging.NullHandler()
    handler.setFormatter(_Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    return handler


class _Formatter(logging.Formatter):
    """Who reads the log in a terminal reads text of programs, too."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n".join(map(printable, super().format(record).split("\n")))
