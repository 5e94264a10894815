"""A training by messages: it goes on in slices, pauses, does single steps, is thrown away, and says what went wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from tests.page.js.learn.node import Learner, page_nodes
from tests.page.js.learn.test_training import PLAIN, SPEC, digits, network, pictures


def begin(**changes: object) -> dict[str, object]:
    """Return the message that a training of 12 steps begins with."""
    asked = {"nodes": page_nodes(network(PLAIN)), "input": SPEC.to_json(), "pictures": pictures(0, 200), "seed": 1}
    recipe = {"steps": 12, "batchSize": 20, "lr": 0.02, "optimiser": "sgd"}
    return {"ask": "begin", **asked, "recipe": recipe, "kernels": ["simd"], **changes}


def talk(learn: Learner, *messages: str | int | dict[str, object]) -> list[Any]:
    """Return what a session says to messages; a number is so many turns between them."""
    asked = [
        {"ask": "turns", "count": m} if isinstance(m, int) else {"ask": m} if isinstance(m, str) else m
        for m in messages
    ]
    found: list[Any] = learn.call("session", messages=asked)
    return found


def steps(said: list[Any]) -> list[int]:
    return [line["step"] for one in said if one["say"] == "steps" for line in one["lines"]]


def test_it_goes_on_in_slices_to_its_end(learn: Learner) -> None:
    said = talk(learn, begin(), 50)
    assert said[0] == {"say": "ready", "kernels": "simd", "sameBits": True, "workers": 1}
    slices = [len(one["lines"]) for one in said if one["say"] == "steps"]
    assert max(slices) < 12, "messages are looked at in between"
    assert steps(said) == list(range(1, 13))
    assert said[-1]["say"] == "end"
    assert said[-1]["step"] == 12
    assert said[-1]["seconds"] > 0
    again = talk(learn, begin(), 50)
    for name, values in said[-1]["tensors"].items():
        np.testing.assert_array_equal(values, again[-1]["tensors"][name])


def test_pauses_and_single_steps_change_nothing(learn: Learner) -> None:
    straight = talk(learn, begin(), 50)
    said = talk(learn, begin(), 1, "pause", 5, "step", "step", 5, "resume", 1, "step", "pause", 3, "resume", 50)
    paused = [one["step"] for one in said if one["say"] == "paused"]
    assert 0 < paused[0] < paused[1] < 12
    at = said.index(next(one for one in said if one["say"] == "paused"))
    assert [len(one["lines"]) for one in said[at + 1 : at + 3]] == [1, 1], "nothing but what was asked for"
    assert steps(said) == list(range(1, 13))
    assert [one["say"] for one in said].count("end") == 1
    for name, values in straight[-1]["tensors"].items():
        np.testing.assert_array_equal(values, said[-1]["tensors"][name])


def test_it_is_measured_and_read_between_two_steps(learn: Learner) -> None:
    measure = {"ask": "measure", "pictures": pictures(1000, 1100)}
    said = talk(learn, begin(), 2, "pause", measure, "tensors", measure, "resume", 50, measure)
    first, second, last = [one for one in said if one["say"] == "measured"]
    assert first == second
    assert last["step"] == 12
    assert last["accuracy"] > first["accuracy"]
    assert next(one for one in said if one["say"] == "tensors")["step"] == first["step"]
    straight = talk(learn, begin(), 50)
    end = next(one for one in said if one["say"] == "end")
    for name, values in straight[-1]["tensors"].items():
        np.testing.assert_array_equal(values, end["tensors"][name])


@pytest.mark.medium
def test_one_worker_goes_on_where_another_stopped(learn: Learner) -> None:
    straight = talk(learn, begin(), 50)[-1]
    said = talk(learn, begin(), 1, "pause", "state")
    told = next(one for one in said if one["say"] == "state")
    assert 0 < told["state"]["step"] < 12
    assert told["seconds"] > 0
    more = talk(learn, begin(state=told["state"], seconds=told["seconds"]), 50)
    assert steps(said) + steps(more) == list(range(1, 13))
    assert more[-1]["seconds"] > told["seconds"]
    for name, values in straight["tensors"].items():
        np.testing.assert_array_equal(values, more[-1]["tensors"][name])
    ended = talk(learn, begin(), 50, "state")[-1]
    again = talk(learn, begin(state=ended["state"], seconds=2), 5)
    assert [one["say"] for one in again] == ["ready", "end"], "there is nothing left to do"
    assert (again[-1]["step"], again[-1]["seconds"]) == (12, 2)


@pytest.mark.medium
def test_others_are_measured_every_so_many_steps_and_the_weights_told(learn: Learner) -> None:
    others = {"validation": pictures(1000, 1100), "test": pictures(1100, 1150)}
    said = talk(learn, begin(others=others, every=5), 50)
    found = [(one["say"], one["step"], one.get("of")) for one in said if one["say"] in ("measured", "tensors")]
    wanted = [("measured", "validation"), ("measured", "test"), ("tensors", None)]
    assert found == [(say, step, of) for step in (0, 5, 10, 12) for say, of in wanted]
    assert steps(said) == list(range(1, 13))
    straight = talk(learn, begin(), 50)
    for name, values in straight[-1]["tensors"].items():
        np.testing.assert_array_equal(values, said[-1]["tensors"][name])
    last = [one for one in said if one["say"] == "measured"][-2]
    asked = talk(learn, begin(), 50, {"ask": "measure", "pictures": others["validation"]})[-1]
    assert last == {**asked, "of": "validation"}
    told = [one["tensors"] for one in said if one["say"] == "tensors"]
    assert [np.array_equal(a["conv1.weight"], told[-1]["conv1.weight"]) for a in told] == [False] * 3 + [True]


@pytest.mark.medium
def test_a_step_is_walked_through_stage_by_stage(learn: Learner) -> None:
    asked = begin(paused=True, recipe={"steps": 12, "batchSize": 20, "lr": 0.02, "plainLr": None, "optimiser": "sgd"})
    said = talk(learn, asked, *["stage"] * 8, "resume", 50)
    assert [one["say"] for one in said[:2]] == ["ready", "paused"]
    seen = [one["seen"] for one in said if one["say"] == "stage"]
    stages = ["batch", "zero", "forward", "loss", "backward", "update"]
    assert [(one["step"], one["stage"]) for one in seen] == [(1, one) for one in stages] + [
        (2, "batch"),
        (2, "zero"),
    ]
    images, labels = digits()
    batch, zero, forward, loss, backward, update = seen[:6]
    pixels = np.asarray(batch["pixels"]).reshape(20, 64)
    for picture, label in zip(pixels, batch["labels"], strict=True):
        rows = np.flatnonzero((images[:200].reshape(200, 64) == picture).all(axis=1))
        assert label in labels[rows]
    assert batch["scores"] is None
    assert all(one["length"] == one["gradient"] == 0 for one in zero["parameters"])
    scores = torch.tensor(np.asarray(forward["scores"], np.float64).reshape(20, -1), requires_grad=True)
    wanted = torch.nn.functional.cross_entropy(scores, torch.tensor(batch["labels"]), label_smoothing=0.1)
    assert loss["figures"]["loss"] == pytest.approx(wanted.item(), rel=1e-6)
    wanted.backward()  # type: ignore[no-untyped-call]
    assert scores.grad is not None
    last, after = backward["parameters"][-1], update["parameters"][-1]
    assert last["name"] == after["name"] == "fc2.bias"
    assert last["gradient"] == pytest.approx(float(scores.grad.sum(0)[0]), rel=1e-4)
    assert last["length"] == pytest.approx(float(scores.grad.sum(0).norm()), rel=1e-4)
    line = next(one for one in said if one["say"] == "steps")["lines"][0]
    # A bias has no decay, and Nesterov's momentum of 0.9 has nothing to remember yet.
    assert after["value"] == pytest.approx(last["value"] - 1.9 * line["lr"] * last["gradient"], rel=1e-5)
    straight = talk(learn, {**asked, "paused": False}, 50)
    assert steps(said) == steps(straight)
    for name, values in straight[-1]["tensors"].items():
        np.testing.assert_array_equal(values, said[-1]["tensors"][name])


@pytest.mark.parametrize("ask", ["step", "tensors", "pause", "state"])
def test_what_is_asked_between_two_stages_ends_the_step_first(learn: Learner, ask: str) -> None:
    said = talk(learn, begin(paused=True), "stage", "stage", "stage", ask, "tensors")
    after_one = talk(learn, begin(paused=True), "step", "tensors")
    assert steps(said) == [1]
    for name, values in after_one[-1]["tensors"].items():
        np.testing.assert_array_equal(values, said[-1]["tensors"][name])


def test_a_training_that_is_thrown_away_is_gone(learn: Learner) -> None:
    said = talk(learn, begin(), 1, "stop", 5, "resume", begin(seed=2), 50)
    assert [one["say"] for one in said][:4] == ["ready", "steps", "stopped", "failed"]
    assert "no training" in said[3]["message"]
    assert said[-1]["say"] == "end"


@pytest.mark.medium
def test_the_fastest_kernels_that_work_are_taken(learn: Learner, kernels: str) -> None:
    said = talk(learn, begin(kernels=[kernels]), 50)
    assert said[0] == {"say": "ready", "kernels": kernels, "sameBits": kernels != "relaxed", "workers": 1}
    assert said[-1]["say"] == "end"
    first = learn.call("works", wanted=["relaxed", "simd", "plain"])["name"]
    assert talk(learn, begin(kernels=None), 1)[0]["kernels"] == first
    assert learn.call("works", wanted=["none such", "plain"]) == {"name": "plain", "sameBits": True}


def test_what_goes_wrong_is_said(learn: Learner) -> None:
    (said,) = talk(learn, begin(kernels=["other"]))
    assert (said["say"], "other" in said["message"]) == ("failed", True)
    recipe = {"steps": 100, "batchSize": 20, "lr": 1e6, "plainLr": 1e6, "optimiser": "sgd"}
    said = talk(learn, begin(recipe=recipe), 200)
    assert said[-1]["say"] == "failed"
    assert "diverged" in said[-1]["message"]
    assert said[-1]["diverged"] is True
    (said,) = talk(learn, begin(pictures={"pixels": np.zeros(0, np.uint8), "labels": [], "shape": [1, 8, 8]}))
    assert "no picture" in said["message"]
    given = begin(tensors={"conv1.weight": np.zeros(3, np.float32)})
    (said,) = talk(learn, given)
    assert "conv1.weight" in said["message"]
