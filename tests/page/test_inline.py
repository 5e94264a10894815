"""The one HTML file: what its policy allows is what is in it, and nothing that a payload holds becomes markup or
script.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from convscope.errors import UsageError
from convscope.formula.kinds.table import table
from convscope.page import inline, opening
from convscope.page.inline import HERE, document, json_text, lab_html, page_html, plans
from convscope.page.large import features_script
from convscope.page.styles import drop_style, lab_style, page_style, report_style, teacher_style
from tests.page.samples import small_payload

pytestmark = pytest.mark.medium

SOURCES = sorted((HERE / "js").rglob("*.js"))
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]><img src=x onerror=alert(1)>",
    "\"'`${alert(1)}\\",
    "line\u2028paragraph\u2029end\r\n\0",
    "{{script}} {{payload}}",
    "\\1 \\g<0>",
    "한국어 🙂 \ud800",
]


class Elements(HTMLParser):
    """Collects (tag, attributes, text within) as a browser's parser sees them; script and style hold raw text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}", {}, []))

    def handle_data(self, data: str) -> None:
        if self.found:
            self.found[-1][2].append(data)

    def text(self, tag: str, **attributes: str) -> str:
        """Return the text of the only such element."""
        (one,) = ("".join(t) for name, has, t in self.found if name == tag and attributes.items() <= has.items())
        return one

    def policy(self) -> dict[str, str]:
        """Return the content security policy, by directive."""
        (meta,) = (
            has for tag, has, _ in self.found if tag == "meta" and has.get("http-equiv") == "Content-Security-Policy"
        )
        return dict(part.strip().split(" ", 1) for part in str(meta["content"]).split(";"))


