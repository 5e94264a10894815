"""SVG, element by element: attributes and words are escaped here."""

from __future__ import annotations

from xml.sax.saxutils import escape as words

__all__ = ["document", "element", "words"]


def element(name: str, inside: str = "", **attributes: object) -> str:
    """Return an element that holds what is `inside`, which is SVG already: text comes as `words(text)`.

    `font_size` is the attribute font-size; those that are None are left out. Numbers are written as they are.

    >>> element("text", words("a < b"), x="1.5", font_size=11, fill=None)
    '<text x="1.5" font-size="11">a &lt; b</text>'
    """
    given = {key.replace("_", "-"): str(value) for key, value in attributes.items() if value is not None}
    opening = " ".join([name, *(f'{key}="{words(value, {chr(34): "&quot;"})}"' for key, value in given.items())])
    return f"<{opening}>{inside}</{name}>" if inside else f"<{opening}/>"


def document(title: str, width: str, height: str, inside: str, unit: str = "", **attributes: object) -> str:
    """Return a whole picture of `width` × `height` in that unit of length, pixels if none; who can't see it is told its
    title.
    """
    size = {"width": f"{width}{unit}", "height": f"{height}{unit}", "viewBox": f"0 0 {width} {height}"}
    named = {"role": "img", "aria_label": title}
    return element("svg", inside, xmlns="http://www.w3.org/2000/svg", **size, **named, **attributes)
