"""On PyPI every link of the README leads to the released files; elsewhere the README is as it was written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.package_readme import ROOT, absolute, home, main, relative_links

RELEASE = {"GITHUB_REPOSITORY": "some/where", "GITHUB_REF_NAME": "v0.2.0", "GITHUB_REF_TYPE": "tag"}
PAGE = """See [the log](docs/log.md), [a part
of it](docs/log.md#first), [here](#here), [there](https://example.org/a.md) and [this](mailto:a@b.c).
![another](docs/a.webp)
```python
rows[0](docs/log.md)
```
[after it](LICENSE)
"""


def test_files_lead_to_their_page_and_pictures_to_themselves() -> None:
    assert absolute(PAGE, "https://github.com/some/where", "v0.2.0") == PAGE.replace(
        "[the log](docs", "[the log](https://github.com/some/where/blob/v0.2.0/docs"
    ).replace("of it](docs", "of it](https://github.com/some/where/blob/v0.2.0/docs").replace(
        "[another](docs", "[another](https://github.com/some/where/raw/v0.2.0/docs"
    ).replace("(LICENSE", "(https://github.com/some/where/blob/v0.2.0/LICENSE")


def test_the_readme_s_own_links_all_lead_somewhere_and_nothing_else_changes() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    if not relative_links(text):
        pytest.skip("what a release's sdist holds: written already")
    written = absolute(text, "https://github.com/some/where", "v0.2.0")
    assert len(relative_links(text)) > 20
    assert relative_links(written) == []
    assert re.findall(r"\]\((?!https://|#)", written) == []
    assert re.sub(r"https://github\.com/some/where/(?:blob|raw)/v0\.2\.0/", "", written) == text
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]*)\)", written)
    assert pictures
    assert all(picture.startswith("https://github.com/some/where/raw/v0.2.0/docs/") for picture in pictures)


@pytest.mark.parametrize("left_out", RELEASE)
def test_where_no_tag_is_released_nothing_changes(left_out: str, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(PAGE, encoding="utf-8")
    environment = {name: value for name, value in RELEASE.items() if name != left_out}
    assert "stays as it is" in main(tmp_path, environment)
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == PAGE
    assert home(RELEASE | {"GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "main"}) is None


def test_a_release_writes_it_in_place_and_a_link_to_nothing_stops_it(tmp_path: Path) -> None:
    (readme := tmp_path / "README.md").write_text("[one](LICENSE) [two](docs/gone.md#part)\n", encoding="utf-8")
    (tmp_path / "LICENSE").touch()
    with pytest.raises(SystemExit, match=r"docs/gone\.md#part$"):
        main(tmp_path, RELEASE)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "gone.md").touch()
    said = main(tmp_path, RELEASE | {"GITHUB_SERVER_URL": "https://git.example.org"})
    assert said == "README.md: 2 links lead to https://git.example.org/some/where at v0.2.0"
    assert readme.read_text(encoding="utf-8") == (
        "[one](https://git.example.org/some/where/blob/v0.2.0/LICENSE) "
        "[two](https://git.example.org/some/where/blob/v0.2.0/docs/gone.md#part)\n"
    )
