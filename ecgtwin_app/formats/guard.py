"""The door for untrusted files: limits, and one clear sentence instead of whatever a parser throws."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.whole_files import why

#: What no file may exceed that is read whole, and what one may that is read piece by piece.
MAX_BYTES = 200_000_000
MAX_BYTES_IN_PIECES = 8_000_000_000
#: Patches record for two weeks, monitors for longer; a header that claims more is wrong.
MAX_DAYS = 100
MAX_LEADS = 24
MIN_RATE, MAX_RATE = 50.0, 10_000.0
#: Samples of all leads together that one recording in memory may have: 44 minutes of 12 leads at 500 Hz.
MAX_VALUES = 16_000_000

_log = logging.getLogger(__name__)


def check_file(path: Path, largest: int = MAX_BYTES) -> None:
    """Refuse what cannot be an ECG file before a byte of it is read.

    Parameters
    ----------
    path : Path
    largest : int
        Bytes.

    Raises
    ------
    EcgError
        The path does not exist, is a folder or a device, is empty or too large.
    """
    if path.is_dir():
        raise EcgError("{file} is a folder; name the ECG file in it.", file=path.name)
    if not path.is_file():
        raise EcgError("There is no file {file}.", file=path)
    size = path.stat().st_size
    if size == 0:
        raise EcgError("{file} is empty; copy it again from where it came from.", file=path.name)
    if size > largest:
        raise EcgError(
            "{file} has {size:,.0f} MB, and of this format up to {most:,.0f} MB are read; "
            "export a part of it.",
            file=path.name,
            size=size / 1e6,
            most=largest / 1e6,
        )


def check_shape(name: str, leads: int, rate: float, samples: int) -> None:
    """Refuse a declared size that is impossible, before memory for it is taken.

    Parameters
    ----------
    name : str
        The file, for the message.
    leads, samples : int
        Channels, and samples in each.
    rate : float
        Hz.

    Raises
    ------
    EcgError
    """
    if not 1 <= leads <= MAX_LEADS:
        raise EcgError(
            "{file} says it has {leads} leads; 1 to {most} are read.", file=name, leads=leads, most=MAX_LEADS
        )
    if not MIN_RATE <= rate <= MAX_RATE:
        raise EcgError(
            "{file} says it has {rate:g} samples a second; {least:g} to {most:,.0f} are read.",
            file=name,
            rate=rate,
            least=MIN_RATE,
            most=MAX_RATE,
        )
    if samples < 1:
        raise EcgError(
            "{file} says it has {samples} samples, so there is nothing to read.", file=name, samples=samples
        )
    if samples > MAX_DAYS * 86_400 * rate:
        raise EcgError(
            "{file} says it has {samples:,} samples a lead; up to {most} days are read.",
            file=name,
            samples=samples,
            most=MAX_DAYS,
        )


def check_values(name: str, leads: int, samples: int) -> None:
    """Refuse what would not fit into memory, for formats that are read whole.

    Raises
    ------
    EcgError
    """
    if leads * samples > MAX_VALUES:
        raise EcgError(
            "{file} holds {values:,} values, and of this format up to {most:,} are read; "
            "export a part of it or save it as WFDB, EDF or NPY.",
            file=name,
            values=leads * samples,
            most=MAX_VALUES,
        )


@contextmanager
def parsing(path: Path, what: str) -> Iterator[None]:
    """Turn everything a parser raises on a damaged file into one `EcgError`.

    Parsers of other projects raise nearly anything on hostile bytes (`MemoryError` and
    `RecursionError` included), so nothing narrower than `Exception` would do. The original stays
    attached as the cause, and what the parser only warned of goes to the log.

    Parameters
    ----------
    path : Path
        The file being read.
    what : str
        The format, as in "is not a readable DICOM ECG".
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            yield
        except EcgError:
            raise
        except ImportError as error:
            # The file is not to blame: the installation lacks a part.
            raise EcgError(
                "{file} cannot be read because the Python module {module} is missing from this "
                "installation; install ECGTwin Desktop again.",
                file=path.name,
                module=error.name or "it needs",
            ) from error
        except Exception as error:
            # An OSError of the system's has a reason; a parser's own, at the end of a file, has none.
            if isinstance(error, OSError) and error.strerror:
                raise EcgError(
                    "{file} cannot be opened: {reason}.", file=path.name, reason=why(error)
                ) from error
            raise EcgError(
                "{file} is not a readable {what} ECG: it is damaged or cut short, so copy it again "
                "from where it came from.",
                file=path.name,
                what=what,
            ) from error
    for warning in caught:
        # Only the kind: a parser's warning may quote a patient's data.
        _log.info("%s reader warned: %s", what, warning.category.__name__)
