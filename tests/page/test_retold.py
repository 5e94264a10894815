"""Every error that a training or the lab's server can hand a reader of the page is in the dictionaries, and none that
they cannot.
"""

from __future__ import annotations

import ast
import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from convscope.page.inline import HERE, dictionary

PACKAGE = HERE.parent
# What a page's reader can meet: the lab's answers, and what is wrong with a folder of pictures.
MET = [f"lab/{name}.py" for name in ("app", "choices", "reports", "runfiles", "runview", "trainings")]
MET += ["data/folder_layout.py", "data/image_folder.py", "data/idx_files.py", "data/resize.py", "pictures/decoding.py"]
# What only another program than the page can ask for.
PROGRAMS = {"the body is not JSON", "the body must be a JSON object", "formula and data must be text", "no such field"}
PROGRAMS |= {"7 must be text", "not a picture", "size of a picture", "(height, width), 1 or more"}
PROGRAMS |= {"(H, W), (H, W, C) or (C, H, W)", "shape 7"}
NAMES = {"7 and 7", "--size 7"}  # nothing in them to be said
SAID = {key: text for key, text in dictionary("lab.en").items() if key.startswith("said.")}
PATTERNS = {
    key: re.compile(".+?".join(re.escape(part) for part in re.split(r"\{\w+\}", text))) for key, text in SAID.items()
}


def texts(node: ast.expr) -> Iterator[str]:
    """Yield what an expression can come to, with 7 for whatever is put into it; nothing where it is not written
    there."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


def errors(path: Path) -> Iterator[str]:
    """Yield the sentences of every error that a module makes: what, expected, hint, and what was got where it is a
    sentence.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("InputError", "UsageError")
        ):
            for part in (*node.args[:1], *(word.value for word in node.keywords if word.arg != "where")):
                yield from (text for text in texts(part) if re.search("[a-z]{2}", text))


@pytest.mark.parametrize("module", MET)
def test_what_a_reader_can_meet_is_in_the_dictionaries(module: str) -> None:
    found = set(errors(PACKAGE / module)) - PROGRAMS
    unknown = {text for text in found if not any(one.fullmatch(text) for one in PATTERNS.values())}
    assert not unknown - NAMES


def test_no_sentence_is_kept_that_nothing_says() -> None:
    written = {os.strerror(number) for number in (errno.EACCES, errno.ENOENT, errno.ENOSPC)}
    for path in [*PACKAGE.rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant | ast.JoinedStr):
                written |= set(texts(node))
    script = (HERE / "js" / "lab" / "api.js").read_text(encoding="utf-8")
    written |= {re.sub(r"\$\{[^}]*\}", "7", text) for text in re.findall(r"what: [\"`]([^\"`]+)[\"`]", script)}
    unsaid = {key for key, one in PATTERNS.items() if not any(map(one.fullmatch, written))}
    # Put together of parts: recipes.py writes "a number" and "from 0 to 1" apart.
    assert unsaid == {"said.range.number", "said.range.above"}
