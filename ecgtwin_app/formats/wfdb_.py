"""WFDB records: a text header (.hea) and files of samples (.dat, or MATLAB v4 .mat as in CinC 2020).

The `wfdb` package decodes the samples, but it takes memory for whatever a header claims and can open
addresses on the network. So the parsed header is held against the files before they are read.
Format: https://physionet.org/physiotools/wag/header-5.htm
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.recording import LEADS, EcgError, Recording
from ecgtwin_app.formats.channels import twelve_lead_recording, unit_in_millivolts
from ecgtwin_app.formats.guard import check_file, check_shape, parsing
from ecgtwin_app.formats.marking import comment_lines, read_comment_lines

FORMAT = "WFDB"
SUFFIXES = (".hea", ".dat", ".mat")

#: Of each sample format: bytes a sample takes, and the value that means "no sample". The compressed
#: formats (508 to 524) are left out: they have no size to hold a header against.
_SAMPLE_FORMATS = {
    "8": (1, None),
    "16": (2, -(2**15)),
    "24": (3, -(2**23)),
    "32": (4, -(2**31)),
    "61": (2, -(2**15)),
    "80": (1, -(2**7)),
    "160": (2, -(2**15)),
    "212": (1.5, -(2**11)),
    "310": (4 / 3, -(2**9)),
    "311": (4 / 3, -(2**9)),
}
_BASENAME = re.compile(r"^[-\w][-\w.]*$", re.ASCII)
_LARGEST_HEADER = 1_000_000

_MICROVOLTS_PER_MILLIVOLT = 1000
#: -32768 marks a missing sample in format 16.
_LARGEST_SAMPLE = 32767


def sniff(path: Path, head: bytes) -> bool:
    """Whether the file is a WFDB header, or lies beside a header of its name."""
    if path.suffix.lower() == ".hea":
        return True
    return path.suffix.lower() in (".dat", ".mat", "") and path.with_suffix(".hea").is_file()


def read(path: Path) -> Recording:
    """Read a record by its header, its sample file or its bare name.

    Parameters
    ----------
    path : Path
        ".hea", ".dat", ".mat" or without suffix; the files of a record lie in one folder.

    Raises
    ------
    EcgError
        A file is missing, damaged or does not fit the header.
    """
    header_path = path.resolve().with_suffix(".hea")
    if not header_path.is_file():
        raise EcgError(f"{path.name} needs its header {header_path.name} beside it.")
    check_file(header_path)
    if header_path.stat().st_size > _LARGEST_HEADER:
        raise EcgError(f"{header_path.name} is too large for a WFDB header; it is something else.")
    with parsing(header_path, FORMAT):
        # Imported late: it brings pandas and matplotlib, which the other formats need not wait for.
        import wfdb

        record_path = str(header_path.with_suffix(""))
        if "://" in record_path or "::" in record_path:
            raise EcgError(
                f"{path.name} lies in a folder whose name looks like an address; copy it elsewhere."
            )
        _check_claims(header_path, wfdb.rdheader(record_path))
        record = wfdb.rdrecord(record_path, physical=False, return_res=64)
        return _recording(header_path.name, record)


def write(recording: Recording, folder: Path, name: str, keep_identity: bool = False) -> Path:
    """Write a record: format 16, 1 µV a step, marked synthetic when it is. Same input, same bytes.

    Parameters
    ----------
    recording : Recording
        Twelve leads; written at its own rate.
    folder : Path
        Must exist.
    name : str
        Of the record; letters, digits, "-" and "_".
    keep_identity : bool
        Also write who and when; see `marking.comment_lines`.

    Returns
    -------
    Path
        The header.

    Raises
    ------
    EcgError
        The name is none, a lead is missing or a value does not fit 16 bits (±32.767 mV).
    """
    if not re.fullmatch(r"[-\w]+", name, re.ASCII):
        raise EcgError(f"{name!r} is no WFDB record name; use letters, digits, - and _ only.")
    signal = np.stack([recording.lead(lead) for lead in LEADS]).astype(np.float64)
    steps = np.rint(signal * _MICROVOLTS_PER_MILLIVOLT)
    if not np.all(np.abs(steps) <= _LARGEST_SAMPLE):
        raise EcgError(f"{name} has values beyond ±32.767 mV, which a WFDB file of 1 µV a step cannot hold.")
    steps = steps.astype("<i2")

    lines = [f"{name} {len(LEADS)} {recording.rate:g} {recording.samples}"]
    for lead, row in zip(LEADS, steps, strict=True):
        lines.append(
            f"{name}.dat 16 {_MICROVOLTS_PER_MILLIVOLT}(0)/mV 16 0 {row[0]} {_checksum(row)} 0 {lead}"
        )
    lines += [f"# {line}" for line in comment_lines(recording, keep_identity)]
    (folder / f"{name}.dat").write_bytes(np.ascontiguousarray(steps.T).tobytes())
    header = folder / f"{name}.hea"
    header.write_bytes(("\n".join(lines) + "\n").encode("utf-8"))
    return header


def _check_claims(path: Path, header) -> None:
    """`EcgError` unless the header is of a kind we read and its files hold what it claims."""
    name = path.name
    if not hasattr(header, "file_name"):
        raise EcgError(f"{name} is a WFDB record of several segments; open the header of one segment.")
    check_shape(name, header.n_sig, header.fs, 1 if header.sig_len is None else header.sig_len)
    if len(header.file_name) != header.n_sig:
        raise EcgError(
            f"{name} announces {header.n_sig} leads but describes {len(header.file_name)}; copy it again."
        )
    if any(header.skew) or any(per_frame != 1 for per_frame in header.samps_per_frame):
        raise EcgError(f"{name} holds leads at different rates or with skew; convert it to one rate first.")

    frame_bytes: dict[str, float] = {}
    offsets: dict[str, int] = {}
    for file_name, sample_format, offset in zip(
        header.file_name, header.fmt, header.byte_offset, strict=True
    ):
        if not _BASENAME.match(file_name):
            raise EcgError(
                f"{name} points to {file_name[:60]!r}, which is not a plain file name in its folder."
            )
        if sample_format not in _SAMPLE_FORMATS:
            raise EcgError(
                f"{name} uses sample format {sample_format}, which is not read; convert it to format 16."
            )
        frame_bytes[file_name] = frame_bytes.get(file_name, 0) + _SAMPLE_FORMATS[sample_format][0]
        offsets[file_name] = offset or 0

    for file_name, size in frame_bytes.items():
        file = path.parent / file_name
        if not file.resolve().is_relative_to(path.parent):
            raise EcgError(
                f"{name} points to {file_name}, which lies in another folder; copy it beside the header."
            )
        if not file.is_file():
            raise EcgError(f"{name} needs {file_name} beside it; copy all files of the record.")
        check_file(file)
        holds = max(int((file.stat().st_size - offsets[file_name]) / size), 0)
        if holds < (header.sig_len or 1):
            raise EcgError(
                f"{name} says it has {header.sig_len or 1:,} samples a lead, but {file_name} holds {holds:,}; "
                "copy the whole record again."
            )


def _recording(name: str, record) -> Recording:
    """Physical values of what `wfdb` decoded: (sample - baseline) / gain."""
    digital = record.d_signal.T
    signal = np.empty(digital.shape)
    for row, samples in enumerate(digital):
        unit = unit_in_millivolts(record.units[row])
        if unit is None:
            raise EcgError(
                f"{name} gives lead {record.sig_name[row]} in {record.units[row][:20]!r}, not in mV or uV."
            )
        signal[row] = (samples - record.baseline[row]) / record.adc_gain[row] * unit
        signal[row, samples == _SAMPLE_FORMATS[record.fmt[row]][1]] = np.nan

    fields = read_comment_lines(record.comments)
    wrong = [
        lead
        for lead, stated, samples in zip(record.sig_name, record.checksum, digital, strict=True)
        if stated is not None and (stated - _checksum(samples)) % 65536
    ]
    if wrong:
        fields["history"] += (f"samples differ from the checksum in the header: {', '.join(wrong)}",)
    if not fields["recorded"] and record.base_date and record.base_time:
        fields["recorded"] = f"{record.base_date.isoformat()}T{record.base_time.isoformat('seconds')}"
    return twelve_lead_recording(name, signal, record.sig_name, float(record.fs), source=FORMAT, **fields)


def _checksum(samples: np.ndarray) -> int:
    """The 16-bit signed sum of the samples."""
    return (int(samples.sum(dtype=np.int64)) + 32768) % 65536 - 32768
