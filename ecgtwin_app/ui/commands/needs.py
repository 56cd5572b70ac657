"""What commands need, each said once; the sentences stand in the status line while a command is greyed."""

from __future__ import annotations

from ecgtwin_app.i18n.words import N_
from ecgtwin_app.ui.commands.command import Need

RECORDING = Need(lambda w: w.session.reference is not None, N_("Open an ECG first (Ctrl+O)"))
TWIN = Need(lambda w: bool(w.session.twins), N_("Make a twin first (Ctrl+G)"))
IDLE = Need(lambda w: not w.jobs.running, N_("Twins or a heat map are being made; wait, or cancel with Esc"))
#: What would tell the answer waits until it is known.
REVEALED = Need(lambda w: not w.teaching.hidden, N_("It would tell the answer; reveal it first (R)"))
#: What asks for twins has no place there.
NOT_TEACHING = Need(lambda w: not w.teaching.on, N_("Not in teaching mode (Ctrl+Shift+T leaves it)"))
COURSE = Need(lambda w: bool(w.teaching.course.cases), N_("Open a course first (Ctrl+Alt+O)"))
