"""The style sheet of the window's widgets."""

from __future__ import annotations

from functools import cache

from ecgtwin_app.resources import resource_path


@cache
def style_sheet(t) -> str:
    """The rules in the colours of a theme."""
    down, up = (resource_path(f"icons/chevron-{way}.svg").as_posix() for way in ("down", "up"))
    tick = resource_path(f"icons/tick-{'white' if t.on_accent == '#FFFFFF' else 'dark'}.svg").as_posix()
    return _bars(t) + _fields(t, down, up) + _tables(t) + _buttons(t) + _rest(t, tick)


def _bars(t) -> str:
    """Menus, tool bars, panels and the buttons in them."""
    return f"""
    QWidget {{ color: {t.text}; }}
    QWidget:disabled {{ color: {t.quiet}; }}
    QMainWindow, QDialog {{ background: {t.window}; }}
    QMenuBar {{ background: {t.panel}; border-bottom: 1px solid {t.border}; padding: 1px 4px; }}
    QMenuBar::item {{ padding: 4px 9px; border-radius: 4px; }}
    QMenuBar::item:selected, QMenu::item:selected {{ background: {t.selection}; color: {t.text}; }}
    QMenu {{ background: {t.panel}; border: 1px solid {t.border}; padding: 4px; }}
    QMenu::item {{ padding: 5px 26px 5px 22px; border-radius: 4px; }}
    QMenu::item:disabled {{ color: {t.quiet}; }}
    QMenu::separator {{ height: 1px; background: {t.border}; margin: 4px 8px; }}
    QToolBar {{ background: {t.panel}; border: 0; border-bottom: 1px solid {t.border}; padding: 5px 8px;
                spacing: 4px; }}
    QToolBar QToolButton, #flat {{ padding: 5px 10px; border: 1px solid transparent; border-radius: 5px;
                color: {t.text}; background: transparent; }}
    QToolBar QToolButton:hover, #flat:hover {{ background: {t.selection}; }}
    QToolBar QToolButton:disabled, #flat:disabled {{ color: {t.quiet}; }}
    QToolBar::separator {{ width: 1px; background: {t.border}; margin: 4px 6px; }}
    #segment {{ border: 1px solid {t.edge}; border-radius: 0; padding: 5px 9px; margin: 0;
                background: {t.field}; color: {t.text}; }}
    #segment:checked {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent}; }}
    #segment:hover:!checked {{ background: {t.selection}; }}
    #segment:disabled {{ color: {t.quiet}; }}
    #segment[place="first"] {{ border-top-left-radius: 5px; border-bottom-left-radius: 5px; }}
    #segment[place="last"] {{ border-top-right-radius: 5px; border-bottom-right-radius: 5px; }}
    #segment[place="middle"], #segment[place="last"] {{ border-left: 0; }}
    #panel {{ background: {t.panel}; }}
    #panel QLabel, #panel QCheckBox {{ background: transparent; }}
    #plain, #plain > QWidget > QWidget {{ background: transparent; }}
    #heading {{ font-weight: 600; font-size: 14px; }}
    #quiet {{ color: {t.quiet}; }}
    #flat[set="true"] {{ color: {t.accent}; font-weight: 600; }}
    #rule {{ background: {t.border}; max-height: 1px; min-height: 1px; border: 0; }}
    """


