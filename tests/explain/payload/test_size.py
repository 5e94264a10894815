"""What is left out of a payload, and in which order, until it fits; the payload it began with stays as it was."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from convscope.errors import InputError
from convscope.explain.payload import records, run_records
from convscope.explain.payload.encoding import dumps, to_bytes
from convscope.explain.payload.gather import gather
from convscope.explain.payload.size import characters, reduce_to
from convscope.explain.subject.samples import blank
from convscope.explain.subject.subject import subject_of_net
from tests.explain.nets import net_of

PICTURE = np.zeros((1, 30, 30), np.uint8)


@cache
def whole() -> records.Payload:
    """Return a payload that has nine patches at each end of four channels, two snapshots and fifty mistakes."""
    net = net_of("conv(4, 3) + fc")
    bare = gather(subject_of_net(net, ("a", "b", "c")), blank(net.spec.shape, net.spec.mean))
    assert bare.left_out == ("data",)
    patch = records.Patch(PICTURE, 1.0, None, (0, 0))
    card = records.ChannelCard((patch,) * 9, (patch,) * 9, 0.5, None, "ok")
    maps = {"conv1": np.zeros((8, 30, 30), np.float32)}
    shot = run_records.Snapshot(0, {}, maps, np.zeros(3), ((0,) * 3,) * 3, 1.0, 0.5)
    columns = tuple(range(50)), (0,) * 50, (0.5,) * 50, (1.0,) * 50
    mistakes = records.Mistakes(np.arange(50, dtype=np.uint8)[:, None, None, None].repeat(900, 3), *columns)
    return replace(
        bare,
        channels={"conv1": (card,) * 4},
        run=run_records.Run((), (shot, shot), PICTURE, "held-out", 0.0),
        errors=records.Errors(((0,) * 3,) * 3, 50, "test", mistakes),
        left_out=(),
    )


def test_a_network_whose_maps_no_page_holds_is_refused_by_its_shapes_alone() -> None:
    net = net_of("conv(1, 1, pad=6000) + gap + fc")
    with pytest.raises(InputError) as caught:
        gather(subject_of_net(net, ("a", "b", "c")), blank(net.spec.shape, net.spec.mean))
    assert (caught.value.key, caught.value.got) == ("page.maps", f"{12012 * 12011 + 1 + 1 + 3:,}")


def beside_another() -> records.Against:
    """Return a second network with the scores of three samples."""
    net = net_of("conv(2, 3) + fc")
    subject = subject_of_net(net, ("a", "b", "c"))
    page = gather(subject, blank(net.spec.shape, net.spec.mean), against=subject)
    assert page.against
    return replace(page.against, logits=np.zeros((3, 3), np.float32))


def test_the_scores_of_a_second_network_go_with_the_samples() -> None:
    samples = records.Samples(np.zeros((3, 1, 12, 11), np.uint8), (None,) * 3, ("",) * 3, np.zeros((3, 3)), "torch")
    least = reduce_to(replace(whole(), samples=samples, against=beside_another()), 0)
    assert least.against
    assert (len(least.samples.logits), len(least.against.logits)) == (1, 1)
    assert least.against.tensors.keys() == beside_another().tensors.keys()


def test_what_fits_is_left_whole() -> None:
    assert reduce_to(whole(), len(dumps(whole()))) is whole()


def shown(payload: records.Payload) -> tuple[int, int, int, int]:
    """Return how many patches an end, maps a snapshot, mistakes and snapshots a payload has."""
    assert payload.channels
    assert payload.run
    assert payload.errors
    patches = {len(end) for card in payload.channels["conv1"] for end in (card.top, card.bottom)}
    maps = {len(shot.maps) for shot in payload.run.snapshots} or {0}
    mistakes = payload.errors.mistakes
    assert len(mistakes.pictures) == len(mistakes.labels) == len(mistakes.loss)
    (patch,), (each,) = patches, maps
    return patch, each, len(mistakes.labels), len(payload.run.snapshots)


def test_the_order_of_what_goes() -> None:
    """Each step as the limit falls just below what the last one reached."""
    payload, before, found = whole(), dumps(whole()), []
    for _ in range(8):
        payload = reduce_to(whole(), len(dumps(payload)) - 1)
        found.append((shown(payload), payload.left_out[-1]))
    assert found == [
        ((6, 1, 50, 2), "fewer-patches"),
        ((4, 1, 50, 2), "fewer-patches"),
        ((4, 0, 50, 2), "snapshot-maps"),
        ((2, 0, 50, 2), "snapshot-maps"),
        ((2, 0, 40, 2), "fewer-mistakes"),
        ((0, 0, 40, 2), "patches"),
        ((0, 0, 10, 2), "patches"),
        ((0, 0, 10, 0), "snapshots"),
    ]
    assert payload.left_out == ("fewer-patches", "snapshot-maps", "fewer-mistakes", "patches", "snapshots")
    assert payload.errors
    assert payload.errors.mistakes.labels == tuple(range(10))
    assert payload.errors.mistakes.pictures[:, 0, 0, 0].tolist() == list(range(10))
    assert dumps(whole()) == before


def test_at_last_samples_shares_and_cards_go_but_one_sample_stays() -> None:
    samples = records.Samples(np.zeros((20, 1, 12, 11), np.uint8), (None,) * 20, ("",) * 20, np.zeros((20, 3)), "torch")
    shared = {"conv1": (replace(whole().channels["conv1"][0], by_class=(0.5, 0.5, 0.5)),)}  # type: ignore[index]
    least = reduce_to(replace(whole(), samples=samples, channels=shared), 0)
    assert (least.channels, len(least.samples.pictures), len(least.samples.logits)) == (None, 1, 1)
    assert least.left_out[-4:] == ("snapshots", "class-shares", "samples", "channels")
    assert least.tensors.keys() == whole().tensors.keys()


def test_characters_are_counted_without_writing_the_weights() -> None:
    tensors = {"a.weight": to_bytes(np.ones((3, 70))), "b.bias": np.ones(2)}
    second = replace(beside_another(), tensors=tensors)
    for payload in (whole(), replace(whole(), tensors=tensors), replace(whole(), against=second)):
        assert characters(payload) == len(dumps(payload))
