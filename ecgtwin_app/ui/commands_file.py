"""The commands of the File menu, as methods of the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ecgtwin_app.formats.example import example_path
from ecgtwin_app.ui import dialogs


class FileCommands:
    """Opening and saving."""

    def open_path(self, path: Path, then: Callable[[], None] | None = None) -> None:
        """Open a recording."""
        self.controller.open(Path(path), then)

    def open_file(self) -> None:
        dialogs.ask_file_to_open(self, self.open_path)

    def open_example(self) -> None:
        def hint():
            self.messages.tell(
                "This is an example ECG. Choose a condition and press Generate; open your own ECG with Ctrl+O"
                " or drop a file here."
            )
            self._show_commands()

        self.open_path(example_path(), hint)

    def save_twins(self) -> None:
        dialogs.ask_folder(self, self.controller.save_twins)

    def save_pdf(self) -> None:
        self._save_page("pdf")

    def save_png(self) -> None:
        self._save_page("png")

    def save_svg(self) -> None:
        self._save_page("svg")

    def _save_page(self, suffix):
        page = self.page()
        dialogs.ask_file_to_save(
            self, suffix, f"ecg-page.{suffix}", lambda path: self.controller.export(page, path)
        )
