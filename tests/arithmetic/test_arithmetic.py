"""The package's names: each is imported when it is first used, documented, and the only one of its name."""

from __future__ import annotations

import subprocess
import sys

import pytest

from convscope import arithmetic

LAZY = """
import sys
from convscope import arithmetic
def loaded():
    return [name.split(".")[-1] for name in sys.modules if name.startswith("convscope.arithmetic.")]
assert loaded() == []
arithmetic.softmax([0.0])
assert loaded() == ["information"]
assert not {"torch", "numpy"} & sys.modules.keys()
"""


def test_names_are_imported_when_they_are_used() -> None:
    subprocess.run([sys.executable, "-c", LAZY], check=True, timeout=60)


@pytest.mark.parametrize("name", arithmetic.__all__)
def test_every_name_is_there_and_says_what_it_is(name: str) -> None:
    value = getattr(arithmetic, name)
    if callable(value):
        assert value.__doc__
    assert name in dir(arithmetic)


def test_another_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'fly'"):
        _ = arithmetic.fly
