"""Errors by key: what they say, what they are as JSON, and that source and dictionaries agree to the letter."""

from __future__ import annotations

import ast
import errno
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from convscope import errors
from convscope.errors import (
    ConvscopeError,
    EnvironmentFault,
    FormulaError,
    InputError,
    MissingError,
    PlanError,
    UsageError,
    did_you_mean,
    messages,
    phrase,
    printable,
    system_reason,
)
from convscope.formula import parse

pytestmark = pytest.mark.medium

PACKAGE = Path(errors.__file__).parent
ENGLISH, KOREAN = messages("en"), messages("ko")
SOURCES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.name != "errors.py"]
RAISED = {"ConvscopeError": 0, "UsageError": 0, "InputError": 0, "MissingError": 0, "EnvironmentFault": 0}
RAISED |= {
    "Interrupted": 0,
    "MalformedError": 0,
    "PlanError": 0,
    "FormulaError": 0,
    "Refusal": 1,
    "Busy": 1,
    "error": 1,
    "phrase": 0,
}
PARTS = {"where", "got", "expected", "hint", "argument", "text", "column", "status"}
# Whose key comes with another error or from a table, and what hands it on.
HANDED_ON = {"error.key", "kind.key", "fault.key", "key"}
PROSE = re.compile(r"[a-z]{2,}[,;:]? [a-z]{2,}")
COMMAND = re.compile(r"(--|pip |convscope |-o )")


def gaps(text: str) -> list[str]:
    return sorted(set(re.findall(r"\{(\w+)\}", text)))


def literals(node: ast.AST) -> Iterator[str]:
    """Yield the strings that an expression may come to."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)
    elif isinstance(node, ast.BoolOp):
        yield from (text for value in node.values for text in literals(value))
    elif isinstance(node, ast.Tuple) and node.elts:
        yield from literals(node.elts[0])


def calls(path: Path) -> Iterator[tuple[ast.Call, list[str], str]]:
    """Yield each call that makes an error or a phrase: itself, the keys it may have, and how the key is written."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assigned: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            first = node.targets[0].elts[0] if isinstance(node.targets[0], ast.Tuple) else node.targets[0]
            if isinstance(first, ast.Name):
                assigned.setdefault(first.id, set()).update(k for k in literals(node.value) if k in ENGLISH)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            place = RAISED.get(name)
            if place is not None and len(node.args) > place:
                key = node.args[place]
                yield node, list(literals(key)) or sorted(assigned.get(ast.unparse(key), ())), ast.unparse(key)


def used() -> set[str]:
    """Return every key of the source, Python's and the page's."""
    found = {value for path in [*SOURCES, PACKAGE / "errors.py"] for value in strings(path) if value in ENGLISH}
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in (PACKAGE / "page" / "js").rglob("*.js"))
    return found | set(re.findall(r"\b(?:t|phrase)\(\s*\"([^\"]+)\"", scripts))


def strings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_every_key_is_in_the_dictionary_and_is_given_the_words_it_needs(path: Path) -> None:
    for call, keys, written in calls(path):
        assert keys or written in HANDED_ON, f"{written} is no key"
        for key in keys:
            assert key in ENGLISH, f"line {call.lineno}: {key}"
            given = {word.arg for word in call.keywords}
            if None not in given:  # **words of another error
                assert sorted(word for word in given if word and word not in PARTS) == gaps(ENGLISH[key]), key


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_sentences_stand_in_the_dictionary_and_not_in_the_source(path: Path) -> None:
    named: dict[str, list[str]] = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, []).extend(literals(node.value))
    for call, _, _ in calls(path):
        for word in call.keywords:
            for text in [*literals(word.value), *named.get(ast.unparse(word.value), ())]:
                assert not PROSE.search(text) or COMMAND.match(text) or text in ENGLISH, text


def test_every_key_is_used() -> None:
    assert set(ENGLISH) <= used()


def test_korean_says_all_that_english_says_with_the_same_words() -> None:
    assert list(KOREAN) == list(ENGLISH)
    for key, text in ENGLISH.items():
        assert gaps(text) == gaps(KOREAN[key]), key
        assert text.strip() == text != ""
        assert (
            re.search("[가-힣]", KOREAN[key])
            or not re.search("[a-z]{2,}", re.sub(r"\{\w+\}", "", text))
            or (KOREAN[key] in (text, re.sub("^the ", "", text)))
        ), key


def test_the_page_gives_every_phrase_the_words_it_needs() -> None:
    for path in (PACKAGE / "page" / "js").rglob("*.js"):
        source = path.read_text(encoding="utf-8")
        for key, words in re.findall(r"\b(?:t|phrase)\(\s*\"([^\"]+)\"(?:,\s*\{([^{}]*)\})?,?\s*\)", source):
            if key in ENGLISH:
                names = [re.split(r"[:\s]", word.strip())[0] for word in re.split(r",(?![^(\[]*[)\]])", words)]
                assert sorted(filter(None, names)) == gaps(ENGLISH[key]), f"{path.name}: {key}"


