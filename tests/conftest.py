"""For all tests: a cache of their own instead of the user's, and no test that a slow machine can fail."""

from __future__ import annotations

import os
import tempfile

from hypothesis import HealthCheck, settings

KEPT = tempfile.TemporaryDirectory(prefix="convscope-tests-")  # as long as this process
os.environ["CONVSCOPE_CACHE"] = KEPT.name

settings.register_profile("convscope", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("convscope")
