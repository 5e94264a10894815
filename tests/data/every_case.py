"""Every case of a folder; to import a file of cases adds them."""

from __future__ import annotations

from tests.data import file_cases, layout_cases, name_cases, tool_cases
from tests.data.folder_cases import CASES

FILES = (layout_cases, name_cases, file_cases, tool_cases)

__all__ = ["CASES", "FILES"]
