"""A PDF by its own operators: every shape where the sheet has it, with its colours, and every word in its place."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass, field

import pytest

from convscope.drawing.shapes import Line, Polygon, Sheet, Text, rectangle

pytest.importorskip("reportlab")
from convscope.drawing import pdf

RED, BLUE, GREEN = (1, 0, 0), (0, 0, 1), (0, 0.501961, 0)
Matrix = tuple[float, ...]


@dataclass
class Painted:
    """A path, in points from the upper left corner, or words."""

    how: str  # f, S, B (filled, stroked, both); T for words
    points: list[tuple[float, float]] = field(default_factory=list)
    closed: bool = False
    fill: tuple[float, ...] = ()
    stroke: tuple[float, ...] = ()
    width: float = 0
    dash: str = ""
    font: str = ""


def operators(data: bytes) -> str:
    """Return the operators of the only page."""
    (stream,) = re.findall(rb"/ASCII85Decode.*?stream\r?\n([!-uz\s]*?)~>", data, re.DOTALL)
    return zlib.decompress(base64.a85decode(stream)).decode("latin-1")


def painted(data: bytes, height: float) -> list[Painted]:
    """Return what the operators of a page paint (ISO 32000-1, 8.4 and 8.5)."""
    text = operators(data)
    found: list[Painted] = []
    given: list[str] = []
    matrix, font, at = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), "", (0.0, 0.0)
    now, kept = Painted(""), list[Matrix]()

    def placed(x: float, y: float) -> tuple[float, float]:
        a, b, c, d, e, f = matrix
        return a * x + c * y + e, height - (b * x + d * y + f)

    for token in re.findall(r"\((?:\\.|[^\\)])*\)|\[[^\]]*\]|[^\s\[\](]+", text):
        numbers = [float(one) for one in given if re.fullmatch(r"-?[\d.]+", one)]
        match token:
            case "q":
                kept.append(matrix)
            case "Q":
                matrix = kept.pop()
            case "cm":
                (a, b, c, d, e, f), (p, q, r, s, t, u) = numbers, matrix
                matrix = (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s,
                          e * p + f * r + t, e * q + f * s + u)  # fmt: skip
            case "m" | "l":
                now.points = [*(now.points if token == "l" else []), placed(numbers[0], numbers[1])]
            case "h":
                now.closed = True
            case "rg":
                now.fill = tuple(numbers)
            case "RG":
                now.stroke = tuple(numbers)
            case "w":
                now.width = numbers[0]
            case "d":
                now.dash = given[0]
            case "f" | "f*" | "S" | "B" | "B*":
                found.append(Painted(token[0], now.points, now.closed, now.fill, now.stroke, now.width, now.dash))
                now.points, now.closed = [], False
            case "Tf":
                font = " ".join(given)
            case "Tm":
                at = placed(*numbers[4:])
            case "Td":
                at = placed(*numbers)
            case "Tj":
                found.append(Painted("T", [at], fill=now.fill, font=font))
            case _ if not token.isalpha():  # another operator is of no interest
                given.append(token)
                continue
        given = []
    return found


def test_every_shape_is_painted_where_and_how_the_sheet_says() -> None:
    shapes = (
        rectangle(10, 20, 30, 40, "#ff0000", "#0000ff", dash=(3, 2)),
        Polygon(((5, 5), (25, 5), (15, 15)), "#008000", "", 2.0),
        Polygon(((50, 5), (60, 5), (60, 25)), "", "#ff0000", 1.5),
        Line(((0, 80), (40, 80), (40, 95)), "#0000ff", 1.25),
        Line(((60, 50), (90, 50)), "#ff0000", 0.5, arrow=True),
    )
    found = painted(pdf.data(Sheet(100, 120, shapes, "title")), 120)
    box, filled, open_, line, arrow, head = found
    for one, shape in zip(found, [*shapes, shapes[-1]], strict=True):
        if one is not head:
            assert one.points == [pytest.approx(point) for point in shape.points]
    assert (box.how, box.closed, box.fill, box.stroke, box.width) == ("B", True, RED, BLUE, 0.8)
    assert box.dash.strip("[] ").split() == ["3", "2"]
    assert (filled.how, filled.closed, filled.fill) == ("f", True, pytest.approx(GREEN, abs=1e-3))
    assert (open_.how, open_.closed, open_.stroke, open_.width) == ("S", True, RED, 1.5)
    assert (line.how, line.closed, line.stroke, line.width) == ("S", False, BLUE, 1.25)
    assert (arrow.how, arrow.stroke, arrow.width) == ("S", RED, 0.5)
    assert (head.how, head.fill, head.closed) == ("f", RED, True)
    assert head.points == [pytest.approx(point) for point in ((90, 50), (85, 52.4), (85, 47.6))]
    assert {one.dash.strip("[] ") for one in found[1:]} == {""}


def test_words_stand_upright_on_their_place_in_their_font() -> None:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    words = (
        Text(50, 30, "middle", 10, "#ff0000", bold=True),
        Text(20, 70, "begins here", 20, "#0000ff", anchor="start"),
    )
    middle, begins = painted(pdf.data(Sheet(100, 120, words, "title")), 120)
    wide = stringWidth("middle", "convscope-VeraBd", 9.2)
    assert middle.points == [pytest.approx((50 - wide / 2, 30), abs=0.01)]
    assert begins.points == [pytest.approx((20, 70), abs=0.01)]
    assert (middle.fill, begins.fill) == (RED, BLUE)
    assert [float(one.font.split()[1]) for one in (middle, begins)] == pytest.approx([9.2, 18.4])
    assert middle.font.split()[0] != begins.font.split()[0]


def test_a_page_says_its_size_its_title_and_that_corners_are_round() -> None:
    data = pdf.data(Sheet(100, 120, (Line(((1, 1), (9, 9)), "#000000"),), "A title"))
    assert re.search(rb"/MediaBox \[ ?0 0 100 120 ?\]", data)
    assert b"/Title (A title)" in data
    assert b"/Creator (convscope)" in data
    assert " 1 j " in f" {' '.join(operators(data).split())} "
