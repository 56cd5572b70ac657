"""Teaching mode: courses, quiz, hand-outs, morph."""
