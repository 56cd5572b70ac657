"""Miniatures of PTB-XL and MIMIC-IV-ECG in their published layout, from drawn recordings."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import wfdb
from synthetic_ecg import RATE, fibrillating, strip

from ecgtwin_app.ecg.signal.recording import LEADS, Recording

#: The order of MIMIC-IV-ECG's files.
MIMIC_LEADS = ("I", "II", "III", "aVR", "aVF", "aVL", "V1", "V2", "V3", "V4", "V5", "V6")


def patient_strip(patient: int, visit: int) -> Recording:
    """A patient's own beat, another rate and noise at each visit."""
    size = 0.7 + 0.15 * patient
    recording, _ = strip(rate=60 + 7 * visit + 3 * patient, pr=140 + 5 * patient, seed=10 * patient + visit)
    return Recording((recording.signal * size).astype(np.float32), RATE)


def write_wfdb(path: Path, recording: Recording, order: tuple[str, ...], gain: float) -> None:
    """One record as its database writes it: leads in `order`, 16 bits, `gain` steps a millivolt."""
    path.parent.mkdir(parents=True, exist_ok=True)
    signal = np.stack([recording.lead(name) for name in order], axis=1).astype(np.float64)
    wfdb.wrsamp(
        path.name, fs=RATE, units=["mV"] * 12, sig_name=list(order), p_signal=signal, fmt=["16"] * 12,
        adc_gain=[gain] * 12, baseline=[0] * 12, write_dir=str(path.parent),
    )  # fmt: skip


def write_table(path: Path, rows: list[dict]) -> None:
    """A CSV table; columns in the order of the first row."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, fieldnames=list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def write_ptbxl(folder: Path, patients: int = 6) -> Path:
    """Two visits of each patient; the last patient lies in fold 10, one record is atrial fibrillation."""
    rows = []
    for patient in range(patients):
        for visit in range(2):
            key = 2 * patient + visit + 1
            name = f"records500/00000/{key:05d}_hr"
            af = patient == 1 and visit == 1
            recording = fibrillating(seed=key) if af else patient_strip(patient, visit)
            write_wfdb(folder / name, recording, LEADS, 1000.0)
            codes = "{'AFIB': 0.0}" if af else "{'NORM': 100.0, 'SR': 0.0}"
            if patient == 2:
                codes = "{'CLBBB': 100.0, 'LVH': 15.0, 'SR': 0.0, 'PVC': 0.0}"
            rows.append(
                {
                    "ecg_id": key, "patient_id": f"{patient + 100}.0", "age": "300.0" if patient == 3 else "54.0",
                    "sex": patient % 2, "recording_date": f"1990-01-{20 - visit:02d} 09:00:00", "report": "",
                    "scp_codes": codes, "strat_fold": 10 if patient == patients - 1 else 1 + patient,
                    "filename_lr": name.replace("500", "100").replace("hr", "lr"), "filename_hr": name,
                }
            )  # fmt: skip
    write_table(folder / "ptbxl_database.csv", rows)
    kinds = {"NORM": "1.0", "CLBBB": "1.0", "LVH": "1.0", "SR": "", "AFIB": "", "PVC": ""}
    meanings = [{"": code, "description": code, "diagnostic": kind} for code, kind in kinds.items()]
    write_table(folder / "scp_statements.csv", meanings)
    return folder


def write_mimic(folder: Path, patients: int = 5) -> Path:
    """Two visits of each patient, files and tables named as in MIMIC-IV-ECG 1.0."""
    records, reports, people = [], [], []
    for patient in range(patients):
        subject = 10_000_032 + 977 * patient
        people.append(
            {"subject_id": subject, "gender": "FM"[patient % 2], "anchor_age": 52, "anchor_year": 2180}
        )
        for visit in range(2):
            study = 40_000_000 + 1000 * patient + visit
            path = f"files/p{str(subject)[:4]}/p{subject}/s{study}/{study}"
            write_wfdb(folder / path, patient_strip(patient, visit), MIMIC_LEADS, 200.0)
            when = f"{2181 + visit}-07-23 08:44:00"
            records.append(
                {"subject_id": subject, "study_id": study, "file_name": study, "ecg_time": when, "path": path}
            )
            sentences = (
                ["Sinus rhythm", "Normal ECG"] if visit else ["Sinus rhythm with 1st degree A-V block"]
            )
            reports.append(
                {"subject_id": subject, "study_id": study, "cart_id": 1, "ecg_time": when}
                | {f"report_{k}": sentences[k] if k < len(sentences) else "" for k in range(18)}
                | {"rr_interval": 800}
            )
    write_table(folder / "record_list.csv", records)
    write_table(folder / "machine_measurements.csv", reports)
    write_table(folder / "patients.csv", people)
    return folder
