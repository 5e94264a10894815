"""Joining modules: in dependency order, each once, and a clear error for whatever does not keep the convention."""

from __future__ import annotations

from pathlib import Path

import pytest

from convscope.page.modules import JoinError, join


def write(folder: Path, **modules: str) -> Path:
    """Write modules as <name>.js and return main.js."""
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text)
    return folder / "main.js"


def test_each_module_once_and_after_what_it_imports(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        main='import { left } from "./left.js";\nimport {\n  right,\n} from "./right.js";\nleft(right);\n',
        left='/** Left. */\nimport { BASE } from "./base.js";\nexport function left() {\n  return BASE;\n}\n',
        right='import { BASE } from "./base.js";\nexport const right = BASE + 1;\n',
        base="export const BASE = 1;\nexport {};\n",
    )
    expected = [
        *("// base.js", "const BASE = 1;", ""),
        *("// left.js", "/** Left. */", "function left() {", "  return BASE;", "}", ""),
        *("// right.js", "const right = BASE + 1;", ""),
        *("// main.js", "left(right);", ""),
    ]
    assert join(main).split("\n") == expected


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        (
            {"main": 'import { a } from "./a.js";\nconst x = 1;\n', "a": "export const a = 1;\nconst x = 2;\n"},
            "main.js: x is declared in a.js too",
        ),
        (
            {"main": 'import { b } from "./a.js";\n', "a": "export const a = 1;\nconst b = 2;\n"},
            "main.js: imports b, which a.js does not export",
        ),
        (
            {"main": 'import { a as b } from "./a.js";\n', "a": "export const a = 1;\n"},
            "main.js: import names as they are, got { a as b }",
        ),
        ({"main": 'import { a } from "./gone.js";\n'}, "main.js: imports gone.js, which is not there"),
        (
            {"main": 'import { a } from "./a.js";\n', "a": 'import { b } from "./main.js";\n'},
            "main.js → a.js → main.js",
        ),
        ({"main": 'import a from "./a.js";\n', "a": ""}, "main.js: a statement that joining does not know"),
        ({"main": 'import * as a from "./a.js";\n', "a": ""}, "main.js: a statement that joining does not know"),
        ({"main": 'import { a } from "package";\n'}, "main.js: a statement that joining does not know"),
        ({"main": "export default 1;\n"}, "main.js: a statement that joining does not know"),
        ({"main": "const a = 1;\nexport { a };\n"}, "main.js: a statement that joining does not know"),
        ({"main": "const { a, b } = c();\n"}, "main.js: a statement that joining does not know"),
        ({"main": "var a = 1;\n"}, "main.js: a statement that joining does not know"),
        ({"main": "const a = 1, b = 2;\n"}, "main.js: one name a declaration"),
        (
            {"main": 'const text = `\nimport { a } from "./a.js";\n`;\n', "a": ""},
            "main.js: imports a, which a.js does not export",
        ),
    ],
)
def test_what_does_not_keep_the_convention_is_named(tmp_path: Path, modules: dict[str, str], message: str) -> None:
    with pytest.raises(JoinError) as caught:
        join(write(tmp_path, **modules))
    assert message in str(caught.value)


def test_a_name_twice_in_one_module_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JoinError, match=r"main\.js: a is declared in main\.js too"):
        join(write(tmp_path, main="const a = 1;\nfunction a() {}\n"))
