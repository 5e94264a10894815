"""Every campaign of tests/faults/attacks a few times: attacked as often as it says, no harm done."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.faults.campaign import Campaign, all_campaigns


@pytest.mark.slow
@pytest.mark.parametrize("campaign", all_campaigns(), ids=lambda campaign: campaign.name)
def test_no_harm_is_done(campaign: Campaign) -> None:
    missing = [need for need in campaign.needs if shutil.which(need) is None]
    if missing and os.environ.get("CI") != "true":
        pytest.skip(f"{', '.join(missing)} not found")
    tally = campaign.run(campaign.quick, seed=0)
    assert tally.faults == []
    assert tally.tried >= campaign.quick
