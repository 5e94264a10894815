"""Fields of another type are named, with what was got and expected."""

from __future__ import annotations

import pytest

from convscope.errors import InputError
from convscope.runs.json_fields import Fields


@pytest.mark.parametrize("value", ["abc", {"0": 1}, 3, None, True])
@pytest.mark.parametrize("read", ["items", "integers", "numbers", "texts"])
def test_what_is_no_array_is_refused(read: str, value: object) -> None:
    with pytest.raises(InputError) as caught:
        getattr(Fields({"rows": value}, "run.json"), read)("rows")
    said = f"run.json: the field rows is of another type, got {value!r}, expected an array"
    assert str(caught.value) == said


def test_an_array_comes_as_it_is() -> None:
    assert Fields({"rows": [0, "a", None]}, "").items("rows") == [0, "a", None]
    assert Fields({"rows": []}, "").integers("rows") == ()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 10**400, True, "1"])
def test_a_number_is_finite(value: object) -> None:
    with pytest.raises(InputError, match=r"the field lr is of another type, got .*, expected a number"):
        Fields({"lr": value}, "run.json").number("lr")
