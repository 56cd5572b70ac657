"""Patients who do not exist: are they copies of training records, and what does a public suite say of them?"""

from __future__ import annotations

import logging

import numpy as np

from ecgtwin_app.conditions.states import PRESENT
from ecgtwin_app.conditions.vocabulary import NORMAL
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import TwinRequest
from ecgtwin_app.evaluation.experiments.records import (
    made_like_all,
    share_of,
    to_test_on,
    to_train_on,
)
from ecgtwin_app.evaluation.judge.labels import NAMES
from ecgtwin_app.evaluation.judge.strips import real_strips
from ecgtwin_app.evaluation.metrics.intervals import bootstrap
from ecgtwin_app.evaluation.metrics.memorisation import CLOSE, closer, nearest_strips
from ecgtwin_app.evaluation.protocols.lines import Line, Outcome, Table, line
from ecgtwin_app.evaluation.protocols.realism import SETS, SUITE, suite_lines, suite_of, suite_table
from ecgtwin_app.evaluation.protocols.setting import Setting
from ecgtwin_app.evaluation.runs.variants import DEEPFAKE
from ecgtwin_app.generators.base import Ability
from ecgtwin_app.training.collections.records import normal

log = logging.getLogger(__name__)
MEMORISATION = "memorisation"
#: A label of fewer training records is rare: few enough to be learned by heart.
RARE = 60
#: Aimed at: each metric of the public suite at most so much worse than its real floor, as a distance and as a share.
AIMS = (1.5, 1 / 1.5)
_NEW = "new patients"


def run_memorisation(setting: Setting) -> Outcome:
    """How near synthetic recordings lie to the training records, beside real recordings that no training saw.

    A twin is like its reference, so those of a generator with references are made of held-out ones.
    """
    population = Ability.TWIN not in setting.engine.spec.abilities
    records = to_train_on(setting) if population else to_test_on(setting)
    made = made_like_all(setting, records, held_out=not population)
    known = real_strips([record for record in setting.records if not record.held_out])
    unseen = [record for record in setting.records if record.held_out]
    floor_strips = real_strips(unseen[: max(20, round(len(unseen) * share_of(setting.references)))])
    log.info("comparing %d and %d strips with %d", len(made.rows), len(floor_strips.keys), len(known.keys))
    ours, our_ratio, which = nearest_strips(made.strips, known.strips, known.patients)
    floor, floor_ratio, _ = nearest_strips(floor_strips.strips, known.strips, known.patients)
    often = (known.states == PRESENT).sum(0)
    states = made.states == PRESENT
    rows = []
    for k in np.flatnonzero((often < RARE) & states.any(0)):
        own = states[:, k]
        rows.append((
            NAMES[k], int(often[k]), int(own.sum()), float(np.median(ours[own])), closer(ours[own], floor)["value"],
            float(np.median(our_ratio[own])), closer(our_ratio[own], floor_ratio)["value"],
            float(np.mean(known.states[which[own], k] == PRESENT)),
        ))  # fmt: skip
    rare = states[:, often < RARE].any(1)
    lines = (
        line("median distance to the nearest training record", bootstrap(np.median, ours, seed=setting.seed), unit="µV",
             floor=float(np.median(floor))),
        line("nearer to a training record than all but 5 % of unseen real ones", closer(ours, floor), floor=CLOSE, less=True),
        line("the same of rare labels", closer(ours[rare], floor), floor=CLOSE, less=True),
        line("distance to the nearest over that to a second patient's, median",
             bootstrap(np.median, our_ratio, seed=setting.seed), unit="", floor=float(np.median(floor_ratio))),
        line("that ratio below all but 5 % of unseen real ones", closer(our_ratio, floor_ratio), floor=CLOSE, less=True),
        line("the same of rare labels, ratio", closer(our_ratio[rare], floor_ratio), floor=CLOSE, less=True),
        Line("smallest distance", float(ours.min()), None, None, len(ours), "µV", floor=float(floor.min())),
        Line("smallest ratio", float(our_ratio.min()), None, None, len(ours), "", floor=float(floor_ratio.min())),
    )  # fmt: skip
    head = ("label", "training records", "n", "median distance, µV", "nearer than 5 % of unseen", "median ratio",
            "ratio below 5 % of unseen", "nearest record has it")  # fmt: skip
    return Outcome(
        MEMORISATION,
        "Are synthetic recordings copies of training records?",
        f"Strips of eight leads at 100 Hz, ten seconds; root mean square difference at the shift in time at which it is least, of "
        f"{len(ours)} synthetic recordings of {setting.engine.spec.id} to {len(known.keys)} records of training patients; floor: "
        f"{len(floor)} records of held-out patients to the same. Rare: fewer than {RARE} training records.",
        lines,
        (Table("Rare labels", head, tuple(rows)),),
    )


def run_suite(setting: Setting) -> Outcome:
    """The public suite on new normal patients, beside `deepfake-ecg` and over real recordings against real ones."""
    found = suite_of(setting, {_NEW: _new_normals(setting)})
    below = sum(
        one[DEEPFAKE] > one[_NEW] if line.less else one[DEEPFAKE] < one[_NEW]
        for line, one in zip(suite_lines(found, _NEW, AIMS), found.values(), strict=True)
        if DEEPFAKE in one
    )
    lines = suite_lines(found, _NEW, AIMS)
    beside = Line(
        f"metrics in which {DEEPFAKE} is worse",
        float(below),
        None,
        None,
        len(found),
        "of them",
        float(len(found)),
    )
    return Outcome(
        SUITE,
        "What does a public suite say of new patients?",
        f"`ecgen-eval`, hand-made features by lead: normal recordings of {setting.engine.spec.id} for ages and sexes of real normals "
        "against real normals at 500 Hz of training patients, each lead about its mean; random halves of the real ones are what is "
        "compared with and the floor.",
        (*lines, beside),
        (suite_table(found, _NEW),),
    )


def _new_normals(setting: Setting) -> np.ndarray:
    """Signals (n, 8, 5000), mV, of new patients in sinus rhythm; `EcgError` from a generator that needs references."""
    if Ability.POPULATION not in setting.engine.spec.abilities:
        raise EcgError(
            "The suite of twins is asked for with --part suite; this one is of patients without a reference."
        )
    store = setting.store("new", whole=True)
    people = [
        record.recording.patient for record in setting.records if not record.held_out and normal(record)
    ]
    order = np.random.default_rng([setting.seed, 6]).permutation(len(people))
    rows = []
    for number in range(round(SETS * setting.references)):
        like = people[order[number % len(order)]]
        wanted = TwinRequest((NORMAL,), age=like.age, sex=like.sex, seed=setting.seed + number)
        rows.append(setting.draw(store, f"new/{number}", None, wanted, {}))
    return setting.signals(store, rows)
