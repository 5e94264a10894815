"""docs/reliability.md's table, from results/*.json: what was attacked, how often, and what came of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.tables import markdown
from tests.faults.campaign import all_campaigns

RESULTS = Path(__file__).parent / "results"
PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- table: make faults -->", "<!-- end of table -->"


def table() -> str:
    """Return the table of all campaigns; one that never ran long says so."""
    rows = []
    for campaign in all_campaigns():
        file = RESULTS / f"{campaign.name}.json"
        if not file.exists():
            rows.append([campaign.about, f"never ({campaign.quick:,} in every test)", "", ""])
            continue
        result = json.loads(file.read_text(encoding="utf-8"))
        rows.append([campaign.about, f"{result['tried']:,} {campaign.tries}", _how(result), f"{result['faulty']:,}"])
    return markdown(["what is attacked, and what must hold", "how often", "how they ended", "did harm"], rows, words=3)


def _how(result: dict[str, Any]) -> str:
    counts = [f"{number:,} {how}" for how, number in sorted(result["counts"].items(), key=lambda item: -item[1])]
    figures = [f"{name} {value:,.3g}" for name, value in sorted(result["figures"].items())]
    return ", ".join(counts + figures)


def write_report() -> None:
    """Put the table into docs/reliability.md."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    write_report()
