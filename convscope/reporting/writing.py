"""A report as one HTML file."""

from __future__ import annotations

from pathlib import Path

from ..files import atomic_write
from ..page.inline import report_html
from .records import Report

NAME = "report.html"  # in the run's directory


def write_report(report: Report, path: Path) -> None:
    """Write the page of a report to `path`, complete or not at all. Raises EnvironmentFault or InputError."""
    atomic_write(path, report_html(report.to_json()).encode("utf-8", "replace"))


def without_pictures(report: Report) -> object:
    """Return a report as JSON takes it, every picture left out."""
    return _without(report.to_json())


def _without(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without(one) for name, one in value.items() if name not in ("picture", "pictures")}
    return [_without(one) for one in value] if isinstance(value, list) else value
