"""A drawn network: every block of it, nothing over another, every connection from a block to a block, in every file."""

from __future__ import annotations

import io
import re
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFont

from convscope.drawing import draw
from convscope.drawing import words as drawn_words
from convscope.drawing.composing import STYLES
from convscope.drawing.folding import Frame, folded, necks
from convscope.drawing.layout import lay_out
from convscope.drawing.painting import Blocks, Boxes
from convscope.drawing.png import PLAIN
from convscope.drawing.shapes import Line, Text
from convscope.drawing.units import Unit, parts_of, units
from convscope.errors import ConvscopeError, InputError, UsageError
from convscope.explain.look import SLIDES
from convscope.formula import Network, describe
from convscope.formula.kinds.table import table
from tests.strategies import networks
from tests.transformer import ViT, exported

BLOCK = 'skip(conv(8, 3, pad="same") + bn + relu + conv(8, 3, pad="same") + bn) + relu'
RESIDUAL = f'conv(8, 3, pad="same") + relu + ({BLOCK})*{{n}} + gap + fc'
INCEPTION = (
    "conv(8, 3) + concat(conv(4, 1) + relu, conv(4, 1) + conv(8, 3, pad=1), conv(2, 1) + conv(4, 5, pad=2), "
    "maxpool(3, stride=1, pad=1) + conv(4, 1)) + gap + fc"
)


def things_of(drawn: Network) -> list[Unit]:
    return units(parts_of(drawn), drawn.input)


def network(formula: str) -> Network:
    return describe(formula, (3, 32, 32)).network


def test_what_follows_number_by_number_is_part_of_its_block() -> None:
    things = things_of(network("conv(4, 5) + bn + relu + maxpool(2) + dropout + fc"))
    assert [t.role for t in things] == ["picture", "convolution", "pooling", "dense"]
    assert [[layer.name for layer in t.bands] for t in things] == [[], ["bn", "relu"], ["dropout", "flatten"], []]
    assert [t.sources for t in things] == [(), (0,), (1,), (2,)]


def test_necks_are_what_every_way_passes() -> None:
    things = things_of(network(RESIDUAL.format(n=1)))  # picture conv [conv conv +] gap fc
    assert [t.role for t in things] == ["picture", *["convolution"] * 3, "join", "pooling", "dense"]
    assert necks(things) == [0, 1, 4, 5, 6]


def test_what_repeats_is_drawn_once_with_its_number() -> None:
    things, frames = folded(things_of(network(RESIDUAL.format(n=5))))
    assert frames == [Frame(2, 4, 5)]
    assert [t.sources for t in things] == [(), (0,), (1,), (2,), (3, 1), (4,), (5,)]


def test_blocks_of_other_sizes_are_no_repeat() -> None:
    _, frames = folded(things_of(network("conv(4, 3)*3 + relu + fc")))
    assert frames == []  # each is two rows smaller than the one before


def overlaps(things: Network, style: str, fold: bool) -> None:
    """Assert of a layout that no two things overlap, that connections run from right ends to left ends, and that all is
    on the sheet.
    """
    shown, frames = folded(things_of(things)) if fold else (things_of(things), [])
    painter = (Blocks if style == "blocks" else Boxes)(shown, "en")
    extents = [painter.extent(thing) for thing in shown]
    layout = lay_out(shown, frames, extents, 400)
    boxes = [(x, y - e.above, x + e.width, y + e.below) for (x, y), e in zip(layout.places, extents, strict=True)]
    for a, b in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (a, b)
    assert all(x >= 0 and right <= layout.width and bottom <= layout.height for x, _, right, bottom in boxes)
    entries = [(round(x + e.inset, 3), round(y, 3)) for (x, y), e in zip(layout.places, extents, strict=True)]
    ends = [(round(points[-1][0], 3), round(points[-1][1], 3)) for points, arrow in layout.connections if arrow]
    assert set(ends) == {entry for entry, thing in zip(entries, shown, strict=True) if thing.sources}
    assert len(ends) == sum(len(dict.fromkeys(thing.sources)) for thing in shown)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("formula", [INCEPTION, RESIDUAL.format(n=9), "lite0", "slides"])
