"""The core, area by area: the files whose faults the tests must notice."""

from __future__ import annotations

from pathlib import Path

PACKAGE = "convscope"
AREAS: dict[str, list[str]] = {
    "formula": ["formula/*.py", "formula/kinds/*.py"],
    "modelfile": ["modelfile/*.py"],
    "runs": ["runs/*.py", "files.py"],
    "data": ["data/*.py"],
    "training": [
        f"training/{name}.py"
        for name in (
            "augmentation", "budget", "flips", "hard_examples", "input_scaling", "loop", "muon", "param_groups",
            "parts", "schedule", "seeding", "sgd", "state", "validation",
        )
    ],
    "prediction": ["prediction/*.py", "pictures/preprocessing.py", "pictures/input_spec.py"],
}  # fmt: skip
PAGE = {
    "page-engine": ["page/js/engine/*.js", "page/js/engine/kinds/*.js"],
    "page-formula": ["page/js/lab/formula/*.js"],
}
PAGE_TESTS = {  # the quickest first; what the others need of a browser is a real one
    "page-engine": ("engine_errors", "activations", "geometry", "fit", "centring", "conformance"),
    "page-formula": ("formula_new_kind", "formula_js"),
}
TESTS = [
    "tests/test_files.py", "tests/test_records.py",
    *(f"tests/{room}" for room in (
        "formula", "conformance", "nn", "modelfile", "runs", "data", "training", "prediction", "pictures", "evaluation",
        "explain", "cli", "pretrained",
    )),
]  # fmt: skip


def files(patterns: list[str]) -> list[str]:
    """Return the files of some patterns, as paths from the repository's root."""
    found = {str(path) for pattern in patterns for path in Path(PACKAGE).glob(pattern)}
    return sorted(found)
