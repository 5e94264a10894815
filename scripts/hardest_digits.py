"""Choose the hardest test digits for the network that ships: `python scripts/hardest_digits.py`. The lab asks them.

Ten that it gets wrong with the least probability for the true class, and ten that it gets right with the least: of its
mistakes alone nobody would lose. They stand in convscope/page/hardest.json, by their places among the test pictures.
"""

from __future__ import annotations

import json

from convscope.data import load as load_data
from convscope.lab.payload import HARDEST, hardest_digits


def main() -> None:
    """Write the file anew."""
    test = load_data("mnist").test
    assert test is not None
    places = hardest_digits(test)
    HARDEST.write_text(json.dumps(places) + "\n", encoding="utf-8")
    print(places)


if __name__ == "__main__":
    main()
