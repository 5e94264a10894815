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
    "foreign": ["foreign/*.py"],
    "drawing": ["drawing/*.py"],
}  # fmt: skip
PAGE = {
    "page-engine": ["page/js/engine/*.js", "page/js/engine/kinds/*.js"],
    "page-fast": ["page/js/engine/fast/*.js"],
    "page-learn": ["page/js/learn/*.js", *(f"page/js/learn/{part}/*.js" for part in ("kinds", "kernels", "rejection"))],
    "page-formula": ["page/js/formula/*.js"],
}
ONLY_IN_A_BROWSER = {"page/js/learn/client.js", "page/js/learn/worker.js"}  # they start workers: tests/browser has them
LEARN_TESTS = [f"tests/page/js/learn/test_{name}.py" for name in (
    "random", "activity", "calibration", "rejection", "pictures", "team", "session", "gradients", "training",
)]  # fmt: skip
PAGE_TESTS = {  # the quickest first; those of tests/browser that need of a browser no more than that it runs a script
    "page-engine": [
        *(f"tests/browser/test_{name}.py" for name in (
            "engine_errors", "activations", "geometry", "traits", "fit", "centring",
        )),
        "tests/page/js/engine", "tests/page/js/learn/test_rejection.py",
        *(f"tests/browser/test_{name}.py" for name in ("engine_figures", "derived", "conformance")),
    ],
    "page-fast": ["tests/page/js/engine"],
    "page-learn": LEARN_TESTS,
    "page-formula": ["tests/browser/test_formula_new_kind.py", "tests/browser/test_formula_js.py"],
}  # fmt: skip
MOST_ASKED = (  # the tests that look at most of what they are about: they come first, but for a fault's own file's
    "test_what_is_derived_from_the_numbers",
    "test_every_gradient_is_torchs[plain]",
    "test_every_refusal_reads_the_same",
)  # fmt: skip
TESTS = [
    "tests/test_files.py", "tests/test_records.py",
    *(f"tests/{room}" for room in (
        "formula", "conformance", "nn", "modelfile", "runs", "data", "training", "prediction", "pictures", "evaluation",
        "explain", "cli", "pretrained", "foreign", "drawing",
    )),
]  # fmt: skip


def files(patterns: list[str]) -> list[str]:
    """Return the files of some patterns, as paths from the repository's root."""
    found = {str(path) for pattern in patterns for path in Path(PACKAGE).glob(pattern)}
    return sorted(found - {f"{PACKAGE}/{path}" for path in ONLY_IN_A_BROWSER})
