"""The limits of `.ci/limits.py` are noticed where something is over them."""

import importlib.util

import pytest
from places import ROOT

_spec = importlib.util.spec_from_file_location("limits", ROOT / ".ci" / "limits.py")
limits = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(limits)


def body(lines):
    return "\n".join(["    x = 1"] * lines)


@pytest.mark.parametrize(
    ("file", "source", "named"),
    [
        ("ecgtwin_app/a.py", "x = 1\n" * 400, []),
        ("tests/test_a.py", "x = 1\n" * 401, ["tests/test_a.py"]),
        ("a.py", f"def short():\n{body(59)}\n", []),
        ("a.py", f"def long():\n{body(60)}\n", ["a.py long"]),
        ("a.py", f'def told():\n    """Much\n{body(20)}\n    """\n{body(59)}\n', []),
        ("a.py", "class A:\n" + "".join(f"    def m{k}(self): ...\n" for k in range(41)), ["a.py A"]),
        ("ecgtwin_app/ui/a.py", "from ecgtwin_app.b import B, C, D\nclass A(B, C, D): ...\n", ["ecgtwin_app/ui/a.py A"]),
        ("ecgtwin_app/ui/a.py", "from ecgtwin_app.b import B, C\nclass A(QWidget, B, C): ...\n", []),
        ("ecgtwin_app/a.py", "from ecgtwin_app.b import B, C, D\nclass A(B, C, D): ...\n", []),
    ],
)  # fmt: skip
def test_what_is_over_a_limit_is_named(file, source, named):
    assert [name for name, _ in limits.too_large(file, source)] == named


def test_an_exception_that_is_not_needed_is_named(monkeypatch, capsys):
    monkeypatch.setattr(limits, "EXCEPTIONS", limits.EXCEPTIONS | {"main.py main"})
    assert limits.main([str(ROOT / "main.py")]) == 1
    assert "main.py main is within the limits now" in capsys.readouterr().out
