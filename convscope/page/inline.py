"""One HTML file from the page's modules, style, dictionaries and a payload. It opens from file:// and asks for
nothing."""

from __future__ import annotations

import base64
import html
import json
import re
import zlib
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from ..errors import UsageError, messages, phrase
from ..formula import ZOO
from ..formula.kinds.table import table
from ..formula.zoo import OWN_INPUT
from .large import forward_modules, forward_script, is_large, wasm
from .modules import join
from .policy import policy_of
from .styles import lab_style, page_style, report_style, teacher_style

HERE = Path(__file__).parent
LANGUAGES = ("en", "ko")
SHARED = ("language", "theme.light", "theme.dark", "contents", "credit")  # words of every page that a report uses
MARGIN = 20_000  # characters that escapes may add to a payload
PayloadJson: TypeAlias = dict[str, Any]  # what a record's to_json gave; docs/payload.md says what is in it
PAYLOAD_MARK = '<script type="application/json" id="payload">'  # by which a page is known


def page_html(payload: PayloadJson, *, lang: str = "auto", packed: bool = False) -> str:
    """Return the whole page for `payload` (docs/payload.md) as one HTML document.

    `lang` is "en", "ko" or "auto", the reader's own; `packed` has payload and dictionaries travel compressed. Its
    content security policy allows this script and this style, by their hashes, pictures made in the page, and nothing
    else: no request, no eval. Raises UsageError for another language and ValueError for numbers that JSON cannot hold
    (NaN, infinity).
    """
    if lang not in (*LANGUAGES, "auto"):
        raise UsageError("language.unknown", got=lang, expected=phrase("language.unknown.expected"))
    payload = {**payload, "language": lang if lang != "auto" else payload.get("language", "auto")}
    return document(
        script=page_script(),
        style=page_style(),
        title=str(payload.get("title", "convscope")),
        language=payload["language"],
        payload=payload,
        dictionary={name: dictionary(name) for name in LANGUAGES},
        packed=packed,
        forward=is_large(payload),
    )


def lab_html(payload: PayloadJson, api: bool, *, packed: bool = False) -> str:
    """Return the lab's page as one HTML document: its chapters, and with `api` a workbench that talks to the server it
    came from.

    `payload` is what the chapters need (convscope/lab/payload.py), `packed` is page_html's. The policy is page_html's;
    with `api`, or a file beside it that the payload knows (`mnist`, `pretrained`), the page may also ask its own
    server, and with an `offline` it may have a manifest and a worker beside it.
    """
    installed = ("manifest-src 'self'",) if "offline" in payload else ()
    asks = ("connect-src 'self'",) if api or payload.keys() & {"mnist", "pretrained"} else ()
    return document(
        script=lab_script(),
        style=lab_style(),
        title="convscope lab",
        language=payload.get("language", "auto"),
        payload={**payload, "api": api, **formula_table()},
        dictionary={name: dictionary(name) | lab_dictionary(name) | messages(name) for name in LANGUAGES},
        allow=(*asks, *installed),
        packed=packed,
        learns=True,
        own_worker=bool(installed),
        opens=((page_script(), page_style()),),
    )


def teacher_html(payload: PayloadJson) -> str:
    """Return the page for teachers as one HTML document, packed, with page_html's policy.

    `payload` has "lab", where the lab's page is, and what some answers are made of: digits, hard.
    """
    said = set(re.findall(r'"([a-z]\w*(?:\.\w+)*)"', teacher_script()))
    words = {name: dictionary(name) | lab_dictionary(name) | messages(name) for name in LANGUAGES}
    return document(
        script=teacher_script(),
        style=teacher_style(),
        title="convscope lab",
        language=payload.get("language", "auto"),
        payload={**payload, **formula_table()},
        dictionary={name: {key: text for key, text in words[name].items() if key in said} for name in LANGUAGES},
        packed=True,
    )


def report_html(payload: PayloadJson) -> str:
    """Return a report (docs/report.md) as one HTML document, with page_html's policy."""
    said = _keys(payload)
    return document(
        script=report_script(),
        style=report_style(),
        title=f"{payload.get('title', '')} · convscope",
        language=payload.get("language", "auto"),
        payload=payload,
        dictionary={name: _report_words(name, said) for name in LANGUAGES},
    )


def _report_words(language: str, said: set[str]) -> dict[str, str]:
    """Return what a report says by itself, what every page says, and the sentences that its payload names."""
    shared, known = dictionary(language), messages(language)
    words = {key: shared[key] for key in SHARED} | {key: known[key] for key in sorted(said) if key in known}
    return dictionary(f"report.{language}") | words


def _keys(value: object) -> set[str]:
    """Return the keys of all phrases within JSON."""
    if isinstance(value, list):
        return {key for one in value for key in _keys(one)}
    if not isinstance(value, dict):
        return set()
    own = {str(value["key"])} if "key" in value and "words" in value else set()
    return own | {key for one in value.values() for key in _keys(one)}


def dictionary(language: str) -> dict[str, str]:
    """Return what the page says in "en" or "ko", by key.

    "report.en" and "report.ko" are what a report says, "plans.ko" the lines about the named plans.
    """
    words: dict[str, str] = json.loads((HERE / "i18n" / f"{language}.json").read_text(encoding="utf-8"))
    return words


