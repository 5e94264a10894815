"""Some hundred odd and broken pictures that others test with: nothing crashes or hangs, nothing is lost without a line.

They are those of Pillow's source distribution, which pip fetches; without a network the test is skipped.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

import PIL
import pytest

from convscope import datasets
from convscope.checking import check
from convscope.pictures.formats import SUFFIXES


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with Pillow's test pictures in two classes."""
    place = tmp_path_factory.mktemp("odd")
    fetch = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", "pillow", "--dest", str(place)]
    try:
        done = subprocess.run([*fetch, f"pillow=={PIL.__version__}"], capture_output=True, text=True, timeout=300)
    except subprocess.TimeoutExpired:
        pytest.skip("pip does not get Pillow's source distribution within five minutes")
    if done.returncode:
        pytest.skip(f"pip cannot get Pillow's source distribution: {done.stderr.strip()[-200:]}")
    (archive,) = place.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        members = [m for m in tar.getmembers() if "/Tests/images/" in m.name and m.isfile()]
        tar.extractall(place / "all", members=members, filter="data")
    (root,) = (place / "all").glob("*/Tests/images")
    for n, path in enumerate(sorted(path for path in root.rglob("*") if path.is_file())):
        target = place / "pictures" / ("even", "odd")[n % 2] / f"{n:04} {path.name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    return place / "pictures"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of damaged EXIF data
def test_odd_and_broken_pictures_are_read_or_left_out_with_a_reason(odd: Path) -> None:
    data = datasets.folder(odd, size=64)
    read = {file.path for file in data.train.files or ()}
    left_out = {file.path: str(file.reason) for file in data.left_out}
    there = {path.relative_to(odd).as_posix() for path in odd.rglob("*") if path.is_file()}
    assert len(there) > 900
    assert len(read) > 0.7 * len(there)
    assert not read & set(left_out)
    assert all(left_out.values())
    unmentioned = there - read - set(left_out)
    assert not {path for path in unmentioned if Path(path).suffix.lower() in SUFFIXES}
    report = check(data)
    assert report.pictures == len(read)
    assert len(report.groups) == len(read)
    found = {finding.key: finding.count for finding in report.findings}
    assert found["check.unreadable"] > 100
    assert found["check.copies"] > 100  # the same picture in many formats
