"""The API's description beside the API: requests that schemathesis makes of the one, asked of the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig

from convscope.serve.app import Service
from convscope.serve.reading import ACCEPTED, Asked
from tests.serve.serving import ask, served, service

DOCUMENT = json.loads((files("convscope.serve") / "openapi.json").read_text("utf-8"))
ROUTES = ("/predict", "/model", "/healthz", "/readyz", "/metrics")
