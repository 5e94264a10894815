"""A picture as a model reads it: its pixels by the one decode function, inverted by the model's rule or as asked."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from convscope.errors import InputError
from convscope.pictures import decoding
from convscope.pictures.centring import centre_drawing
from convscope.pictures.input_spec import InputSpec
from convscope.pictures.preprocessing import pictures_of, preprocess, preprocess_stack
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
def test_files_images_and_arrays_follow_the_models_rule_alike(
    models: str, asked: str | None, light_on_dark: bool
) -> None:
    spec = InputSpec((1, 12, 11), resize=RESIZE_RULE, invert=models)
    array = stroke(light_on_dark)
    rule = asked or models
    wanted = rule == "yes" or (rule == "auto" and not light_on_dark)
    for picture in (
        encoded(Image.fromarray(array)),
        Image.fromarray(array),
        array,
        array[None],
        array.astype(float),
    ):
        pixels, inverted, _ = preprocess(spec, picture, asked)
        assert inverted == wanted
        assert pixels.tolist() == [(255 - array if inverted else array).tolist()]
        assert pixels.dtype == np.uint8


@pytest.mark.parametrize("rule", [None, "auto", "yes", "no"])
def test_a_stack_is_read_as_its_pictures_are(rule: str | None) -> None:
    spec = InputSpec((3, 12, 11), resize=RESIZE_RULE, invert="auto")
    stack = np.stack([np.repeat(stroke(n % 3 > 0)[None], 3, 0) for n in range(9)])
    given = stack.copy()
    read, inverted = preprocess_stack(spec, stack, rule)
    for one, pixels, swapped in zip(given, read, inverted, strict=True):
        alone = preprocess(spec, one, rule)
        assert (alone.pixels.tolist(), alone.inverted) == (pixels.tolist(), bool(swapped))
    assert np.array_equal(stack, given), "what was given is left as it was"
    assert preprocess_stack(spec, given[1:3])[0] is not given
    assert np.shares_memory(preprocess_stack(spec, given[1:3])[0], given), "nothing to invert: no copy"


def test_centring_is_by_the_picture_whatever_its_form_and_size() -> None:
    spec = InputSpec((1, 28, 28), resize=RESIZE_RULE, invert="auto")
    drawing = np.full((280, 120), 240, np.uint8)
    drawing[10:50, 10:22] = 30
    wanted, dark = centre_drawing(drawing, (28, 28))
    assert dark
    for picture in (encoded(Image.fromarray(drawing)), Image.fromarray(drawing), drawing, drawing[None]):
        made = preprocess(spec, picture, centre=True)
        assert np.array_equal(made.pixels, wanted[None])
        assert made.inverted
    large = preprocess(spec, np.kron(drawing, np.ones((5, 5), np.uint8)), centre=True).pixels[0].astype(float)
    likeness = (large * wanted).sum() / np.sqrt((large**2).sum() * (wanted.astype(float) ** 2).sum())
    assert likeness > 0.9  # its edges are resampled


@pytest.mark.parametrize("spec", [InputSpec((3, 28, 28), invert="auto"), InputSpec((1, 28, 28))])
def test_centring_is_for_models_of_light_drawings(spec: InputSpec) -> None:
    with pytest.raises(InputError, match="does not read drawings in the middle of a dark ground"):
        preprocess(spec, stroke(True), centre=True)


def test_what_is_one_picture_and_what_are_many() -> None:
    grey, colours = InputSpec((1, 12, 11)), InputSpec((3, 12, 11))
    stack, three = np.zeros((5, 1, 12, 11), np.uint8), np.zeros((3, 12, 11), np.uint8)
    assert [len(pictures_of(grey, given)) for given in (stack, stack[0], stack[0, 0], list(three))] == [5, 1, 1, 3]
    assert [len(pictures_of(grey, given)) for given in ("a.png", b"", Path("a.png"), ["a.png", b""])] == [1, 1, 1, 2]
    assert len(pictures_of(grey, Image.new("L", (3, 3)))) == 1
    assert len(pictures_of(colours, three)) == len(pictures_of(grey, three[None])) == 1
    with pytest.raises(InputError, match=r"(?s)three grey pictures or one .*list\(x\) for three pictures, x\[None\]"):
        pictures_of(grey, three)


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
