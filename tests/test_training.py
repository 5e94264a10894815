"""The loop against a plain torch loop written by hand, and against its own promises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from convscope.build import Net, build
from convscope.errors import InputError, Interrupted
from convscope.formula import parse, resolve, trace
from convscope.inputs import InputSpec
from convscope.optimisers import SGD, Muon
from convscope.recipes import RECIPES, Augmentation, Recipe
from convscope.runs import Run, read_log
from convscope.training import State, as_tensor, fit, initialised, normalised, number, permutation, scores

CPU = torch.device("cpu")


def toy(
    n: int = 48, shape: tuple[int, int, int] = (1, 8, 8), classes: int = 3, seed: int = 0
) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.integers(0, 256, (n, *shape), dtype=np.uint8)), torch.from_numpy(
        rng.integers(0, classes, n)
    )


def small(
    formula: str = "conv(4, 3) + relu + fc", seed: int = 0, shape: tuple[int, int, int] = (1, 8, 8), classes: int = 3
) -> Net:
    return build(trace(parse(formula), shape, classes), InputSpec(shape), seed).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def recipe(**changes: Any) -> Recipe:
    return Recipe(
        **({"name": "r", "plan": "", "general_plan": "", "epochs": 1.0, "batch_size": 16, "lr": 0.05} | changes)
    )


def same(a: Net, b: Net) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


def test_slides_is_the_plain_loop_to_the_bit() -> None:
    torch.set_num_threads(1)
    images, labels = toy(n=150, shape=(1, 28, 28), classes=10)
    state = State(
        build(trace(resolve("slides")), InputSpec((1, 28, 28)), 5).to(memory_format=torch.channels_last),
        RECIPES["slides"],
    )  # type: ignore[call-overload]
    lines: list[dict[str, Any]] = []
    fit(state, images, labels, seed=5, steps=15, tell=lines.append)

    torch.manual_seed(5)
    net = nn.Sequential(
        nn.Conv2d(1, 16, 5), nn.ReLU(), nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2, 2),
        nn.Conv2d(32, 64, 5), nn.ReLU(), nn.Conv2d(64, 128, 5), nn.ReLU(), nn.Flatten(), nn.Linear(512, 10),
    ).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # fmt: skip
    optimiser, loss_function, losses = torch.optim.SGD(net.parameters(), lr=0.001), nn.CrossEntropyLoss(), []
    for epoch in range(2):
        order = permutation(150, 5, epoch)
        for i in range(0, 150, 16):
            if len(losses) < 15:
                optimiser.zero_grad()
                loss = loss_function(net(images[order[i : i + 16]] / 255), labels[order[i : i + 16]])
                loss.backward()
                optimiser.step()
                losses.append(loss.item())
    for ours, theirs in zip(state.net.parameters(), net.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    steps = [line for line in lines if line["kind"] == "step"]
    assert [(line["step"], line["batch_loss"]) for line in steps] == [(s, losses[s - 1]) for s in (1, 10, 11, 15)]


def test_a_step_of_everything_at_once_is_the_sum_of_its_parts() -> None:
    images, labels = toy()
    r = recipe(label_smoothing=0.2, momentum=0.9, nesterov=True, weight_decay=0.01, warmup=0.5, final=0.0, average=0.7)
    state = State(small(), r)
    fit(state, images, labels, seed=1, steps=3)

    net = small()
    average = None
    reference = torch.optim.SGD(
        [{"params": [p for p in net.parameters() if p.dim() > 1], "weight_decay": 0.01}, {"params": [p for p in net.parameters() if p.dim() == 1]}],
        lr=0.05, momentum=0.9, nesterov=True,
    )  # fmt: skip
    loss_function, order = nn.CrossEntropyLoss(label_smoothing=0.2), permutation(48, 1, 0)
    for step in range(3):
        for group in reference.param_groups:
            group["lr"] = 0.05 * r.share(step, 3)
        chosen = order[16 * step : 16 * step + 16]
        reference.zero_grad()
        loss_function(net(images[chosen]), labels[chosen]).backward()
        reference.step()
        now = {n: p.detach().clone() for n, p in net.named_parameters()}
        average = now if average is None else {n: 0.7 * average[n] + 0.3 * p for n, p in now.items()}
    assert average is not None
    for name, p in net.named_parameters():
        torch.testing.assert_close(state.net.get_parameter(name), p)
        torch.testing.assert_close(state.result.get_parameter(name).detach(), average[name])
    assert state.result is not state.net


def test_parameters_go_to_the_optimiser_of_their_role() -> None:
    net = small("conv(4, 3, bias=False) + bn + relu + conv(5, 3) + prelu + fc(6) + bn + relu + fc")
    state = State(net, recipe(optimiser="muon", filter_lr=0.2, lr=0.1, plain_lr=0.01, momentum=0.9, weight_decay=0.1))
    muon, decayed, rest = state.optimisers
    assert isinstance(muon, Muon)
    assert isinstance(decayed, SGD)
    assert isinstance(rest, SGD)
    assert [n.removesuffix(".momentum") for n in muon.state] == ["conv1.weight"]
    assert [n.removesuffix(".momentum") for n in decayed.state] == ["conv2.weight", "fc1.weight", "fc2.weight"]
    names = ["bn1.weight", "bn1.bias", "conv2.bias", "prelu1.weight", "fc1.bias", "bn2.weight", "bn2.bias", "fc2.bias"]
    assert [n.removesuffix(".momentum") for n in rest.state] == names
    assert (muon.lr, decayed.lr, rest.lr, decayed.weight_decay, rest.weight_decay) == (0.2, 0.1, 0.1, 0.1, 0.0)
    plain = State(small(), recipe(optimiser="muon", filter_lr=0.2, lr=0.1, plain_lr=0.01))
    assert [type(o) for o in plain.optimisers] == [SGD, SGD]
    assert plain.lr == 0.01


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_broken_off_anywhere_and_restored_it_ends_in_the_same_bits(precision: str) -> None:
    images, labels = toy(n=50)
    r = recipe(
        epochs=2.0, optimiser="muon", filter_lr=0.1, momentum=0.9, nesterov=True, average=0.9, augmentation=Augmentation(rotate=9.0, flip=True),
        precision=precision, log_every=2, warmup=0.3, final=0.0,
    )  # fmt: skip
    formula = "crop(7) + conv(4, 3, bias=False) + bn + relu + dropout(0.5) + fc"
    whole, lines = State(small(formula), r), []
    fit(whole, images, labels, seed=3, steps=6, tell=lines.append)
    for at in range(1, 6):
        first, said = State(small(formula), r), []
        asked = iter([*[False] * (at - 1), True])
        with pytest.raises(Interrupted, match=f"stopped at step {at} of 6"):
            fit(first, images, labels, seed=3, steps=6, tell=said.append, stop=lambda asked=asked: next(asked))
        second = State(small(formula, seed=9), r)
        second.restore(*first.contents())
        fit(second, images, labels, seed=3, steps=6, tell=said.append)
        assert same(second.net, whole.net)
        assert same(second.result, whole.result)
        for line in (*said, *lines):
            line.pop("time", None)
        assert said == lines


@pytest.mark.parametrize(
    ("formula", "free"),
    [
        ("conv(4, 3) + bn + relu + fc", "conv1"),
        (
            "conv(4, 3) + maxpool(2) + bn + relu + conv(3, 2) + relu + dropout(0.5) + avgpool(2) + bn + fc",
            "conv1 conv2",
        ),
        ("bn + conv(4, 3) + relu + conv(4, 3) + sigmoid + bn + fc", ""),
        ("conv(4, 3) + gap + flatten + bn + fc(3) + bn + fc", "conv1"),
        ("conv(4, 3) + skip(bn + conv(4, 1) + prelu + bn) + fc", "conv2"),  # the skip reads conv1 itself as well
        ("skip(conv(1, 3, pad=1)) + bn + fc", ""),
        ("conv(4, 3) + leaky_relu + skip(leaky_relu) + bn + fc", ""),
    ],
)
def test_filters_whose_length_batchnorm_undoes(formula: str, free: str) -> None:
    net = build(
        trace(parse(formula), (1, 8, 8), 3), InputSpec((1, 8, 8), (128.0,), (1.0,))
    ).train()  # large, so that BatchNorm's eps is nothing
    found = normalised(net.network)
    assert found == {f"{name}.weight" for name in free.split()}
    images, _ = toy()
    for node in net.network.nodes:
        if node.name.startswith("conv"):
            torch.manual_seed(0)
            before = net(images)
            with torch.no_grad():
                parameters = [net.get_parameter(f"{node.name}.{name}") for name, _ in node.weights]
                for p in parameters:
                    p.mul_(8)
                torch.manual_seed(0)
                after = net(images)
                for p in parameters:
                    p.div_(8)
            unchanged = bool((before - after).abs().max() < 0.02 * before.abs().max())
            assert unchanged or f"{node.name}.weight" not in found, node.name


def test_orthogonal_filters_are_orthogonal_and_others_torchs_own() -> None:
    formula = "conv(4, 3) + bn + conv(90, 3) + bn + relu + conv(3, 2) + fc"
    net, plain = small(formula), small(formula)
    assert initialised(net, recipe(), 3) is net
    assert same(net, plain)
    initialised(net, recipe(initial="orthogonal"), 3)
    for name in ("conv1", "conv2"):
        bank = net.get_parameter(f"{name}.weight").detach().flatten(1)
        short = bank @ bank.T if bank.shape[0] < bank.shape[1] else bank.T @ bank
        torch.testing.assert_close(short, torch.eye(len(short)), atol=1e-5, rtol=0)
    assert torch.equal(net.get_parameter("conv3.weight"), plain.get_parameter("conv3.weight"))
    assert torch.equal(net.get_parameter("conv1.bias"), plain.get_parameter("conv1.bias"))
    assert same(initialised(small(formula), recipe(initial="orthogonal"), 3), net)
    assert not same(initialised(small(formula), recipe(initial="orthogonal"), 4), net)


def test_every_picture_is_shown_once_an_epoch_in_an_order_of_its_own() -> None:
    orders = [permutation(100, seed, epoch) for seed in (0, 1) for epoch in (0, 1)]
    assert all(sorted(o.tolist()) == list(range(100)) for o in orders)
    assert len({tuple(o.tolist()) for o in orders}) == 4
    assert torch.equal(permutation(100, 1, 1), orders[3])
    parts = {number(*p) for p in ((0,), (0, 0), (0, 1), (1, 0), (0, 0, 0), (256,), (2**40, 1))}
    assert len(parts) == 7
    assert all(0 <= p < 2**63 for p in parts)


def test_pictures_and_labels_stay_together() -> None:
    images, labels = toy(n=64, classes=3)
    images[:] = (labels * 100)[:, None, None, None].to(torch.uint8)
    state = State(small("fc"), recipe(epochs=30.0, lr=0.3, momentum=0.9))
    fit(state, images, labels, seed=0, steps=120)
    assert (scores(state.net, images).argmax(1) == labels.numpy()).all()


def test_partial_batches_are_trained_on_if_the_recipe_says_so() -> None:
    for partial, sizes in ((False, [16, 16, 16, 16]), (True, [16, 16, 2, 16])):
        images, labels = toy(n=34)
        lines: list[dict[str, Any]] = []
        state = State(small(), recipe(partial_batches=partial, log_every=1))
        seen: list[int] = []
        state.net.register_forward_hook(lambda module, x, y, seen=seen: seen.append(len(y)))
        fit(state, images, labels, seed=0, steps=4, tell=lines.append)
        assert seen == sizes
        assert [line["step"] for line in lines if line["kind"] == "epoch"] == ([3, 4] if partial else [2, 4])


def test_the_log_holds_means_over_what_it_spans(tmp_path: Path) -> None:
    images, labels = toy(n=96)
    every: list[dict[str, Any]] = []
    fit(State(small(), recipe(log_every=1)), images, labels, seed=0, steps=9, tell=every.append)
    with Run.create(tmp_path / "r", {}) as run:
        fit(
            State(small(), recipe(log_every=4)),
            images,
            labels,
            seed=0,
            steps=9,
            run=run,
            measure=lambda net: {"accuracy": 0.5},
        )
    one = [line for line in every if line["kind"] == "step"]
    log = read_log(tmp_path / "r")
    steps = [line for line in log if line["kind"] == "step"]
    assert [line["step"] for line in steps] == [1, 5, 6, 7, 9]
    for line, first, last in zip(steps, (0, 1, 5, 6, 7), (1, 5, 6, 7, 9), strict=True):
        assert line["loss"] == pytest.approx(np.mean([o["loss"] for o in one[first:last]]))
        assert line["accuracy"] == pytest.approx(np.mean([o["accuracy"] for o in one[first:last]]))
        assert line["batch_loss"] == one[last - 1]["loss"]
    epochs = [line for line in log if line["kind"] == "epoch"]
    assert [line["epoch"] for line in epochs] == [1.0, 1.5]
    assert epochs[0]["train"]["loss"] == pytest.approx(np.mean([o["loss"] for o in one[:6]]))
    assert epochs[1]["train"]["loss"] == pytest.approx(np.mean([o["loss"] for o in one[6:]]))
    assert epochs[0]["validation"] == {"accuracy": 0.5}


def test_a_loss_that_is_not_finite_ends_it_and_keeps_the_last_good_checkpoint(tmp_path: Path) -> None:
    images, labels = toy()
    state = State(small("conv(4, 3) + relu + fc(9) + fc"), recipe(lr=1e30, epochs=9.0, log_every=50))
    with Run.create(tmp_path / "r", {}) as run:
        with pytest.raises(
            InputError, match=r"no longer finite at step 2, learning rate 1e\+30, got (nan|inf)\ntry: --lr 3e\+29"
        ) as caught:
            fit(state, images, labels, seed=0, steps=27, run=run, keep_seconds=0.0)
        tensors, facts, troubles = run.newest()
    assert caught.value.exit_code == 3
    assert (facts["step"], troubles) == (1, [])
    assert tensors is not None
    assert all(np.isfinite(t).all() for n, t in tensors.items())


def test_snapshots_are_asked_for_when_due() -> None:
    images, labels = toy()
    shown: list[int] = []
    fit(
        State(small(), recipe()),
        images,
        labels,
        seed=0,
        steps=7,
        show=lambda net, step: shown.append(step),
        show_at=frozenset({0, 2, 5, 7}),
    )
    assert shown == [0, 2, 5, 7]


def test_checkpoints_are_as_far_apart_as_asked(tmp_path: Path) -> None:
    images, labels = toy()
    for seconds, kept in ((0.0, [2, 3]), (1000.0, [3])):
        with Run.create(tmp_path / str(seconds), {}) as run:
            fit(State(small(), recipe()), images, labels, seed=0, steps=3, run=run, keep_seconds=seconds)
        assert [int(p.stem) for p in sorted((run.path / "checkpoints").iterdir())] == kept


def test_scores_are_those_of_evaluation_and_leave_the_net_as_it_was() -> None:
    images, _ = toy(n=21)
    net = small("crop(6) + conv(4, 3) + bn + dropout(0.5) + fc").train()
    before = {n: v.clone() for n, v in net.state_dict().items()}
    got = scores(net, images, batch=4)
    assert net.training
    assert all(torch.equal(v, before[n]) for n, v in net.state_dict().items())
    with torch.no_grad():
        np.testing.assert_allclose(got, net.eval()(images).numpy(), rtol=1e-5, atol=1e-6)
    assert scores(net, images[:0]).shape == (0, 3)
    assert not net.training


def test_memory_that_is_only_read_becomes_a_tensor_without_a_copy() -> None:
    array = np.arange(5, dtype=np.uint8)
    array.flags.writeable = False
    tensor = as_tensor(array, CPU)
    assert tensor.data_ptr() == array.ctypes.data
