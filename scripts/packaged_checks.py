"""Check the sets that have a name and write what convscope ships of it: python -m scripts.packaged_checks.

Half a minute of one CPU a set; fashion-mnist must be installed (docs/data.md). tests/checking/test_packaged.py fails
where the file is not what the check gives.
"""

from __future__ import annotations

import json
from pathlib import Path

from convscope import datasets
from convscope.checking.checks import look_at
from convscope.checking.packaged import FILE, PackagedReport

PAGE = Path(__file__).parent.parent / "convscope" / "checking" / FILE


def main() -> None:
    """Write the file."""
    records = {}
    for name in datasets.NAMES:
        dataset = datasets.load(name)
        records[dataset.fingerprint] = PackagedReport.of(look_at(dataset)).to_json()
        print(name, len(records[dataset.fingerprint]["findings"]), "findings")
    PAGE.write_text(json.dumps(records, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
