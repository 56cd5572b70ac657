"""What the published networks read and write: leads, rate, patient, report; and latents that follow a seed."""

import numpy as np
import pytest
import torch
from published_files import write_published
from scipy.signal import resample
from synthetic_ecg import strip

from ecgtwin_app.ecg.signal.leads import independent_leads
from ecgtwin_app.ecg.signal.recording import LEADS, MODEL_RATE, EcgError
from ecgtwin_app.ecg.signal.resampling import resample_array
from ecgtwin_app.generators.published.diffusion import base_vector, decode, sample_latents
from ecgtwin_app.generators.published.files import load
from ecgtwin_app.generators.published.networks import PublishedDiT, PublishedExtractor
from ecgtwin_app.generators.published.signals import (
    PUBLISHED_LEADS,
    PUBLISHED_RATE,
    _fewer_samples,
    eight_leads,
    patient_numbers,
    to_published,
)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return load(write_published(tmp_path_factory.mktemp("published")))


def test_leads_and_rate_are_converted_at_the_boundary():
    signal = strip(noise=0.0)[0].signal
    theirs = to_published(signal)
    assert theirs.shape == (1, 12, 1024)
    assert PUBLISHED_LEADS.index("aVF") == 4 and LEADS.index("aVF") == 5
    assert float(theirs[0, 4].max()) == pytest.approx(float(signal[5].max()), rel=0.1)
    back = resample_array(eight_leads(theirs[0].numpy()), PUBLISHED_RATE, MODEL_RATE)
    for mine, original in zip(back, independent_leads(signal), strict=True):
        assert np.corrcoef(mine, original)[0, 1] > 0.99


def test_the_patient_is_scaled_as_published():
    assert patient_numbers(72, 54, "F")[0].tolist() == pytest.approx([-0.2921, -0.5984, 0.0], abs=1e-3)
    assert float(patient_numbers(72, 54, "M")[0, 2]) == 1
    for age, sex in ((54, None), (None, "F"), (None, None)):
        with pytest.raises(EcgError, match="needs the patient's age and sex; set them in the request"):
            patient_numbers(72, age, sex)


def test_conditions_stand_in_their_published_order():
    torch.manual_seed(1)
    text, patient, latent = torch.randn(1, 2, 768), torch.randn(1, 3), torch.randn(1, 4, 16)
    extractor, predictor = PublishedExtractor().eval(), PublishedDiT(1).eval()
    seen = {}
    for name, network in (("extractor", extractor), ("predictor", predictor)):
        network.text_projector.register_forward_hook(
            lambda _, args, out, name=name: seen.update({name: args[0]})
        )
    with torch.no_grad():
        base = extractor(latent, text, patient)
        predictor(latent, torch.tensor([3]), text, patient, base)
        unknown = extractor(latent, None, patient)
    assert torch.equal(seen["extractor"][0, 1], torch.cat([text[0, 1], patient[0]]))
    assert torch.equal(seen["predictor"][0, 1], torch.cat([patient[0], text[0, 1]]))
    assert base.shape == (1, 256) and not torch.allclose(base, unknown)


def test_a_latent_follows_seed_report_and_reference(model):
    patient = patient_numbers(72, 54, "F")
    reports = [model.text.embed((name,)) for name in ("sinus rhythm", "atrial fibrillation")]
    bases = [base_vector(model, strip(rate)[0].signal, None, None) for rate in (60, 90)]
    assert bases[0].shape == (1, 256)

    def latent(seed=4, base=bases[0], report=reports[0], sampler="ddpm"):
        *_, (last, denoised) = sample_latents(model, base, report, patient, [seed], sampler, 3)
        assert torch.allclose(last, denoised, atol=1e-6) and last.abs().max() <= 1.0001
        return last

    same = latent()
    assert same.shape == (1, 4, 128) and torch.equal(same, latent())
    for other in (latent(seed=5), latent(base=bases[1]), latent(report=reports[1]), latent(sampler="euler")):
        assert not torch.allclose(same, other)
    signal = decode(model, same)
    assert signal.shape == (1, 12, 1024) and np.isfinite(signal).all()


@pytest.mark.parametrize("samples", [5000, 4999])
def test_fewer_samples_are_those_of_scipy(samples):
    signal = np.random.default_rng(1).normal(size=(12, samples))
    assert np.abs(_fewer_samples(signal, 1024) - resample(signal, 1024, axis=1)).max() < 1e-12
