"""PTB-XL in its published layout: `ptbxl_database.csv`, `scp_statements.csv`, `records500/`.

Wagner et al., Sci Data 2020;7:154. Patients never cross its ten folds; 9 and 10, whose labels were checked by
a cardiologist most often, are kept out of training as its authors recommend.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.ecgtwin.conditioning import UNKNOWN
from ecgtwin_app.training.collections.collection import Entry, number, rows
from ecgtwin_app.training.collections.labels import statements_of

TABLE, MEANINGS = "ptbxl_database.csv", "scp_statements.csv"
HELD_OUT_FOLDS = (9, 10)
#: A diagnosis with a likelihood (%) below this is doubtful; 0 says that the report gave none.
SURE = 50.0
_COLUMNS = ("ecg_id", "patient_id", "age", "sex", "scp_codes", "strat_fold", "filename_hr", "recording_date")


def is_ptbxl(folder: Path) -> bool:
    """Whether `folder` holds PTB-XL."""
    return (folder / TABLE).is_file()


def read_ptbxl(folder: Path, statements: tuple[str, ...]) -> Iterator[Entry]:
    """What the tables say of every recording at 500 Hz.

    Raises
    ------
    EcgError
        A table lacks a column, or a row cannot be understood.
    """
    if not (folder / MEANINGS).is_file():
        raise EcgError(
            "{folder} lacks {meanings}; copy it from the published PTB-XL beside {table}.",
            folder=folder.name,
            meanings=MEANINGS,
            table=TABLE,
        )
    # Forms and rhythms are seen or not; only diagnoses carry a likelihood.
    diagnoses = {row[""] for row in rows(folder / MEANINGS, ("", "diagnostic")) if number(row["diagnostic"])}
    for row in rows(folder / TABLE, _COLUMNS):
        codes = _codes(row["scp_codes"], row["ecg_id"])
        sure = tuple(code for code, share in codes.items() if code not in diagnoses or not 0 < share < SURE)
        age = number(row["age"])
        yield Entry(
            key=f"ptbxl-{row['ecg_id']}",
            patient=f"ptbxl-{number(row['patient_id']):.0f}",
            path=folder / f"{row['filename_hr']}.hea",
            recorded=row["recording_date"],
            states=_states(sure, tuple(codes), statements).tobytes(),
            normal="NORM" in sure and set(codes) <= {"NORM", "SR"},
            held_out=int(row["strat_fold"]) in HELD_OUT_FOLDS,
            # Ages above 89 are all written as 300.
            age=90.0 if age is not None and age > 89 else age,
            sex={"0": "M", "1": "F"}.get(row["sex"]),
        )


def _codes(text: str, key: str) -> dict[str, float]:
    try:
        codes = ast.literal_eval(text)
        return {str(code): float(share) for code, share in codes.items()}
    except (ValueError, SyntaxError, AttributeError, TypeError):
        raise EcgError(
            "The codes of recording {key} in {table} cannot be read; copy the table again.",
            key=key,
            table=TABLE,
        ) from None


def _states(sure: tuple[str, ...], stated: tuple[str, ...], statements: tuple[str, ...]) -> np.ndarray:
    """States from the sure codes; unknown where a doubtful one would change the answer."""
    states, with_doubt = (statements_of(codes, "PTB-XL", statements) for codes in (sure, stated))
    states[states != with_doubt] = UNKNOWN
    return states
