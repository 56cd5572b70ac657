"""New patients through the engine, guidance, weights that are missing or damaged, and files for ONNX Runtime."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sssd_files import write_sssd

from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.recording import LEADS, EcgError
from ecgtwin_app.engine.engine import TwinEngine
from ecgtwin_app.engine.request import Twin
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.generators.canonical import canonical
from ecgtwin_app.generators.catalogue import GENERATORS, OF_REFERENCE, load_generator
from ecgtwin_app.generators.sssd.generator import SssdGenerator
from ecgtwin_app.generators.sssd.weights import FOLDER
from ecgtwin_app.generators.task import Settings, Source, Target, Task
from ecgtwin_app.training.cases.labelled_strips import strip_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_sssd(tmp_path_factory.mktemp("sssd"))


@pytest.fixture(scope="module")
def generator(folder):
    return load_generator("sssd", folder)


def task(*names, sampler="dpm_solver_2m", steps=3, strength=1.0, rhythm="process", **target):
    return Task(
        Target(present=names, **target), Source(), Settings(sampler, steps, rhythm, {"strength": strength})
    )


def plan(generator, asked, seed=1):
    return generator.plan(generator.prepare(()), asked, seed)


def drawn(generator, *plans):
    *_, last = generator.sample(plans)
    return last.preview


def test_a_new_patient_through_the_engine(generator):
    """The network is one that knows what to draw: that of the test has learned nothing, and draws no beats."""
    strip = strip_of(independent_leads(read_ecg(example_path()).signal), 1000.0).astype(np.float32)
    known = strip[None] / generator.weights.config.scale
    engine = TwinEngine(SssdGenerator(replace(generator.weights, network=lambda inputs, outputs: [known])))
    made = [
        one for one in engine.run(task("atrial fibrillation", age=70.0, sex="F")) if isinstance(one, Twin)
    ]
    (twin,) = made
    recording = twin.recording
    assert recording.leads == LEADS and recording.signal.shape == (12, 5000) and recording.rate == 500
    assert recording.synthetic and (recording.patient.age, recording.patient.sex) == (70.0, "F")
    assert recording.provenance["generator"] == "sssd" and "reference_sha256" not in recording.provenance
    assert twin.identity_similarity is None and twin.lead_law_residual_uv < 1e-3
    assert twin.measurements["heart_rate"] == pytest.approx(
        measure(read_ecg(example_path())).heart_rate, abs=2
    )


def test_a_recording_is_not_looked_at(generator):
    with pytest.raises(EcgError, match="leave it out"):
        generator.prepare([read_ecg(example_path())])
    with pytest.raises(EcgError, match="knows of no person"):
        generator.base_vector(read_ecg(example_path()))


def test_the_rate_is_what_is_asked_or_one_that_people_with_it_have(generator):
    asked = plan(generator, task("sinus rhythm", set_points={"heart_rate": 82.0}))
    assert asked.rate == 82.0 and asked.told_rate == pytest.approx(82, abs=0.5)
    open_ = [plan(generator, task("sinus tachycardia"), seed) for seed in range(20)]
    assert all(one.rate is None and 100 < one.told_rate < 181 for one in open_)
    assert len({one.told_rate for one in open_}) > 10


def test_the_rhythm_is_written_from_the_statements_or_left_to_the_network(generator):
    pairs = [plan(generator, task("atrial fibrillation"), seed) for seed in (1, 1, 2)]
    assert pairs[0].score == pairs[1].score != pairs[2].score and pairs[0].score.atrial == "fibrillation"
    normal = pairs[0].without_condition()
    assert normal.score.atrial == "waves" and normal.score.times("P") and normal.seed == 1
    shape = plan(generator, task("left bundle branch block"))
    assert shape.without_condition().score == shape.score
    assert len({round(plan(generator, task(), seed).score.times("QRS")[0], 3) for seed in range(9)}) > 6
    own = plan(generator, task(score=shape.score))
    assert own.score == shape.score and own.told_rate == pytest.approx(shape.told_rate)
    alone = plan(generator, task("sinus rhythm", rhythm="none"))
    assert alone.score is None and not np.allclose(
        drawn(generator, alone), drawn(generator, plan(generator, task("sinus rhythm")))
    )


def test_upsampling_is_linear_and_keeps_what_was_drawn(generator):
    one, other = (drawn(generator, plan(generator, task("sinus rhythm"), seed))[0] for seed in (1, 2))
    a, b, both = (canonical(signal, generator.spec) for signal in (one, other, one - 2 * other))
    np.testing.assert_allclose(both, a - 2 * b, atol=1e-5)
    # III is the difference of I and II whether it is taken before or after.
    third = canonical(one, replace(generator.spec, leads=("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")))[2]
    np.testing.assert_allclose(third, a[1] - a[0], atol=1e-6)


def test_guidance_goes_away_from_nothing_said(generator):
    asked = task("left bundle branch block")
    plain, strong, none = (
        drawn(generator, plan(generator, replace(asked, settings=replace(asked.settings, dials=dials))))
        for dials in ({"strength": 1.0}, {"strength": 3.0}, {})
    )
    assert np.array_equal(plain, none) and not np.allclose(plain, strong)


def test_only_what_can_be_unknown_is_guided(tmp_path):
    sums = load_generator("sssd", write_sssd(tmp_path, embedding="positives", score=False))
    assert sums.spec.rhythms == ("none",) and "score" not in sums.spec.set_points
    assert sums.spec.dials == frozenset()
    assert np.array_equal(*(drawn(sums, plan(sums, task("T inversion", strength=k))) for k in (1.0, 3.0)))


def test_the_published_way_is_reached(tmp_path):
    noise = load_generator("sssd", write_sssd(tmp_path, predicts="noise", embedding="two-states", scale=1.0))
    asked = task("sinus rhythm", sampler="ddpm", steps=200)
    steps = list(noise.sample([plan(noise, asked)]))
    assert len(steps) == 200 and np.isfinite(steps[-1].preview).all()
    few = drawn(noise, plan(noise, task("sinus rhythm", steps=5)))
    assert np.isfinite(few).all()


def test_draws_of_other_settings_are_not_mixed(generator):
    with pytest.raises(ValueError, match="same settings"):
        list(generator.sample([plan(generator, task(steps=3)), plan(generator, task(steps=4))]))


def test_it_is_offered_for_no_reference_and_says_that_its_weights_are_missing(tmp_path):
    assert "sssd" in GENERATORS and "sssd" not in OF_REFERENCE
    missing = "not there; train them with 'ecgtwin train sssd'"
    assert missing in GENERATORS["sssd"].unavailable(tmp_path)
    with pytest.raises(EcgError, match=missing):
        load_generator("sssd", tmp_path)


def test_damaged_weights_are_refused(tmp_path):
    folder = write_sssd(tmp_path)
    content = (folder / FOLDER.file).read_bytes()
    (folder / FOLDER.file).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(EcgError, match=r"sssd\.safetensors is damaged"):
        load_generator("sssd", folder)
    (folder / FOLDER.file).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": 99}), "utf-8")
    with pytest.raises(EcgError, match="none of the generator 'sssd'"):
        load_generator("sssd", folder)


def test_onnx_draws_the_same(folder):
    pytest.importorskip("onnxscript", reason="exporting needs the packages of training")
    from ecgtwin_app.training.export import export

    (path,) = export(folder)
    assert path.name == "sssd.onnx"
    ours, theirs = (load_generator("sssd", folder, backend=backend) for backend in ("torch", "onnx"))
    assert theirs.spec.backend == "onnx" and ours.spec.weights_sha256 == theirs.spec.weights_sha256
    for names in (("sinus rhythm",), ("atrial fibrillation", "T inversion")):
        plans = [plan(ours, task(*names, strength=2.0), seed) for seed in (1, 2, 3)]
        np.testing.assert_allclose(drawn(ours, *plans), drawn(theirs, *plans), atol=1e-4)