def test_the_policy_allows_this_script_and_this_style_and_nothing_else() -> None:
    page = Elements(page_html(small_payload()))
    policy = page.policy()
    assert policy == {
        "default-src": "'none'",
        "script-src": sha256(page.text("script", type="module")),
        "style-src": sha256(page.text("style")),
        "img-src": "data: blob:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    tags = [tag for tag, _, _ in page.found]
    before = tags[: tags.index("meta") + 2]
    assert not {"script", "style", "link"} & set(before), "the policy must come first"
    for tag, attributes, _ in page.found:
        assert not any(name.startswith("on") or name == "style" for name in attributes), f"{tag} {attributes}"


def sha256(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    plain = Elements(page_html(small_payload()))
    payload = small_payload(title=text, formula=text, classes=[text, text[::-1]])
    html = page_html(payload)
    assert html.encode("utf-8", "surrogatepass").isascii() or "\u2028" not in json_text(payload)
    page = Elements(html)
    assert [(tag, set(has)) for tag, has, _ in page.found] == [(tag, set(has)) for tag, has, _ in plain.found]
    assert json.loads(page.text("script", id="payload")) == json.loads(json.dumps(payload))
    assert page.text("script", type="module") == plain.text("script", type="module")
    assert not re.search(r"[<>&\u2028\u2029]|[^\x00-\x7f]", page.text("script", id="payload"))


def test_the_title_is_the_payloads() -> None:
    assert Elements(page_html(small_payload(title="a < b & c"))).text("title") == "a < b & c"


@pytest.mark.parametrize(("lang", "html", "payload"), [("auto", "en", "auto"), ("ko", "ko", "ko"), ("en", "en", "en")])
def test_the_language(lang: str, html: str, payload: str) -> None:
    page = Elements(page_html(small_payload(), lang=lang))
    assert next(has["lang"] for tag, has, _ in page.found if tag == "html") == html
    assert json.loads(page.text("script", id="payload"))["language"] == payload
    assert set(json.loads(page.text("script", id="dictionary"))) == {"en", "ko"}


def test_another_language_is_refused() -> None:
    with pytest.raises(UsageError, match="no such language, got tlh, expected en, ko or auto"):
        page_html(small_payload(), lang="tlh")


def test_making_a_page_leaves_the_payload_as_it_was() -> None:
    payload = small_payload()
    before = json.dumps(payload)
    page_html(payload, lang="ko")
    assert json.dumps(payload) == before


def test_numbers_that_json_cannot_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        page_html(small_payload(figures={"parameters": float("nan")}))


@pytest.mark.parametrize("what", ["script", "style"])
def test_a_source_that_would_end_its_element_is_refused(what: str) -> None:
    parts: dict[str, Any] = {"script": "", "style": "", "title": "", "language": "en", "payload": {}, "dictionary": {}}
    with pytest.raises(ValueError, match=f"the page's {what} must not contain"):
        document(**{**parts, what: 'const end = "</SCRIPT>";'})


def test_line_ends_are_the_browsers_before_the_hash_is_taken() -> None:
    made = document(script="a();\r\nb();\r", style="", title="", language="en", payload={}, dictionary={})
    page = Elements(made)
    assert page.policy()["script-src"] == sha256("a();\nb();\n")
    assert page.text("script", type="module") == "a();\nb();\n"


def code_of(path: Path) -> str:
    """Return a source without its comments; a // within a string, as in an address, stays."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r"(^|[\s;{}(),])//[^\n]*", r"\1", text)


FORBIDDEN = (
    *(
        r"\beval\b",
        r"\bnew Function\b",
        r"\bFunction\(",
        r"\b(inner|outer)HTML\b",
        r"\binsertAdjacentHTML\b",
        r"\bdocument\.write",
    ),
    *(
        r"\bcreateContextualFragment\b",
        r"\bDOMParser\b",
        r"\bsrcdoc\b",
        r"\bimport\(",
        r"\bfetch\(",
        r"\bXMLHttpRequest\b",
    ),
    *(
        r"\bWebSocket\b",
        r"\bEventSource\b",
        r"\bsendBeacon\b",
        r"\bimportScripts\b",
        r"\bset(Timeout|Interval)\(\s*[\"'`]",
    ),
    *(
        r"setAttribute\(\s*[\"'](style|on\w+)",
        r"javascript:",
        r"https?://(?!www\.w3\.org/(2000/svg|1998/Math/MathML)\")",
    ),
)


@pytest.mark.parametrize(
    "path", [*SOURCES, *sorted(HERE.glob("wasm/*.ts"))], ids=lambda path: str(path.relative_to(HERE))
)
def test_a_source_keeps_120_columns(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 120] == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(HERE / "js").as_posix())
def test_a_source_makes_no_code_no_markup_and_no_request(path: Path) -> None:
    code = code_of(path)
    # The lab's client alone may ask, and only its own server; and who loads a large file from beside the page.
    asks = path.relative_to(HERE / "js").as_posix() in ("lab/api.js", "lab/training/site_file.js")
    for pattern in FORBIDDEN:
        if asks and pattern in (r"\bfetch\(", r"\bEventSource\b"):
            continue
        assert not (match := re.search(pattern, code)), match[0]
    assert len(code.splitlines()) < 400
    if "engine" in path.parts:
        assert not (
            match := re.search(r"(?<![.\w])(document|window|navigator|location|localStorage|globalThis|self)\b", code)
        ), match[0]


def test_every_module_is_part_of_the_page() -> None:
    """Types apart, nothing lies in page/js that neither the page nor the lab uses, and the page has nothing of the
    lab."""
    script = inline.page_script() + inline.lab_script() + inline.report_script() + inline.learning_script()
    script += inline.teacher_script() + inline.forward_script() + features_script()
    script += opening.opening_script()
    labels = {path.relative_to(HERE / "js").as_posix() for path in SOURCES if path.name != "types.js"}
    # The chapters that train will begin with it; tests/browser/test_learning.py and benchmarks/learning.py do.
    labels.remove("learn/client.js")
    assert {label for label in labels if f"// {label}\n" not in script} == set()
    assert "// lab/" not in inline.page_script()
    assert "// look/" not in inline.report_script()


def test_the_lab_asks_its_own_server_only_where_there_is_one() -> None:
    alone = Elements(lab_html({"format": "convscope-lab", "language": "ko"}, False))
    assert "connect-src" not in alone.policy()
    assert alone.policy()["default-src"] == "'none'"
    assert json.loads(alone.text("script", id="payload")) == {
        "format": "convscope-lab",
        "language": "ko",
        "api": False,
        "plans": plans(),
        "kinds": table().to_json()["kinds"],
        "limits": table().to_json()["limits"],
        "torch": table().to_json()["torch"],
    }
    served = Elements(lab_html({"format": "convscope-lab"}, True)).policy()
    assert (served["connect-src"], served["default-src"]) == ("'self'", "'none'")


def test_style_and_template_ask_for_nothing() -> None:
    style = lab_style() + drop_style() + teacher_style() + report_style()
    assert not re.search(r"@import|url\((?!\"?data:)|https?:", style)
    template = (HERE / "template.html").read_text(encoding="utf-8")
    assert not re.search(r"\b(src|href|action|srcset|poster)=", template)


def test_the_page_on_which_a_file_is_dropped_has_the_style_of_every_view() -> None:
    assert page_style() in opening.empty_html()
