"""A generator of new patients that needs no weights: sinus strips of bumps, another heart for every seed."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
from synthetic_ecg import LBBB, NORMAL, RBBB, T_AMPLITUDES, T_LBBB, strip

from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.recording import INDEPENDENT_LEADS, EcgError
from ecgtwin_app.generators.base import Ability, Plan, PreparedPatient, Spec, Step

HEARTS = ((NORMAL, T_AMPLITUDES), (LBBB, T_LBBB), (RBBB, T_AMPLITUDES))


class DrawnPlan(Plan):
    def without_condition(self, names=()):
        return replace(self, names=("sinus rhythm",))


class DrawnPatients:
    """Draws what `strip` makes, at the rate that is asked, in a heart of its seed; nothing at all for seeds in `silent`.

    `alike` draws the same heart for every seed. `gate` holds every step while it is cleared.
    """

    device = "cpu"
    spec = Spec(
        id="sssd",
        model="drawn patients",
        weights_sha256="a1" * 32,
        rate=500.0,
        samples=5000,
        leads=INDEPENDENT_LEADS,
        statements=("sinus rhythm", "left bundle branch block", "atrial fibrillation"),
        abilities=frozenset({Ability.POPULATION}),
        samplers={"euler": 3},
        set_points=frozenset({"heart_rate"}),
    )

    def __init__(self, silent=(), alike=False):
        self.silent, self.alike = frozenset(silent), alike
        self.seeds: list[int] = []
        self.gate = threading.Event()
        self.gate.set()

    def prepare(self, recordings):
        if recordings:
            raise EcgError("It looks at no recording; leave it out.")
        return PreparedPatient(recording=None, digests=(), measured=None, rate=None, base=None)

    def plan(self, patient, task, seed):
        target = task.target
        rate = target.set_points.get("heart_rate")
        return DrawnPlan(
            patient=patient, task=task, seed=seed, names=target.present, rate=rate, age=target.age, sex=target.sex
        )  # fmt: skip

    def sample(self, plans):
        self.seeds += [plan.seed for plan in plans]
        whole = np.stack([self._strip(plan) for plan in plans]).astype(np.float32)
        for number in range(1, 4):
            self.gate.wait(timeout=20)
            yield Step(number, 3, whole * np.float32(number / 3))

    def _strip(self, plan):
        if plan.seed in self.silent:
            return np.zeros((8, 5000))
        seed = 0 if self.alike else plan.seed
        rng = np.random.default_rng(seed)
        parts, t = HEARTS[rng.integers(3)]
        signal = independent_leads(strip(rate=plan.rate or 72, parts=parts, t=t, seed=1)[0].signal)
        return signal * rng.uniform(0.3, 1.7, (8, 1))

    def base_vector(self, recording, measured=None):
        raise EcgError("It knows of no person.")
