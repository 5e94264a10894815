"""Tests keep what they measure of the machine in a folder of their own, not in the user's cache."""

from __future__ import annotations

import os
import tempfile

KEPT = tempfile.TemporaryDirectory(prefix="convscope-tests-")  # as long as this process
os.environ["CONVSCOPE_CACHE"] = KEPT.name
