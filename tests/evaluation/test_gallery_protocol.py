"""The gallery of every condition: three patients, a real recording with its citation, nothing drawn twice."""

from types import SimpleNamespace

from evaluated import real_record
from synthetic_ecg import strip

from ecgtwin_app.conditions.verdict import CRITERION, PLAUSIBILITY
from ecgtwin_app.evaluation.protocols import gallery
from ecgtwin_app.training.collections.records import held_out

UNSEEN = [name for name in (f"p{k}" for k in range(200)) if held_out(name)]
CONDITION = "left bundle branch block"


class _Engine:
    def __init__(self):
        self.asked = []

    def knows(self, condition):
        return condition.name == CONDITION

    def generate(self, reference, request):
        self.asked.append(request.conditions)
        missed = SimpleNamespace(name="QRS duration", met=False, kind=CRITERION)
        unusual = SimpleNamespace(name="size of T", met=False, kind=PLAUSIBILITY)
        return [SimpleNamespace(recording=strip(rate=70)[0], asked_got=(missed, unusual))]


def test_each_condition_has_a_page_beside_a_real_recording(tmp_path):
    recording, _ = strip(rate=70)
    records = [real_record("PTB-XL/n", UNSEEN[0], recording=recording)]
    records += [
        real_record(f"PTB-XL/s{k}", UNSEEN[1 + k], labels=("CLBBB", "SR"), recording=recording)
        for k in range(3)
    ]
    setting = SimpleNamespace(
        work=tmp_path, records=records, engine=_Engine(), seed=1, check_time=lambda: None
    )
    found = gallery.run(setting)
    text = (tmp_path / "gallery" / "left_bundle_branch_block.html").read_text(encoding="utf-8")
    assert text.count("Synthetic: PTB-XL/") == 3 and text.count("Missed: QRS duration</p>") == 3
    assert "Real: PTB-XL/s0" in text and "CC BY 4.0" in text
    assert found.lines[0].value == 0 and found.lines[0].n == 3
    assert "left_bundle_branch_block.html" in (tmp_path / "gallery" / "index.html").read_text(
        encoding="utf-8"
    )
    again = gallery.run(setting)
    assert len(setting.engine.asked) == 3 and again.tables == found.tables
