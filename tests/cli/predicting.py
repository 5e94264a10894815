"""`convscope predict` as tests run it: words, a picture, what is printed."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convscope.cli import predict as verb
from convscope.cli.parser import verb_parser

SHAPE = (1, 12, 11)


def parse(*words: object) -> argparse.Namespace:
    return verb_parser("predict").parse_args([*map(str, words)])


def picture(path: Path, seed: int = 0, light: bool = False) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    array = np.random.default_rng(seed).integers(0, 100, (12, 11), dtype=np.uint8)
    Image.fromarray(np.pad(array[3:-3, 3:-3], 3, constant_values=255) if light else array).save(path)
    return path


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    code = verb.run(parse(*words))
    out, err = capsys.readouterr()
    assert err == "" or err.endswith("the model learned from light on dark\n")
    return code, out


def cli(*words: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the verb in a process of its own where torch cannot be imported."""
    code = (
        "import sys; sys.modules['torch'] = sys.modules['onnx'] = None\n"
        "from convscope.cli.main import main; sys.exit(main())"
    )
    command = [
        sys.executable,
        "-W",
        "error",
        "-c",
        code,
        "predict",
        *(w if isinstance(w, bytes) else str(w) for w in words),
    ]
    return subprocess.run(command, capture_output=True, check=False, env=os.environ | environment)