def _fields(t, down, up) -> str:
    """Lines, numbers and lists of choices."""
    return f"""
    QLineEdit, QDoubleSpinBox, QComboBox {{ background: {t.field}; border: 1px solid {t.edge};
                border-radius: 5px; padding: 4px 7px; min-height: 18px; color: {t.text};
                selection-background-color: {t.selection}; selection-color: {t.text}; }}
    QAbstractSpinBox QLineEdit {{ border: 0; padding: 0; min-height: 0; background: transparent; }}
    QComboBox {{ padding-right: 2px; }}
    QComboBox::drop-down {{ border: 0; width: 22px; }}
    QComboBox::down-arrow, QDoubleSpinBox::down-arrow {{ image: url("{down}");
                width: 11px; height: 11px; }}
    QDoubleSpinBox::up-arrow {{ image: url("{up}"); width: 11px; height: 11px; }}
    QDoubleSpinBox::up-button {{ subcontrol-origin: border; subcontrol-position: top right;
                width: 20px; border: 0; background: transparent; margin: 2px 2px 0 0; }}
    QDoubleSpinBox::down-button {{ subcontrol-origin: border;
                subcontrol-position: bottom right; width: 20px; border: 0; background: transparent;
                margin: 0 2px 2px 0; }}
    QSpinBox::up-button:hover, QDoubleSpinBox::up-button:hover,
    QDoubleSpinBox::down-button:hover {{ background: {t.selection}; border-radius: 3px; }}
    QComboBox QAbstractItemView {{ background: {t.panel}; border: 1px solid {t.border};
                selection-background-color: {t.selection}; selection-color: {t.text}; outline: 0; }}
    QLineEdit:focus, QDoubleSpinBox:focus, QComboBox:focus, QTreeWidget:focus,
    QTableWidget:focus, QTextBrowser:focus {{ border: 2px solid {t.accent}; }}
    QLineEdit:focus, QDoubleSpinBox:focus {{ padding: 3px 6px; }}
    QComboBox:focus {{ padding: 3px 1px 3px 6px; }}
    QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {{ color: {t.quiet}; }}
    """


def _tables(t) -> str:
    """Trees, tables and tabs."""
    return f"""
    QTreeWidget, QTableWidget, QTextBrowser {{ background: {t.field}; border: 1px solid {t.border};
                border-radius: 5px; outline: 0; }}
    QTreeWidget::item {{ padding: 3px 2px; border: 0; }}
    QTreeWidget::item:disabled {{ color: {t.quiet}; }}
    QTreeWidget::item:selected, QTableWidget::item:selected {{ background: {t.selection}; color: {t.text}; }}
    QHeaderView::section {{ background: {t.panel}; color: {t.quiet}; border: 0;
                border-bottom: 1px solid {t.border}; padding: 4px 5px; }}
    QTableWidget, QTableWidget QHeaderView::section {{ font-size: 12px; }}
    QTableWidget::item {{ border-bottom: 1px solid {t.border}; padding: 2px 2px; }}
    QTabWidget::pane {{ border: 0; border-top: 1px solid {t.border}; }}
    QTabBar::tab {{ padding: 7px 6px; border: 0; border-bottom: 2px solid transparent; color: {t.quiet};
                background: transparent; }}
    QTabBar::scroller {{ width: 36px; }}
    QTabBar QToolButton {{ background: {t.panel}; border: 0; }}
    QTabBar::tab:selected {{ color: {t.text}; border-bottom: 2px solid {t.accent}; }}
    QTabBar::tab:focus {{ color: {t.accent}; }}
    """


def _buttons(t) -> str:
    """Buttons, the strip of twins, and single texts."""
    return f"""
    #primary {{ background: {t.accent}; color: {t.on_accent}; border: 2px solid {t.accent};
                border-radius: 6px; padding: 8px; font-weight: 600; font-size: 14px; }}
    #primary:hover {{ background: {t.accent_hover}; border-color: {t.accent_hover}; }}
    #primary:focus {{ border: 2px solid {t.text}; }}
    #primary:disabled {{ background: {t.border}; border-color: {t.border}; color: {t.quiet}; }}
    #secondary {{ background: {t.field}; color: {t.text}; border: 1px solid {t.edge};
                border-radius: 5px; padding: 5px 12px; }}
    #secondary:hover {{ background: {t.selection}; }}
    #secondary:focus {{ border: 2px solid {t.accent}; padding: 4px 11px; }}
    #secondary:disabled {{ color: {t.quiet}; }}
    QDialogButtonBox QPushButton {{ background: {t.field}; color: {t.text}; border: 1px solid {t.edge};
                border-radius: 5px; padding: 5px 14px; min-width: 64px; }}
    QDialogButtonBox QPushButton:hover {{ background: {t.selection}; }}
    QDialogButtonBox QPushButton:default, QDialogButtonBox QPushButton:focus {{ border: 2px solid {t.accent};
                padding: 4px 13px; }}
    QDialogButtonBox QPushButton:disabled {{ color: {t.quiet}; }}
    #filmstrip {{ background: {t.panel}; border: 0; border-top: 1px solid {t.border}; border-radius: 0;
                padding: 3px 6px; }}
    #filmstrip::item {{ border: 2px solid transparent; border-radius: 5px; padding: 2px; color: {t.text}; }}
    #filmstrip::item:selected {{ border-color: {t.accent}; background: {t.selection}; }}
    #tourCard {{ background: {t.panel}; border: 2px solid {t.accent}; border-radius: 8px; }}
    #chosen {{ font-weight: 600; }}
    #readOut {{ background: {t.panel}; border-top: 1px solid {t.border}; padding: 4px 12px; }}
    #emptyHeading {{ font-size: 20px; font-weight: 600; }}
    #problem {{ color: {t.bad}; }}
    #tool, #more, QToolBar #more {{ padding: 4px 4px; border: 1px solid transparent; border-radius: 5px;
                background: transparent; }}
    #more::menu-indicator {{ image: none; width: 0; }}
    #more:hover, #tool:hover, #tool:checked, #flat:checked {{ background: {t.selection}; }}
    #tool:checked {{ border-color: {t.accent}; }}
    #chipAdd {{ border: 1px solid {t.edge}; border-radius: 13px; background: {t.field}; color: {t.text};
                font-size: 15px; padding: 0 0 1px 0; }}
    #chipAdd:hover {{ background: {t.selection}; }}
    #chipAdd:focus {{ border: 2px solid {t.accent}; }}
    #tool:focus, #more:focus, QToolBar #more:focus {{ border-color: {t.accent}; }}
    """


