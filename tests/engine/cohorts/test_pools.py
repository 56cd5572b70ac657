"""What travels to other processes and machines, and Ray's faults in one sentence."""

import pickle
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from copying_engine import REFERENCES, Choice

from ecgtwin_app.ecg.signal.recording import EcgError, Patient
from ecgtwin_app.engine.cohorts.pools import RayPool
from ecgtwin_app.engine.cohorts.worker import Job
from ecgtwin_app.engine.request import TwinRequest


def test_nobody_travels_by_name():
    reference = replace(
        REFERENCES["a"],
        patient=Patient(50, "F", "Jane Doe", "4711"),
        recorded="2024-05-06",
        statements=("Sinus rhythm",),
    )
    job = Job(Path("/wards/Jane_Doe.scp"), reference, reference.digest(), TwinRequest())
    sent = pickle.dumps(job.travelling())
    assert not any(word in sent for word in (b"Doe", b"4711", b"2024-05", b"wards"))
    again = pickle.loads(sent)
    assert again.reference.digest() == job.digest and again.reference.patient == Patient(50, "F")
    assert again.reference.statements == ("Sinus rhythm",), "what is recognised depends on it"


class Ray(SimpleNamespace):
    """Ray as far as a pool asks it; what a test sets fails."""

    def __init__(self, **broken):
        super().__init__(down=0, **broken)

    def init(self, **said):
        self.said = said
        if "connect" in vars(self):
            raise ConnectionError(self.connect)

    def remote(self, **_):
        return lambda kind: SimpleNamespace(remote=lambda *said: Actor(self.found.pop(0)))

    def get(self, what, timeout=None):
        return what

    def shutdown(self):
        self.down += 1


class Actor:
    """Says who it is."""

    def __init__(self, who):
        self.who = SimpleNamespace(remote=lambda: who)


def test_a_cluster_that_is_not_there_is_one_sentence(monkeypatch):
    ray = Ray(connect="10.0.0.1: refused\nsecond line")
    monkeypatch.setitem(sys.modules, "ray", ray)
    with pytest.raises(
        EcgError, match=r"^Ray cannot be reached or was ended \(ConnectionError\); run the same"
    ):
        RayPool(Choice(), "wfdb", 2, "10.0.0.1:6379")
    assert ray.down == 1 and ray.said["address"] == "10.0.0.1:6379" and "num_cpus" not in ray.said


def test_machines_with_other_weights_are_refused(monkeypatch):
    ray = Ray(found=[("0.1.0", "a" * 64), ("0.1.0", "b" * 64)])
    monkeypatch.setitem(sys.modules, "ray", ray)
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    with pytest.raises(EcgError, match="different versions or weights"):
        RayPool(Choice(), "wfdb", 2)
    assert ray.down == 1 and ray.said["address"] == "local" and ray.said["num_cpus"] == 2
