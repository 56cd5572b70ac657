"""MIMIC-IV-ECG in its published layout: `record_list.csv`, `machine_measurements.csv`, `files/pNNNN/…`.

Gow et al., MIMIC-IV-ECG: Diagnostic Electrocardiogram Matched Subset, PhysioNet 2023. Its files order the
limb leads aVR, aVF, aVL; leads are put in canonical order by their names when a record is read. Ages and
sexes are in MIMIC-IV's own `patients.csv`, used when it lies in the same folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.training.collections.collection import Entry, number, rows
from ecgtwin_app.training.collections.mimic_reports import calls_it_normal, states_of, unusable
from ecgtwin_app.training.collections.records import held_out

RECORDS, REPORTS, PATIENTS = "record_list.csv", "machine_measurements.csv", "patients.csv"
#: Sentences of a machine's report: columns report_0 to report_17.
SENTENCES = 18


@dataclass(frozen=True, slots=True)
class _Person:
    """A row of `patients.csv`: the age (years) in one year of the shifted calendar."""

    sex: str | None
    age: float | None
    year: float | None


def is_mimic(folder: Path) -> bool:
    """Whether `folder` holds MIMIC-IV-ECG."""
    return (folder / RECORDS).is_file()


def read_mimic(folder: Path, statements: tuple[str, ...]) -> Iterator[Entry]:
    """What the tables say of every recording that its machine could read.

    Raises
    ------
    EcgError
        A table is missing, lacks a column, or names a record outside the folder.
    """
    if not (folder / REPORTS).is_file():
        raise EcgError(
            "{folder} lacks {reports}; copy it from the published MIMIC-IV-ECG.",
            folder=folder.name,
            reports=REPORTS,
        )
    reports = {
        row["study_id"]: tuple(filter(None, (row.get(f"report_{k}") for k in range(SENTENCES))))
        for row in rows(folder / REPORTS, ("study_id", "report_0"))
    }
    people = _people(folder / PATIENTS)
    for row in rows(folder / RECORDS, ("subject_id", "study_id", "ecg_time", "path")):
        sentences = reports.get(row["study_id"], ())
        if unusable(sentences):
            continue
        path = folder / f"{row['path']}.hea"
        if ".." in path.parts or Path(row["path"]).is_absolute():
            raise EcgError(
                "{records} names a record outside its folder; use the table as it was published.",
                records=RECORDS,
            )
        patient = f"mimic-{row['subject_id']}"
        person = people.get(row["subject_id"], _Person(None, None, None))
        yield Entry(
            key=f"mimic-{row['study_id']}",
            patient=patient,
            path=path,
            recorded=row["ecg_time"],
            states=states_of(sentences, statements).tobytes(),
            normal=calls_it_normal(sentences),
            held_out=held_out(patient),
            age=_age(person, row["ecg_time"]),
            sex=person.sex,
        )


def _people(path: Path) -> dict[str, _Person]:
    if not path.is_file():
        return {}
    columns = ("subject_id", "gender", "anchor_age", "anchor_year")
    return {
        row["subject_id"]: _Person(
            row["gender"] if row["gender"] in ("F", "M") else None,
            number(row["anchor_age"]),
            number(row["anchor_year"]),
        )
        for row in rows(path, columns)
    }


def _age(person: _Person, recorded: str) -> float | None:
    """Years at the recording: dates are shifted, but by the same for all of one patient."""
    year = number(recorded[:4])
    if person.age is None or person.year is None or year is None:
        return None
    return min(person.age + year - person.year, 90.0)