def lab_dictionary(language: str) -> dict[str, str]:
    """Return what the lab says besides in "en" or "ko", by key: one file a chapter, in i18n/lab."""
    words = dict[str, str]()
    for path in sorted((HERE / "i18n" / "lab").glob(f"*.{language}.json")):
        words |= json.loads(path.read_text(encoding="utf-8"))
    return words


def formula_table() -> PayloadJson:
    """Return what the page's formula parser checks by: kinds, limits, and named plans in both languages."""
    return {**table().to_json(), "plans": plans()}


def plans() -> list[PayloadJson]:
    """Return the named plans, each with its formula and the line about it in English and Korean."""
    korean = dictionary("plans.ko")
    return [
        {"id": name, "formula": formula, "about": {"en": about, "ko": korean[name]}, **_usual(name)}
        for name, (formula, about) in ZOO.items()
    ]


def _usual(name: str) -> PayloadJson:
    """Return the pictures and the number of classes that a plan was made for, where they are not MNIST's."""
    if name not in OWN_INPUT:
        return {}
    shape, classes = OWN_INPUT[name]
    return {"input": list(shape), "classes": classes}


def payload_characters(megabytes: float) -> int:
    """Return how many characters a payload may have in a page of that many megabytes."""
    empty = len(page_html({}).encode()) + len(_forward_block())
    return max(0, int(megabytes * 1e6) - empty - MARGIN)


def left_out_key(key: str) -> str:
    """Return under which key the dictionaries say what an entry of a payload's `left_out` means."""
    return "left." + key.replace("-", ".").replace(" ", ".")


@cache
def page_script() -> str:
    """Return the page's modules as one script."""
    return join(HERE / "js" / "look" / "main.js", HERE / "js")


@cache
def report_script() -> str:
    """Return the report's modules as one script."""
    return join(HERE / "js" / "report" / "main.js", HERE / "js")


@cache
def lab_script() -> str:
    """Return the lab's modules as one script."""
    return join(HERE / "js" / "lab" / "main.js", HERE / "js")


@cache
def teacher_script() -> str:
    """Return the modules of the page for teachers as one script."""
    return join(HERE / "js" / "lab" / "teacher" / "main.js", HERE / "js")


@cache
def learning_script() -> str:
    """Return as one script what a worker runs that trains a network."""
    return join(HERE / "js" / "learn" / "worker.js", HERE / "js")


@cache
def learning_modules() -> dict[str, str]:
    """Return that worker's inner loops as WebAssembly by name, in base64: a page from file:// may read no file."""
    return {name: wasm(name) for name in ("relaxed", "simd")}


@cache
def _forward_block() -> str:
    """Return the element with that worker's script and loops, for pages whose network is large."""
    return f'<script type="application/json" id="forward">{json_text(forward_packed())}</script>\n'


@cache
def forward_packed() -> dict[str, str]:
    """Return that script and these loops compressed."""
    return deflated({"script": forward_script(), "modules": forward_modules()})


def large_policy() -> str:
    """Return the content security policy of a see-through page that runs its network in a worker."""
    return policy_of(page_script(), page_style(), (), works=True)


def document(
    *,
    script: str,
    style: str,
    title: str,
    language: str,
    payload: object,
    dictionary: object,
    packed: bool = False,
    allow: tuple[str, ...] = (),
    learns: bool = False,
    own_worker: bool = False,
    opens: tuple[tuple[str, str], ...] = (),
    forward: bool = False,
) -> str:
    """Return the template with everything in its place; `allow` are directives that the policy has besides.

    A page that `learns`, and one with a `forward` worker, may start a worker of a script that it holds, and compile
    WebAssembly; still no eval. With `own_worker` one that lies beside it too. `opens` are script and style of pages
    that it makes itself: one that is opened from memory inherits its maker's policy.
    """
    # The parser ends a script or a style at these, and normalises line ends before the browser takes the hash.
    script, style = (text.replace("\r\n", "\n").replace("\r", "\n") for text in (script, style))
    for name, text in (("script", script), ("style", style)):
        if re.search(r"</(script|style)|<!--", text, re.I):
            raise ValueError(f"the page's {name} must not contain </script, </style or <!--")
    policy = policy_of(script, style, opens, works=learns or forward, own_worker=own_worker, allow=allow)
    written = packed_text if packed else json_text
    values = {
        "language": "en" if language == "auto" else html.escape(language),
        "policy": policy,
        "title": html.escape(title),
        "style": style,
        "payload": written(payload),
        "dictionary": written(dictionary),
        "forward": _forward_block() if forward else "",
        "script": script,
    }
    template = (HERE / "template.html").read_text(encoding="utf-8")
    return re.sub(
        r"\{\{(\w+)\}\}", lambda match: values[match[1]], template
    )  # one pass: what is put in is not looked at


def json_text(value: object) -> str:
    """Return `value` as JSON that cannot end the element it stands in: ASCII, with <, > and & escaped."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def packed_text(value: object) -> str:
    """Return what `deflated` gives as the text of an element."""
    return json_text(deflated(value))


def deflated(value: object) -> dict[str, str]:
    """Return {"deflated": the JSON of `value` compressed (zlib, in base64)}, as `whenRead` in the page reads it."""
    data = json.dumps(value, allow_nan=False, separators=(",", ":")).encode()
    return {"deflated": base64.b64encode(zlib.compress(data, 9)).decode()}