def test_nothing_lies_over_another(formula: str, style: str) -> None:
    drawn = describe(formula).network if len(formula) < 10 else network(formula)
    overlaps(drawn, style, fold=False)
    overlaps(drawn, style, fold=True)


@given(things=networks(), fold=st.booleans())
@settings(max_examples=60, deadline=None)
@pytest.mark.medium
def test_nothing_lies_over_another_in_any_network(things: Network, fold: bool) -> None:
    overlaps(things, "graph", fold)


def test_connections_pass_no_other_block() -> None:
    """The sides of every line between two blocks stay clear of the blocks between them."""
    shown = things_of(network(INCEPTION))
    painter = Boxes(shown, "en")
    extents = [painter.extent(thing) for thing in shown]
    layout = lay_out(shown, [], extents, 2000)
    inner = [
        (x + e.inset + 1, y - e.above + 1, x + e.width - e.inset - 1, y + e.below - 1)
        for (x, y), e in zip(layout.places, extents, strict=True)
    ]
    for points, _ in layout.connections:
        for (x, y), (to_x, to_y) in pairwise(points):
            for left, top, right, bottom in inner:
                assert max(x, to_x) <= left or min(x, to_x) >= right or max(y, to_y) <= top or min(y, to_y) >= bottom


def test_the_words_are_the_networks() -> None:
    picture = draw("slides", title="The lecture's network")
    said = [shape.text for shape in picture.shapes if isinstance(shape, Text)]
    assert said.count("conv 5×5") == 4
    assert {"16×24×24", "128×2×2", "max pooling 2×2", "fully connected", "10"} <= set(said)
    assert "274,570 parameters, 8,017,920 multiplications (MACs), receptive field 28×28, 10 classes" in said
    assert draw(SLIDES).shapes == draw("slides").shapes


@pytest.mark.medium
def test_anybodys_onnx_file_is_drawn() -> None:
    folder = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
    picture = draw(folder / "light_squeezenet.onnx", style="graph")
    said = [shape.text for shape in picture.shapes if isinstance(shape, Text)]
    assert said.count("concat") == 8  # the fire modules
    shuffled = draw(folder / "light_shufflenet.onnx", style="graph").shapes
    assert "conv 1×1 in 4 groups" in {shape.text for shape in shuffled if isinstance(shape, Text)}
    sums = "1,235,496 parameters, 349,151,936 multiplications (MACs), receptive field 224×224, 1,000 classes"
    assert said[-1] == sums  # torchvision's squeezenet1_1; its scores are means over the whole picture
    sums = next(shape.text for shape in reversed(shuffled) if isinstance(shape, Text))
    assert sums.endswith("receptive field 224×224, 1,000 classes"), "no larger than the picture"


def test_strides_and_groups_are_said() -> None:
    said = {s.text for s in draw("lite0", style="graph").shapes if isinstance(s, Text)}
    assert {"conv 3×3 /2", "conv 5×5 depthwise", "conv 5×5 /2 depthwise", "× 3", "batch norm · ReLU6"} <= said


@pytest.mark.parametrize(
    ("language", "attention", "crop", "known"),
    [
        ("en", "attention, 2 heads", "crop", " multiplications (MACs) in the known layers, 5 classes"),
        ("ko", "어텐션, 헤드 2개", "자르기", "번, 클래스 5개"),
    ],
)
@pytest.mark.medium
def test_a_transformer_is_drawn_in_the_words_of_the_language(
    language: str, attention: str, crop: str, known: str, tmp_path: Path
) -> None:
    """Its attention is no layer of the formula, and its multiplications are not counted; what takes the class token is
    a padding below 0.
    """
    (tmp_path / "vit.onnx").write_bytes(exported(ViT("softmax")))
    picture = draw(tmp_path / "vit.onnx", style="graph", language=language)
    said = [shape.text for shape in picture.shapes if isinstance(shape, Text)]
    assert said.count(attention) == said.count(crop) == said.count("× 2") == 1
    assert said[-1].endswith(known)
    assert ("아는 층의 곱셈" in said[-1]) == (language == "ko")