def test_one_line_has_what_where_got_and_expected() -> None:
    assert str(InputError("idx.cut")) == "cut short"
    assert str(InputError("idx.cut", where="a/b.gz")) == "a/b.gz: cut short"
    assert str(InputError("idx.cut", got=3)) == "cut short, got 3"
    assert str(InputError("idx.cut", expected="4")) == "cut short, expected 4"
    full = InputError("idx.cut", where="a", got=phrase("value.bytes", n=3), expected="4", hint=phrase("run.anew.try"))
    assert str(full) == "a: cut short, got 3 bytes, expected 4\ntry: start a new training"
    assert full.line() == "a: cut short, got 3 bytes, expected 4"
    assert (full.what, str(full.brief())) == ("cut short", "cut short, got 3 bytes, expected 4")


def test_an_error_within_another_ones_sentence() -> None:
    inner = PlanError("value.whole", name="stride", least=1, got=0)
    outer = InputError("model.formula", reason=inner.brief(), where="m.onnx")
    assert str(outer) == "m.onnx: its formula cannot be built: stride must be a whole number of 1 or more, got 0"


def test_a_formulas_error_shows_the_place() -> None:
    error = FormulaError("value.whole", name="stride", least=1, text="conv(16, 5, stride=0)", column=20, got=0)
    assert str(error) == (
        "formula, column 20: stride must be a whole number of 1 or more, got 0\n"
        "    conv(16, 5, stride=0)\n"
        "                       ^"
    )


def test_json_and_back() -> None:
    reason = phrase("os.denied")
    error = UsageError("file.unreadable", reason=reason, where="a", got=3, hint=phrase("run.busy.try"))
    as_json = json.loads(json.dumps(error.to_json()))
    assert as_json == {
        "key": "file.unreadable",
        "words": {"reason": {"key": "os.denied", "words": {}}},
        "where": "a",
        "got": "3",
        "expected": "",
        "hint": {"key": "run.busy.try", "words": {}},
        "message": "a: cannot be read: Permission denied, got 3",
    }
    assert str(ConvscopeError.from_json(as_json)) == str(error)
    with pytest.raises(FormulaError) as caught:
        parse("conv(4, 3) + relo")
    as_json = caught.value.to_json()
    assert (as_json["text"], as_json["column"]) == ("conv(4, 3) + relo", 14)


def test_the_same_fault_elsewhere() -> None:
    error = UsageError("idx.more", shape="3 x 4", where="a", hint="-o b")
    moved = EnvironmentFault.of(error, where="b", hint=phrase("run.anew.try"))
    assert str(moved) == "b: more bytes than the 3 x 4 that its header promises\ntry: start a new training"
    assert (moved.exit_code, InputError.of(error).hint) == (4, "-o b")


def test_exit_codes_follow_the_class() -> None:
    assert [one("idx.cut").exit_code for one in (UsageError, InputError, MissingError, EnvironmentFault)] == [
        2,
        3,
        3,
        4,
    ]


def test_words_that_a_terminal_must_not_see_are_escaped_and_cut() -> None:
    shown = str(InputError("weights.variance", name="\x1b[2J" + "x" * 5000))
    assert shown.startswith("\\x1b[2Jxxx")
    assert len(shown) < 1100
    assert printable("a\nb\ud800") == "a\\nb\\ud800"


def test_nothing_that_a_file_says_reaches_the_terminal_and_no_message_is_longer_than_a_screen() -> None:
    evil = "\x1b]0;pwned\x07\x1b[2J\u202e\ud800" + "x" * 20_000_000
    error = InputError("model.form.unmatched", name=evil, where=evil, got=evil, expected=evil, hint=evil)
    for text in (str(error), error.line(), str(error.brief()), error.to_json()["message"]):
        assert isinstance(text, str)
        assert text.replace("\n", "").isprintable()
        assert len(text) < 4_500
    assert "\x1b" not in str(FormulaError("formula.syntax", text=evil[:300], column=1))


def test_the_systems_reason() -> None:
    assert str(system_reason(OSError(errno.EACCES, "no"))) == "Permission denied"
    assert system_reason(OSError(errno.ELOOP, "Too many levels")) == "Too many levels"
    assert system_reason(OSError("odd")) == "odd"


def test_did_you_mean() -> None:
    assert str(did_you_mean("Convv", ["conv", "relu"])) == "did you mean conv?"
    assert str(did_you_mean("x", ["conv", "relu"])) == "one of conv, relu"


def test_no_message_is_longer_than_a_screenful() -> None:
    """Whatever a file says: 24 lines of 80 characters, and one line before what to try."""
    long = "\x1b" * 5000
    words = {"name": long, "reason": phrase("file.unreadable", reason=long)}
    for error in (
        InputError("model.form", where=long, got=long, expected=long, hint=long, **words),
        FormulaError("layer.unknown", text=long, column=4000, got=long, hint=phrase("guess.one", word=long), name=long),
    ):
        assert len(str(error)) <= 24 * 80
        assert str(error).replace("\n", "").isprintable()
        assert "\n" not in error.line()


def test_a_notebook_shows_the_readers_own_lines_and_the_message() -> None:
    def mine() -> None:
        parse("conv(16, 5, stride=0)")

    with pytest.raises(FormulaError) as caught:
        mine()
    lines = caught.value._render_traceback_()  # what IPython asks an exception for
    assert [line.split(": ", 1)[1] for line in lines[:-1]] == ["mine()", 'parse("conv(16, 5, stride=0)")']
    assert lines[0].startswith(f"{__file__}, line ")
    assert lines[-1] == f"FormulaError: {caught.value}"
