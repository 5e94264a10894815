"""A release goes on only where tag, package, citation and changelog name one version."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.release_check import ROOT, faults


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    """A repository that is ready for the tag v0.2.0."""
    (tmp_path / "convscope").mkdir()
    (tmp_path / "convscope" / "version.py").write_text('"""Where it is."""\n\n__version__ = "0.2.0"\n')
    (tmp_path / "CITATION.cff").write_text("cff-version: 1.2.0\ntitle: convscope\nversion: 0.2.0\n")
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 0.2.0 (2026-12-01)\n\n- x\n\n## 0.1.0 (2026-11-20)\n")
    return tmp_path


def test_what_agrees_can_go_on(ready: Path) -> None:
    assert faults("v0.2.0", ready) == []


@pytest.mark.parametrize("tag", ["0.2.0", "v0.2", "v0.2.0.dev0", "vnext"])
def test_a_tag_that_is_no_version_is_refused(tag: str, ready: Path) -> None:
    assert faults(tag, ready) == [f"the tag {tag} is no version: expected v0.2.0 or v0.2.0rc1"]


@pytest.mark.parametrize(
    ("name", "before", "after", "says"),
    [
        ("convscope/version.py", "0.2.0", "0.2.0.dev0", "convscope/version.py says 0.2.0.dev0, the tag 0.2.0"),
        ("CITATION.cff", "version: 0.2.0", "version: 0.1.0", "CITATION.cff says 0.1.0, the tag 0.2.0"),
        ("CHANGELOG.md", "## 0.2.0 (2026-12-01)\n\n- x\n\n", "", "CHANGELOG.md says 0.1.0, the tag 0.2.0"),
        ("CHANGELOG.md", "(2026-12-01)", "(unreleased)", "CHANGELOG.md's newest heading has no date"),
    ],
)
def test_each_that_disagrees_is_named(name: str, before: str, after: str, says: str, ready: Path) -> None:
    path = ready / name
    path.write_text(path.read_text().replace(before, after, 1))
    (fault,) = faults("v0.2.0", ready)
    assert fault.startswith(says)


def test_this_repository_is_read_whole() -> None:
    assert not [fault for fault in faults("v9.9.9", ROOT) if "None" in fault]
