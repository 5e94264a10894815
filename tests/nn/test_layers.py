"""The torch modules of layers that torch.nn has none for, or computes wrongly."""

from __future__ import annotations

import torch

from tests.nn.test_net import net_of


def test_one_channel_said_to_be_in_pixels_is_convolved_as_planes() -> None:
    """torch 2.13.0 is wrong by more than the numbers themselves here: outputs one column wide, three columns a step."""
    net = net_of("conv(1, 1) + conv(8, 3, stride=(1, 3)) + fc", (3, 6, 4), seed=3)
    exact = net_of("conv(1, 1) + conv(8, 3, stride=(1, 3)) + fc", (3, 6, 4), seed=3).double()
    x = torch.rand(4, 3, 6, 4)
    found: list[torch.Tensor] = []
    for made, picture in ((net.to(memory_format=torch.channels_last), x), (exact, x.double())):  # type: ignore[call-overload]
        given = picture.contiguous(memory_format=torch.channels_last)
        out = made.fc1(made.flatten1(made.conv2(made.conv1(given))))
        out.square().sum().backward()
        found += [out.detach().double(), *(p.grad.double() for p in made.parameters() if p.grad is not None)]
    ours, theirs = found[: len(found) // 2], found[len(found) // 2 :]
    assert len(ours) == 7
    for mine, wanted in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, wanted, rtol=1e-4, atol=1e-5)


def test_the_strides_of_one_channel_change_nothing() -> None:
    net = net_of("layer_norm + conv(8, (5, 4), stride=(1, 3), pad=(0, 1)) + fc", (1, 6, 4))
    x = torch.rand(4, 1, 6, 4)
    pixels = x.movedim(1, -1).contiguous().movedim(-1, 1)
    with torch.no_grad():
        assert torch.equal(net(x), net(pixels))
        torch.testing.assert_close(net(x)[:1], net(x[:1]), rtol=1e-5, atol=1e-6)


def test_it_is_torchs_own_where_torch_is_right() -> None:
    net = net_of("conv(1, 3) + conv(1, (3, 26), stride=(1, 2)) + conv(2, 1) + fc", (3, 28, 28))
    assert [type(layer).__name__ for layer in (net.conv1, net.conv2, net.conv3)] == ["Conv2d", "PlanarConv", "Conv2d"]
