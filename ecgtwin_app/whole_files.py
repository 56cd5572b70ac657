"""Files that are written as a whole, and why the system refuses one, as a message that can be translated."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ecgtwin_app.i18n.message import Message

_WHY = {
    errno.ENOSPC: Message("the disk is full"),
    errno.EDQUOT: Message("the disk is full"),
    errno.EFBIG: Message("the file is too large for the disk"),
    errno.EROFS: Message("the disk is read-only"),
    errno.EACCES: Message("the rights to it are missing"),
    errno.EPERM: Message("the rights to it are missing"),
    errno.ENOENT: Message("it is not there"),
    errno.EIO: Message("the disk does not answer"),
}


def why(error: OSError) -> str:
    """Why the system refused a file, to stand in a sentence; the system's own words for what is rare."""
    return _WHY.get(error.errno or 0) or error.strerror or type(error).__name__


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A path beside a file, for its new content; it takes the file's place at the end, or is gone after a failure.

    So the file is the old or the new one, whatever happens: a full disk, a kill, a power cut.

    Raises
    ------
    OSError
        The file cannot be written; it is as it was.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step; `OSError` when it cannot be, and what was there stays."""
    with whole(path) as beside:
        beside.write_bytes(content)