def _rest(t, tick) -> str:
    """Sliders, lists, ticks, bars at the edge, messages and scroll bars."""
    return f"""
    QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {t.edge}; }}
    QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
                background: {t.accent}; }}
    QSlider[open="true"]::handle:horizontal, QSlider::handle:horizontal:disabled {{ background: {t.quiet}; }}
    QListWidget {{ background: {t.field}; border: 1px solid {t.border}; border-radius: 5px; outline: 0; }}
    QListWidget::item {{ padding: 3px 4px; }}
    QListWidget::item:selected {{ background: {t.selection}; color: {t.text}; }}
    QTreeWidget::indicator, QListWidget::indicator, QCheckBox::indicator {{ width: 13px; height: 13px;
                border: 1px solid {t.quiet}; border-radius: 3px; background: {t.field}; }}
    QTreeWidget::indicator:checked, QListWidget::indicator:checked, QCheckBox::indicator:checked {{
                background: {t.accent}; border-color: {t.accent}; image: url("{tick}"); }}
    QListWidget:focus {{ border: 2px solid {t.accent}; }}
    QProgressBar {{ background: {t.field}; border: 1px solid {t.border}; border-radius: 5px; height: 20px;
                text-align: center; color: {t.text}; }}
    QProgressBar::chunk {{ background: {t.selection}; border-radius: 4px; }}
    QSplitter::handle {{ background: {t.border}; }}
    QSplitter::handle:horizontal {{ width: 1px; }}
    QSplitter::handle:vertical {{ height: 1px; }}
    QStatusBar {{ background: {t.panel}; border-top: 1px solid {t.border}; color: {t.quiet}; }}
    QStatusBar::item {{ border: 0; }}
    QStatusBar QLabel {{ color: {t.quiet}; padding: 2px 8px; }}
    #syntheticMark {{ background: {t.warning}; color: {t.on_warning}; font-weight: 600; padding: 2px 10px;
                border-radius: 3px; }}
    #message {{ background: {t.selection}; border-bottom: 1px solid {t.border}; }}
    #message[kind="error"] {{ background: {t.bad}; }}
    #message QLabel {{ color: {t.text}; }}
    #message[kind="error"] QLabel, #message[kind="error"] #flat {{ color: {t.panel}; }}
    QToolTip {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.border}; padding: 4px; }}
    QScrollBar:vertical {{ background: transparent; width: 11px; margin: 1px; }}
    QScrollBar:horizontal {{ background: transparent; height: 11px; margin: 1px; }}
    QScrollBar::handle {{ background: {t.edge}; border-radius: 4px; min-width: 28px; min-height: 28px; }}
    QScrollBar::handle:hover {{ background: {t.quiet}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """
