"""What recordings show."""

from dataclasses import replace

from ecgtwin_app.ecg.signal.resampling import ten_seconds
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.recognition.recognise import recognise


def example():
    return ten_seconds(read_ecg(example_path()))


def test_what_the_file_states_is_taken_up_with_its_words():
    finding = recognise(replace(example(), statements=("Left bundle branch block",))).find("LBBB")
    assert "file" in finding.sources
    assert finding.because[-1] == "The file says: Left bundle branch block"


def test_a_healthy_recording_shows_sinus_rhythm_and_nothing_else():
    shown = recognise(example())
    assert shown.names == ("sinus rhythm",) and shown.beyond_sinus == ()
    assert "ventricular rate" in shown.findings[0].because[0]
