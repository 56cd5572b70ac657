"""OpenSignals text files (PLUX biosignalsplux and BITalino): a head in JSON, then what the converter gave.

An ECG sensor's steps become millivolts by the transfer functions that the maker publishes:
ECG (mV) = (step / 2^bits - 1/2) * supply / gain, with 3.3 V and a gain of 1100 for BITalino (REVOLUTION ECG Sensor Data
Sheet) and 3 V and 1019 for biosignalsplux (support.pluxbiosignals.com, "Transfer functions"). What other sensors
measure is left out. Where no sensor is called ECG, the columns and the unit of a step must be given.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.formats.channels import NotStated, known_leads
from ecgtwin_app.formats.ecg_file import EcgFile
from ecgtwin_app.formats.format import Format, Recognised
from ecgtwin_app.formats.guard import MAX_BYTES_IN_PIECES, check_shape, parsing
from ecgtwin_app.formats.table_clock import Stretch
from ecgtwin_app.formats.table_layout import Layout
from ecgtwin_app.formats.table_rows import TableRows, gaps_between, values_of
from ecgtwin_app.formats.table_text import cells_of, millivolts_of
from ecgtwin_app.formats.text_rows import decode, is_row, text_bytes
from ecgtwin_app.i18n.message import Message

NAME = "OpenSignals"

_FIRST_LINE = b"OpenSignals Text File Format"
_LARGEST_HEAD, _MOST_COLUMNS = 262_144, 64
#: Supply in millivolts and gain of the ECG sensor, by how the device is called.
_BITALINO, _BIOSIGNALSPLUX = (3300.0, 1100.0), (3000.0, 1019.0)


@dataclass(frozen=True)
class _Column:
    """A column: its name, the sensor in it, its bits, and whether the device is a BITalino."""

    name: str
    sensor: str
    bits: int
    bitalino: bool


def sniff(path: Path, head: bytes) -> bool:
    """Whether the first line names the format."""
    return _FIRST_LINE in head[:120].split(b"\n", 1)[0]


def open_file(path: Path, unit: str | None = None, lead_order: Sequence[str] | None = None) -> EcgFile:
    """Read the ECG sensors.

    Parameters
    ----------
    path : Path
    unit : str, optional
        What a step is, for sensors that are not called ECG, as "mV" or "2.9 uV".
    lead_order : sequence of str, optional
        Names of all columns, that of the sample numbers first.

    Raises
    ------
    NotStated
        No sensor is called ECG.
    EcgError
        The head is damaged, or a row holds anything but numbers.
    """
    with parsing(path, NAME):
        data = text_bytes(path)
        start, devices, columns, width, rate = _head(path.name, data)
        names = _names(path.name, columns, lead_order)
        leads = [k for k, name in enumerate(names) if name and known_leads([name])]
        if not leads:
            raise NotStated(
                ("lead_order", "unit") if unit is None else ("lead_order",),
                "{file} has no sensor that is called ECG; name its {columns} columns with the option lead order, "
                "and give the unit of a step.",
                file=path.name,
                columns=len(columns),
            )
        table = TableRows(path.name, data, Layout(start + 1, "\t", ".", width, ("n",) * width))
        table.use(leads)
        check_shape(path.name, len(leads), rate, table.count)
        scales, offsets, notes = _scales(path.name, table, [columns[k] for k in leads], unit)
        numbers = [k for k, column in enumerate(columns) if column.name.lower() == "nseq"]
        stretches = (table.by_counts(numbers[0]) if numbers else None) or [Stretch(0, 0, table.count)]
        others = sum(bool(c.sensor) for c in columns) - sum(bool(columns[k].sensor) for k in leads)
        if others:
            notes.append(
                Message.counted(
                    "left out {n:,} sensor not called like an ECG lead",
                    "left out {n:,} sensors not called like an ECG lead",
                    others,
                )
            )
        samples = stretches[-1].sample + stretches[-1].count
        return EcgFile(
            path,
            NAME,
            tuple(names[k] for k in leads),
            rate,
            samples,
            values_of(table, scales, offsets, stretches),
            {"recorded": _moment(devices[0]), "history": tuple(notes)},
            gaps=gaps_between(stretches),
        )


def _head(name: str, data: np.ndarray) -> tuple[int, list[dict], list[_Column], int, float]:
    """The line on which the head ends, devices and their columns, the cells of a row, and the rate (Hz)."""
    lines = decode(data[:_LARGEST_HEAD].tobytes()).split("\n")
    start = next((k for k, line in enumerate(lines) if "EndOfHeader" in line), None)
    said = next((line for line in lines[: start or 0] if line.lstrip("# ").startswith("{")), None)
    if start is None or said is None:
        raise EcgError("{file} has a damaged header; copy it again.", file=name)
    devices = sorted(
        (d for d in json.loads(said.lstrip("# ")).values() if isinstance(d, dict)),
        key=lambda d: d.get("position", 0),
    )
    columns = [column for device in devices for column in _columns(device)]
    rates = {float(device["sampling rate"]) for device in devices}
    first = next((line for line in lines[start + 1 :] if is_row(line)), "")
    width = len(cells_of(first, "\t"))
    if (
        len(rates) != 1
        or not columns
        or len(columns) > _MOST_COLUMNS
        or not len(columns) <= width <= len(columns) + 1
    ):
        raise EcgError("{file} has a damaged header; copy it again.", file=name)
    return start, devices, columns, width, rates.pop()


def _columns(device: dict) -> list[_Column]:
    """The columns of a device: those of its head, its sensors in those of its labels."""
    names = [str(name) for name in device["column"]]
    labels = [str(label) for label in device.get("label", [])]
    sensors = dict(zip(labels, map(str, device.get("sensor", [])), strict=False))
    bits = [int(value) for value in device.get("resolution", [])]
    # One resolution for each column, or for each sensor.
    by_name = dict(zip(names if len(bits) == len(names) else labels, bits, strict=False))
    bitalino = "bitalino" in str(device.get("device", "")).lower()
    return [_Column(name, sensors.get(name, ""), by_name.get(name, 0), bitalino) for name in names]


def _names(name: str, columns: list[_Column], given: Sequence[str] | None) -> list[str]:
    """What the columns are called: as given, by their labels where these are leads, else after the sensor."""
    if given:
        if len(given) != len(columns):
            raise EcgError(
                "{file} has {columns} columns, but {named} are named; name them all.",
                file=name,
                columns=len(columns),
                named=len(given),
            )
        return list(given)
    ecg = [k for k, column in enumerate(columns) if column.sensor.upper().startswith("ECG")]
    names = [""] * len(columns)
    for number, k in enumerate(ecg, start=1):
        label = columns[k].name
        names[k] = label if known_leads([label]) else "ECG" if len(ecg) == 1 else f"ECG {number}"
    return names


def _scales(
    name: str, table: TableRows, columns: list[_Column], unit: str | None
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Millivolts of a step and of the step 0 of each lead, and what the history says of them.

    Raises
    ------
    NotStated
        The sensor is not called ECG, or its values are no steps of a converter.
    """
    if unit is not None:
        return np.full(len(columns), millivolts_of(name, unit)), np.zeros(len(columns)), []
    first = table.leads(0, 2000)
    steps = np.array_equal(first, np.round(first))
    if not steps or not all(c.sensor.upper().startswith("ECG") and 1 <= c.bits <= 24 for c in columns):
        raise NotStated(
            ("unit",),
            "{file} does not say what a step of its ECG is; give the unit, as in unit mV.",
            file=name,
        )
    known = [_BITALINO if column.bitalino else _BIOSIGNALSPLUX for column in columns]
    spans = np.array([supply / gain for supply, gain in known])
    supply, gain = known[0]
    return (
        spans / np.array([2.0**column.bits for column in columns]),
        -spans / 2,
        [
            Message(
                "took {volts:g} V and a gain of {gain:g} for the ECG sensor, as its maker publishes",
                volts=supply / 1000,
                gain=gain,
            )
        ],
    )


def _moment(device: dict) -> str:
    """Date and time, whose parts have no leading zeros, as ISO 8601."""
    day = str(device.get("date", "")).split("-")
    time = str(device.get("time", "")).split(".")[0].split(":")
    if len(day) != 3 or not all(part.isdigit() for part in (*day, *time)):
        return ""
    moment = f"{int(day[0]):04d}-{int(day[1]):02d}-{int(day[2]):02d}"
    return moment + (f"T{int(time[0]):02d}:{int(time[1]):02d}:{int(time[2]):02d}" if len(time) == 3 else "")


FORMAT = Format(
    id="opensignals",
    name=NAME,
    suffixes=(".txt",),
    sniff=sniff,
    open=open_file,
    holds="sensors, time",
    after="PLUX's sensor data sheets",
    recognised=Recognised.BY_ITS_CONTENT,
    options=("unit", "lead_order"),
    largest=MAX_BYTES_IN_PIECES,
)
