"""What is drawn is SVG that a parser reads back, whatever is written in it."""

from __future__ import annotations

from xml.etree import ElementTree

from convscope.svg import document, element, words

ODD = "a < b & \"c\" > 'd' ]]> é\u202e"
NAMED = "{http://www.w3.org/2000/svg}"


def test_words_and_attributes_come_back_as_they_were_given() -> None:
    inside = element("text", words(ODD), x=1, font_size="2.5", fill=ODD, stroke=None)
    found = ElementTree.fromstring(document(ODD, "30", "20.5", inside, unit="pt", style="max-width: 100%"))
    assert found.attrib == {
        "width": "30pt",
        "height": "20.5pt",
        "viewBox": "0 0 30 20.5",
        "role": "img",
        "aria-label": ODD,
        "style": "max-width: 100%",
    }
    (text,) = found
    assert (text.tag, text.text) == (f"{NAMED}text", ODD)
    assert text.attrib == {"x": "1", "font-size": "2.5", "fill": ODD}


def test_what_holds_nothing_is_closed_at_once() -> None:
    assert element("circle", cx=1, r=2.5) == '<circle cx="1" r="2.5"/>'
