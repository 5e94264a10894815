"""The see-through page without a network: a file that is dropped on it is read by the page itself."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from ..errors import UsageError, messages, phrase
from ..foreign.table import table
from .inline import LANGUAGES, dictionary, document, formula_table, lab_dictionary
from .large import LARGE_MACS
from .modules import join
from .styles import drop_style

HERE = Path(__file__).parent


@cache
def opening_script() -> str:
    """Return the modules of the page as one script."""
    return join(HERE / "js" / "drop" / "main.js", HERE / "js")


def opening_dictionary(language: str) -> dict[str, str]:
    """Return what the page says before it has a network, in "en" or "ko", by key."""
    words: dict[str, str] = json.loads((HERE / "i18n" / f"drop.{language}.json").read_text(encoding="utf-8"))
    return words


def empty_html(lang: str = "auto", lab: str | None = None) -> str:
    """Return the page as one HTML document, with page_html's policy: it asks for nothing.

    `lang` is "en", "ko" or "auto", the reader's own; `lab` the address of the lab that it is part of. Raises UsageError
    for another language.
    """
    if lang not in (*LANGUAGES, "auto"):
        raise UsageError("language.unknown", got=lang, expected=phrase("language.unknown.expected"))
    script = opening_script()
    payload = {
        "format": "convscope-opening",
        "title": opening_dictionary("en" if lang == "auto" else lang)["drop.title"],
        "language": lang,
        "lab": lab,
        "large_macs": LARGE_MACS,
        "foreign": table().to_json(),
        **formula_table(),
    }
    return document(
        script=script,
        style=drop_style(),
        title=payload["title"],
        language=lang,
        payload=payload,
        dictionary={name: opening_words(name) for name in LANGUAGES},
        packed=True,
        forward=True,
    )


def opening_words(language: str) -> dict[str, str]:
    """Return all that the page says, by key: its own words, the see-through page's, and of the errors' and the formula
    reader's those that its script names.
    """
    said = set(re.findall(r'"([a-z]\w*(?:\.\w+)*)"', opening_script())) | set(table().refused.values())
    others = lab_dictionary(language) | messages(language)
    return {key: others[key] for key in others.keys() & said} | dictionary(language) | opening_dictionary(language)
