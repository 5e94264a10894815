"""A finding in lines and as JSON."""

from __future__ import annotations

import json

from convscope.checking import Finding
from convscope.errors import phrase

FOUND = Finding(
    phrase("check.near", n="1,200"),
    1_200,
    (("cat/a.png", "cat/b\n.png"), ("dog/a.png", "dog/b.png")),
    phrase("check.near.try"),
)


def test_a_finding_says_what_where_and_how_to_mend_it() -> None:
    what, *examples, more, fix = FOUND.lines()
    assert what.endswith(": 1,200")
    assert examples == ["    cat/a.png = cat/b\\n.png", "    dog/a.png = dog/b.png"]
    assert more == "    and 1,198 more"
    assert fix.startswith("  try: look at")


def test_a_finding_comes_back_from_json() -> None:
    again = Finding.from_json(json.loads(json.dumps(FOUND.to_json())))
    assert again == FOUND
    assert again.key == "check.near"
