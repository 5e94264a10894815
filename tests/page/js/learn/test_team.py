"""Several workers make the steps that one makes: the sum of their shares is the gradient of the batch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.page.js.learn.node import Learner, page_nodes
from tests.page.js.learn.test_training import FAST, NORMALISED, PLAIN, SPEC, network, page_recipe, pictures

RATE = {"lr": 0.02, "filterLr": 0.01}  # at the recipe's own what rounding changes is magnified


def asked(formula: str, **recipe: object) -> dict[str, Any]:
    """Return what is asked of bench.js for a training on 1,000 digits."""
    return {
        "nodes": page_nodes(network(formula)),
        "input": SPEC.to_json(),
        "pictures": pictures(0, 1000),
        "recipe": page_recipe(FAST, **{"steps": 30, "batchSize": 100, **RATE, **recipe}),
        "seed": 4,
        "kernels": "simd",
    }


@pytest.mark.parametrize("parts", [2, 3])
@pytest.mark.medium
def test_shares_add_up_to_the_batch(learn: Learner, parts: int) -> None:
    alone = learn.call("train", **asked(PLAIN))
    found = learn.call("together", **asked(PLAIN), parts=parts)
    assert [line["right"] for line in found["lines"][:3]] == [line["right"] for line in alone["lines"][:3]]
    for one, wanted in zip(found["lines"], alone["lines"], strict=True):
        assert one["loss"] == pytest.approx(wanted["loss"], abs=1e-4)
        assert {**one, "loss": 0, "right": 0} == {**wanted, "loss": 0, "right": 0}
    for name, values in alone["tensors"].items():
        np.testing.assert_allclose(found["tensors"][0][name], values, atol=1e-4, err_msg=name)


@pytest.mark.medium
def test_every_worker_ends_with_the_same_bits_and_learns(learn: Learner) -> None:
    changed = asked(NORMALISED.replace("+ fc", "+ dropout(0.1) + fc"), augmentation={"shift": 1})
    one, two = (learn.call("together", **changed, parts=3) for _ in range(2))
    assert one["lines"] == two["lines"]
    assert one["lines"][-1]["loss"] < one["lines"][0]["loss"]
    for tensors in (*one["tensors"][1:], *two["tensors"]):
        for name, values in one["tensors"][0].items():
            np.testing.assert_array_equal(values, tensors[name], name)


def test_running_statistics_are_the_mean_of_the_workers(learn: Learner) -> None:
    """One step: bn of the pictures themselves, whose mean is known."""
    given = asked("conv(2, 1, bias=False) + bn + fc", steps=1, lr=0, filterLr=0, initial="torch")
    alone, found = learn.call("train", **given), learn.call("together", **given, parts=2)
    mean = "bn1.running_mean"
    np.testing.assert_allclose(found["tensors"][0][mean], alone["tensors"][mean], atol=1e-6)
    spread = "bn1.running_var"
    np.testing.assert_allclose(found["tensors"][0][spread], alone["tensors"][spread], rtol=0.05)


def test_a_share_is_no_smaller_than_32_pictures(learn: Learner) -> None:
    found = [learn.call("workersFor", workers=4, batch=batch) for batch in (1, 31, 63, 64, 100, 128, 1000)]
    assert found == [1, 1, 1, 2, 3, 4, 4]
