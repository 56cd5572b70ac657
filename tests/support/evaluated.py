"""Strips and records as the tests of the evaluation judge them."""

import numpy as np

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.signal.recording import Patient, Recording
from ecgtwin_app.training.collections.records import RealRecord

BEATS = np.arange(0.6, 9.4, 0.8)


def score_of_beats(qrs, pr=0.16):
    events = [Event(float(t), "QRS", "conducted") for t in qrs]
    return RhythmScore(tuple(events + [Event(float(t) - pr, "P", "sinus") for t in qrs]))


def real_record(key, patient, database="PTB-XL", labels=("SR", "NORM"), recording=None):
    recording = recording or Recording(np.zeros((12, 10)), 500.0, patient=Patient(60, "F"))
    return RealRecord(key, database, patient, labels, recording)
