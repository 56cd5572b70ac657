"""The second generator behind the engine: twins as from any other, what it cannot be asked, and where they come from.

The weights are random numbers: what is drawn is noise, and the referee says so.
"""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from published_files import write_published
from synthetic_ecg import strip

from ecgtwin_app.cli.main import main
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError, Patient
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import Progress, Twin, TwinRequest
from ecgtwin_app.engine.save import save_twins
from ecgtwin_app.engine.tasks import task_of
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.generators.catalogue import entry_of
from ecgtwin_app.generators.published import generator

FEW = {"sampler": "dpm_solver_2m", "steps": 3, "age": 54.0, "sex": "F"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_published(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="module")
def engine(folder):
    return TwinEngine.load(folder, "cpu", "published")


@pytest.fixture(scope="module")
def reference():
    return strip(72)[0]


@pytest.fixture(scope="module")
def twin(engine, reference):
    return engine.generate(reference, TwinRequest(("atrial fibrillation",), seed=4, **FEW))[0]


def test_a_twin_is_twelve_leads_of_ten_seconds_that_obey_the_law(twin):
    recording = twin.recording
    assert recording.signal.shape == (12, 5000) and recording.rate == 500 and recording.leads == LEADS
    assert np.isfinite(recording.signal).all() and twin.lead_law_residual_uv < 0.01
    spectrum = np.abs(np.fft.rfft(recording.lead("V2") * np.hanning(5000)))
    frequency = np.fft.rfftfreq(5000, 1 / 500)
    assert spectrum[frequency > 56].max() < 0.02 * spectrum.max()  # nothing above half of 102.4 Hz is made up
    assert recording.history == ("resampled 102.4 Hz to 500 Hz", "derived III, aVR, aVL, aVF from I and II")


def test_it_is_marked_and_says_which_generator_and_weights(twin, engine, tmp_path):
    origin = twin.recording.provenance
    assert twin.recording.synthetic and origin["synthetic"] is True
    assert origin["generator"] == "published" and origin["weights_sha256"] == engine.spec.weights_sha256
    assert twin.recording.patient == Patient(age=54.0, sex="F")
    save_twins([twin], tmp_path)
    again = read_ecg(tmp_path / "twin_001.hea")
    assert again.synthetic and again.provenance["generator"] == "published"
    assert again.provenance["weights_sha256"] == engine.spec.weights_sha256


def test_the_referee_is_not_told_that_noise_is_an_ecg(twin):
    assert twin.met is False


def test_the_same_seed_draws_the_same_twin_and_the_condition_matters(engine, reference, twin):
    asked = TwinRequest(("atrial fibrillation",), seed=3, samples=2, **FEW)
    first, second = engine.generate(reference, asked)
    assert np.array_equal(second.recording.signal, twin.recording.signal) and second.seed == 4
    assert not np.allclose(first.recording.signal, second.recording.signal)
    (other,) = engine.generate(reference, TwinRequest(("left bundle branch block",), seed=4, **FEW))
    assert not np.allclose(other.recording.signal, twin.recording.signal)


def test_the_report_begins_with_a_rhythm(engine, reference):
    patient = engine.generator.prepare([reference])
    for names, sentences in (
        (("left bundle branch block",), ("sinus rhythm", "left bundle branch block")),
        (("AF", "LBBB"), ("atrial fibrillation", "left bundle branch block")),
    ):
        plan = engine.generator.plan(patient, task_of(TwinRequest(names, **FEW)), 1)
        assert plan.sentences == sentences
    assert plan.without_condition(["atrial fibrillation"]).sentences == (
        "sinus rhythm",
        "left bundle branch block",
    )
    assert plan.without_condition().sentences == ("sinus rhythm",)


def test_the_reference_is_told_of_its_own_report(engine, reference):
    known = replace(reference, patient=Patient(age=60, sex="M"))
    said = replace(known, statements=("Sinus rhythm", "Left axis deviation"))
    unknown, without, told = (engine.generator.prepare([one]).vector for one in (reference, known, said))
    assert np.array_equal(unknown, without) and not np.allclose(without, told)


def test_every_step_shows_something_and_can_be_the_last(engine, reference):
    job = engine.iter_generate(reference, TwinRequest(("atrial fibrillation",), **(FEW | {"steps": 40})))
    first = next(job)
    assert isinstance(first, Progress) and first.total == 40 and first.preview.shape == (12, 5000)
    job.close()
    *steps, made = engine.iter_generate(reference, TwinRequest(("sinus rhythm",), **FEW))
    assert isinstance(made, Twin) and [step.step for step in steps] == [1, 2, 3]
    assert np.array_equal(steps[-1].preview, made.recording.signal)


def test_its_own_steps_are_taken_where_nothing_is_asked(engine, reference):
    job = engine.iter_generate(reference, TwinRequest(("sinus rhythm",), age=54.0, sex="F"))
    assert next(job).total == 1000
    job.close()


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"qrs": 130.0}, "'published' takes no QRS duration"),
        ({"severity": 0.5}, "'published' takes no severity"),
        ({"strength": 2.0}, "'published' takes no strength"),
        ({"identity": 2.0}, "'published' takes no identity"),
        ({"rhythm": "learned"}, "has no 'learned'; choose none"),
        ({"age": None}, "needs the patient's age and sex; set them in the request"),
        ({"sex": None}, "needs the patient's age and sex; set them in the request"),
    ],
)
def test_what_it_cannot_is_refused_in_one_sentence(engine, reference, asked, sentence):
    with pytest.raises(EcgError, match=sentence):
        engine.generate(reference, TwinRequest(("left bundle branch block",), **(FEW | asked)))


