"""Files of earlier formats, as earlier versions wrote them: without sizes, each with the number of what it says."""

from __future__ import annotations

import onnx
import pytest

from convscope.errors import InputError
from convscope.modelfile.digest import HEAD, seal
from convscope.modelfile.reading import check
from convscope.modelfile.writing import serialise
from tests.calibration.made import calibrated
from tests.rejection.made import rejecting
from tests.samples import sample

SHAPE = (3, 6, 5)
NETWORK, SPEC, WEIGHTS, CLASSES = sample(shape=SHAPE)
ROUND = {name: weights.astype("<f2").astype("<f4") for name, weights in WEIGHTS.items()}
PARTS = (NETWORK, SPEC, ROUND, CLASSES, None)
WRITTEN = {
    "1": serialise(*PARTS),
    "2": serialise(*PARTS, calibrated()),
    "3": serialise(*PARTS, calibrated(), half=list(ROUND)[:1]),
    "4": serialise(*PARTS, calibrated(), rejection=rejecting(NETWORK)),
}


def changed(data: bytes, format: str, sizes: bool) -> bytes:
    """Return a file that says to be of another format, with or without the sizes of its layers' outputs."""
    model = onnx.load_from_string(data[: -len(HEAD) - 64])
    assert model.metadata_props[0].key == "convscope.format"
    model.metadata_props[0].value = format
    if not sizes:
        del model.graph.value_info[:]
    return seal(model.SerializeToString(deterministic=True))


@pytest.mark.parametrize("format", WRITTEN)
def test_a_file_of_an_earlier_format_says_the_same(format: str) -> None:
    earlier, now = (check(data, "model.onnx") for data in (changed(WRITTEN[format], format, False), WRITTEN[format]))
    assert (earlier.format, earlier.sized) == (int(format), False)
    assert (now.format, now.sized) == (5, True)
    for name in ("network", "spec", "classes", "facts", "calibration", "rejection", "half"):
        assert getattr(earlier, name) == getattr(now, name)


@pytest.mark.parametrize("format", WRITTEN)
@pytest.mark.parametrize("claimed", "12345")
def test_a_format_that_is_not_that_of_the_file_is_refused(format: str, claimed: str) -> None:
    for sizes in (True, False):
        if (claimed, sizes) in ((format, False), ("5", True)):
            continue
        with pytest.raises(InputError):
            check(changed(WRITTEN[format], claimed, sizes), "model.onnx")
