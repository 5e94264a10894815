"""The API's description beside the API: requests that schemathesis makes of the one, asked of the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import positive_data_acceptance

from convscope.serve.reading import ACCEPTED, Asked
from tests.serve.serving import ask, served, service

DOCUMENT = json.loads((files("convscope.serve") / "openapi.json").read_text("utf-8"))
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
ROUTES = ("/predict", "/model", "/healthz", "/readyz", "/metrics")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with service() as made, served(made) as (_, port):
        yield f"http://127.0.0.1:{port}"


@pytest.mark.slow
@pytest.mark.parametrize("path", ROUTES)
def test_what_the_description_allows_is_answered_as_it_says(address: str, path: str) -> None:
    """Statuses, types and bodies of answers, none of them a server's fault, to requests that fit the description."""

    @given(SCHEMA[path]["POST" if path == "/predict" else "GET"].as_strategy())
    @settings(max_examples=60, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    def test(case: Case) -> None:
        case.call_and_validate(base_url=address, excluded_checks=[positive_data_acceptance])  # bytes are no picture

    test()


def test_everything_that_is_read_is_described() -> None:
    operation = DOCUMENT["paths"]["/predict"]["post"]
    assert set(operation["requestBody"]["content"]) == set(ACCEPTED)
    named = {one["name"] for one in operation["parameters"] if one["in"] == "query"}
    assert named == set(Asked.__slots__)
    assert set(DOCUMENT["paths"]) == set(ROUTES)


def test_it_is_served_with_its_version() -> None:
    with service() as made:
        answer = ask(made, "/openapi.json")
    assert answer.json()["info"]["version"] != "VERSION"
    assert answer.json()["paths"] == DOCUMENT["paths"]