@pytest.mark.parametrize(
    ("padding", "said"),
    [("pad(1)", "padding"), ("pad(-1)", "crop"), ("pad((1, -1))", "padding"), ("pad(0)", "padding")],
)
def test_a_padding_that_only_takes_away_is_a_crop(padding: str, said: str) -> None:
    assert drawn_words.title(things_of(network(f"conv(4, 3) + {padding} + fc"))[2], "en") == said


def test_every_kind_has_a_name_in_both_languages() -> None:
    kinds = {kind.name for kind in table().kinds}
    assert kinds <= set(drawn_words.NAMES)
    assert all(len(names) == 2 and all(names) for names in drawn_words.NAMES.values())


def test_svg_is_sound_and_its_words_are_escaped(tmp_path: Path) -> None:
    picture = draw(INCEPTION, input=(3, 32, 32), title='<a> & "b"')
    tree = ElementTree.fromstring(picture.save(tmp_path / "net.svg").read_text(encoding="utf-8"))
    assert '<a> & "b"' in [node.text for node in tree.iter() if node.text]
    lines = [node for node in tree.iter() if node.tag.endswith("polyline")]
    assert len(lines) == sum(isinstance(shape, Line) for shape in picture.shapes)
    assert picture._repr_svg_() == (tmp_path / "net.svg").read_text(encoding="utf-8")


def test_pdf_has_its_fonts_inside() -> None:
    pytest.importorskip("reportlab")
    data = draw("slides").data(".pdf")
    assert data.startswith(b"%PDF")
    assert data == draw("slides").data(".pdf")
    fonts = re.findall(rb"/BaseFont /([\w+-]+)", data)
    assert fonts
    assert all(b"BitstreamVera" in font for font in fonts)
    assert data.count(b"/FontFile2") == 2


@pytest.mark.medium
def test_png_has_the_signs_of_sizes_where_no_font_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow's own font has no ×, which would be an empty box: it is written as x."""
    box = ImageFont.load_default(20).getmask("\uffff")
    assert bytes(ImageFont.load_default(20).getmask("×")) == bytes(box)
    picture = draw("slides")
    monkeypatch.setattr("convscope.drawing.fonts.latin", lambda: None)
    written = "".join(shape.text for shape in picture.shapes if isinstance(shape, Text)).translate(PLAIN)
    assert all(bytes(ImageFont.load_default(20).getmask(letter)) != bytes(box) for letter in set(written) - {" "})
    assert picture.data(".png")


@pytest.mark.medium
def test_png_shows_what_svg_says() -> None:
    picture = draw("slides", style="graph")
    image = Image.open(io.BytesIO(picture.data(".png")))
    assert abs(image.width - 3 * picture.width) <= 1
    assert abs(image.height - 3 * picture.height) <= 1
    colours = {colour for _, colour in image.getcolors(1 << 24) or []}
    assert {(0xF7, 0xDC, 0x9C), (0xD9, 0x8F, 0x7C), (0xB9, 0xC7, 0xEA)} <= colours  # convolution, pooling, dense


@pytest.mark.parametrize(
    ("wrong", "raised", "word"),
    [
        (lambda path: draw("slides", style="3d"), UsageError, "style"),
        (lambda path: draw("slides", language="fr"), UsageError, "lang"),
        (lambda path: draw("slides").save(path / "net.gif"), UsageError, ".gif"),
        (lambda path: draw("slides").save(path / "net.png", font=path / "none.ttf"), InputError, "font"),
        (lambda path: draw(str(path / "none.onnx")), InputError, "none.onnx"),
        (lambda path: draw(SLIDES, classes=3), UsageError, "classes="),
    ],
)
def test_what_cannot_be_drawn_is_said(wrong: object, raised: type[ConvscopeError], word: str, tmp_path: Path) -> None:
    with pytest.raises(raised, match=re.escape(word)):
        wrong(tmp_path)  # type: ignore[operator]
    assert list(tmp_path.iterdir()) == []


def test_folding_is_said() -> None:
    assert 'fold="no"' in str(draw("lite0").notes[0])
    assert draw(describe("lite0").network, fold=False).notes == ()
