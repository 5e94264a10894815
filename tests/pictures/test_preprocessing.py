"""A picture as a model reads it: its pixels by the one decode function, inverted by the model's rule or as asked."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from convscope.errors import InputError
from convscope.pictures import decoding
from convscope.pictures.input_spec import InputSpec
from convscope.pictures.preprocessing import preprocess
from convscope.pictures.resizing import RESIZE_RULE
from tests.encoded import encoded

RNG = np.random.default_rng(3)


def stroke(light_on_dark: bool, size: tuple[int, int] = (12, 11)) -> np.ndarray:
    """Return a digit's stroke on a ground, uint8 (H, W)."""
    array = RNG.integers(0, 40, size, dtype=np.uint8)
    array[3:9, 4:7] = 250
    return array if light_on_dark else 255 - array


@pytest.mark.parametrize("models", ["auto", "yes", "no"])
@pytest.mark.parametrize("asked", [None, "auto", "yes", "no"])
@pytest.mark.parametrize("light_on_dark", [True, False])
def test_files_follow_the_models_rule_and_arrays_are_taken_as_they_are(
    models: str, asked: str | None, light_on_dark: bool
) -> None:
    spec = InputSpec((1, 12, 11), resize=RESIZE_RULE, invert=models)
    array = stroke(light_on_dark)
    for picture, rule in (
        (encoded(Image.fromarray(array)), asked or models),
        (Image.fromarray(array), asked or models),
        (array, asked or "no"),
        (array[None], asked or "no"),
        (array.astype(float), asked or "no"),
    ):
        pixels, inverted = preprocess(spec, picture, asked)
        assert inverted == (rule == "yes" or (rule == "auto" and not light_on_dark))
        assert pixels.tolist() == [(255 - array if inverted else array).tolist()]
        assert pixels.dtype == np.uint8


def test_another_size_and_colours_are_brought_to_the_models() -> None:
    colours = RNG.integers(0, 256, (40, 25, 3), dtype=np.uint8)
    file = encoded(Image.fromarray(colours))
    spec = InputSpec((1, 12, 11), resize=RESIZE_RULE)
    wanted = decoding.decode(file, (12, 11), 1)
    for picture in (file, Image.open(io.BytesIO(file)), colours):
        assert np.array_equal(preprocess(spec, picture).pixels, wanted)


def test_a_model_of_two_channels_or_another_rule_reads_arrays_of_its_own_shape_only() -> None:
    own = RNG.integers(0, 256, (2, 5, 6), dtype=np.uint8)
    for spec, got in ((InputSpec((2, 5, 6)), "2 channels"), (InputSpec((1, 5, 6), resize="squash"), "the rule squash")):
        array = own[: spec.shape[0]]
        assert np.array_equal(preprocess(spec, array).pixels, array)
        with pytest.raises(InputError, match=f"reads arrays only, uint8 and of its own shape, got {got}"):
            preprocess(spec, encoded(Image.fromarray(own[0])))