def test_its_heat_map_is_the_difference_to_the_same_noise(engine, reference, twin):
    *_, heat = engine.iter_attribute(reference, twin)
    assert heat.values.shape == (12, 5000) and np.abs(heat.values).max() > 0
    for method in ("attention", "gradients"):
        with pytest.raises(EcgError, match=f"'published' offers no heat map '{method}'"):
            next(engine.iter_attribute(reference, twin, method))


def test_it_says_why_it_cannot_be_used(folder, tmp_path):
    entry = entry_of("published")
    assert entry.unavailable(folder) == ""
    assert "choose the folder that holds them" in entry.unavailable(None)
    assert "holds none of the published files" in entry.unavailable(tmp_path)
    with pytest.raises(EcgError, match="needs its authors' files"):
        entry.load(None, "cpu", "torch")


def test_the_command_line_reaches_it(folder, tmp_path, capsys):
    asked = [
        "generate",
        "example",
        "--condition",
        "AF",
        "--sex",
        "F",
        "--age",
        "50",
        "--generator",
        "published",
    ]
    assert main([*asked, "--out", str(tmp_path / "none")]) == 2
    error = capsys.readouterr().err
    assert "needs its authors' files; choose the folder" in error and error.count("\n") <= 2
    (tmp_path / "empty").mkdir()
    assert main([*asked, "--weights", str(tmp_path / "empty"), "--out", str(tmp_path / "none")]) == 2
    assert "holds none of the published files" in capsys.readouterr().err
    quick = ["--weights", str(folder), "--sampler", "euler", "--steps", "2"]
    assert main([*asked, *quick, "--out", str(tmp_path / "twins")]) == 1  # noise meets nothing
    document = json.loads((tmp_path / "twins" / "twins.json").read_text(encoding="utf-8"))
    assert document["provenance"]["generator"] == "published" and not document["twins"][0]["met"]
    assert document["provenance"]["request"]["steps"] == 2


@pytest.mark.parametrize("short", ["sample_latents", "decode", "base_vector"])
def test_where_graphics_memory_is_short_the_processor_goes_on(engine, reference, twin, monkeypatch, short):
    """ "cpu:0" stands in for a graphics processor."""
    engine = TwinEngine(generator.Published(engine.generator.model, "cpu:0"))
    plain, tried = getattr(generator, short), []

    def failing(*arguments):
        if engine.generator.device == "cpu":
            return plain(*arguments)
        tried.append(short)
        if short != "sample_latents":
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return _failing_at_the_second(plain(*arguments))

    monkeypatch.setattr(generator, short, failing)
    items = list(engine.iter_generate(reference, TwinRequest(("atrial fibrillation",), seed=4, **FEW)))
    steps = [(one.step, one.message) for one in items if isinstance(one, Progress)]
    assert [step for step, _ in steps] == sorted({step for step, _ in steps}), "no step is told twice"
    assert steps[-1][1] == "Twin 1 of 1, on the processor: the graphics memory is too small"
    assert tried == [short] and engine.generator.device == "cpu"
    assert np.array_equal(items[-1].recording.signal, twin.recording.signal)


def _failing_at_the_second(latents):
    yield next(latents)
    raise RuntimeError("MPS backend out of memory")


def test_another_error_on_a_graphics_processor_is_raised(engine, reference, monkeypatch):
    engine = TwinEngine(generator.Published(engine.generator.model, "cpu:0"))

    def failing(*_):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(generator, "decode", failing)
    with pytest.raises(RuntimeError, match="shapes"):
        engine.generate(reference, TwinRequest(("atrial fibrillation",), seed=4, **FEW))
    assert engine.generator.device == "cpu:0"
