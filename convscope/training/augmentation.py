"""Augmentation of whole batches as tensor operations: cut out, shift, affine, flip, erase. No per-picture Python.

Random numbers are drawn on the CPU from the generator given, so that a seed means the same pictures on every
device. Pictures are uint8 (N, C, H, W); a batch comes out as uint8, or as float32 in the same units 0…255 if it was
resampled.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from .recipes import Augmentation

SMOOTH = 4.0  # pixels: how far from a place an elastic field still moves nearly the same way


def batch(
    images: Tensor,
    chosen: Tensor,
    size: tuple[int, int],
    how: Augmentation,
    generator: torch.Generator,
    mean: tuple[float, ...] = (0.0,),
) -> Tensor:
    """Return the pictures `chosen` (B,) of `images` (N, C, H, W), augmented and cut to `size` (h, w): (B, C, h, w).

    `mean` (C or 1 numbers, 0…255) is what erased squares are filled with.
    """
    n, (h, w) = len(chosen), size
    device = images.device
    if how.resamples:
        maps = matrices(n, how, generator).to(device)
        bent = how.elastic * field(n, size, generator).to(device) if how.elastic else None
        x = affine(images.index_select(0, chosen).float(), maps, size, edge=how.edge, moved=bent)
    else:
        rows = _whole(n, images.shape[2] + 2 * how.shift - h, generator).to(device)
        columns = _whole(n, images.shape[3] + 2 * how.shift - w, generator).to(device)
        if how.shift:
            x = windows(
                pad(images.index_select(0, chosen), how.shift, how.edge),
                torch.arange(n, device=device),
                rows,
                columns,
                size,
            )
        else:
            x = windows(images, chosen, rows, columns, size)
    if how.flip:
        mirrored = (torch.rand(n, generator=generator) < 0.5).to(device)
        x = torch.where(mirrored[:, None, None, None], x.flip(3), x)
    if how.erase:
        rows, columns = _whole(n, h - 1, generator).to(device), _whole(n, w - 1, generator).to(device)
        x = erase(x, how.erase, rows, columns, mean)
    return x


def windows(images: Tensor, chosen: Tensor, rows: Tensor, columns: Tensor, size: tuple[int, int]) -> Tensor:
    """Return, of each picture `chosen` (B,), the window of `size` whose upper left pixel is (rows, columns), each (B,).

    One gather over a view of all windows: (N, C, H, W) → (B, C, h, w), without a copy in between.
    """
    if images.shape[2:] == size:
        return images.index_select(0, chosen)
    return images.unfold(2, size[0], 1).unfold(3, size[1], 1)[chosen, :, rows, columns]


def pad(x: Tensor, pixels: int, edge: bool = False) -> Tensor:
    """Return (B, C, H, W) with `pixels` more on every side: black (0), or the border's own pixels continued."""
    if not edge:
        return functional.pad(x, (pixels, pixels, pixels, pixels))
    h, w = x.shape[2:]
    rows = torch.arange(-pixels, h + pixels, device=x.device).clamp_(0, h - 1)
    columns = torch.arange(-pixels, w + pixels, device=x.device).clamp_(0, w - 1)
    return x.index_select(2, rows).index_select(3, columns)


def matrices(n: int, how: Augmentation, generator: torch.Generator) -> Tensor:
    """Draw `n` affine maps (n, 2, 3) from a pixel of the result to the place it is taken from, (x, y) from the middle.

    Each is rotation · shear · scale, then a translation: x' = a·x + b·y + t in pixels. `zoom` multiplies both scales by
    one factor, as likely to be nearer as to be farther.
    """
    draw = _even(6, n, generator)
    angle = draw[0] * math.radians(how.rotate)
    sx, sy = 1 + draw[1] * how.scale, 1 + draw[2] * how.scale
    if how.zoom:
        distance = (1 + how.zoom) ** _even(1, n, generator)[0]
        sx, sy = sx * distance, sy * distance
    shear = draw[3] * how.shear
    cos, sin = angle.cos(), angle.sin()
    first = torch.stack([cos * sx, (cos * shear - sin) * sy, draw[4] * how.translate], 1)
    second = torch.stack([sin * sx, (sin * shear + cos) * sy, draw[5] * how.translate], 1)
    return torch.stack([first, second], 1)  # (n, 2, 3)


def field(n: int, size: tuple[int, int], generator: torch.Generator) -> Tensor:
    """Draw `n` smooth random fields (n, 2, h, w), across and down: normal numbers of standard deviation 1.

    White noise on a coarse net, smoothed by a Gauss curve of SMOOTH pixels (Simard et al. 2003, who took 4): places r
    pixels apart move together, with a correlation of about exp(−r²/4·SMOOTH²).
    """
    down, across = net_weights(size[0]), net_weights(size[1])
    noise = torch.randn(n, 2, down.shape[1], across.shape[1], generator=generator)
    return down @ noise @ across.T


def net_weights(pixels: int) -> Tensor:
    """Return the weights (pixels, m) of m net points, SMOOTH pixels apart, on each of a row of pixels; squares add up
    to 1.
    """
    reach = math.ceil((pixels - 1) / 2 / SMOOTH) + 2
    net = SMOOTH * torch.arange(-reach, reach + 1, dtype=torch.float32)
    places = torch.arange(pixels, dtype=torch.float32) - (pixels - 1) / 2
    weights = torch.exp(-((places[:, None] - net) ** 2) / (2 * SMOOTH**2))
    return functional.normalize(weights, dim=1)


def affine(x: Tensor, maps: Tensor, size: tuple[int, int], edge: bool = False, moved: Tensor | None = None) -> Tensor:
    """Resample float pictures (B, C, H, W) bilinearly through `maps` (B, 2, 3) to (B, C, h, w), middle on middle.

    The identity map cuts out the middle window as `crop` does, floor((H − h)/2) from the top and likewise from the
    left. `moved` (B, 2, h, w) is added to where each pixel is taken from: pixels across, pixels down.
    """
    (height, width), (h, w), n = x.shape[2:], size, len(x)
    across = torch.arange(w, dtype=torch.float32, device=x.device) - (w - 1) / 2
    down = torch.arange(h, dtype=torch.float32, device=x.device) - (h - 1) / 2
    places = torch.stack([across.repeat(h), down.repeat_interleave(w), torch.ones(h * w, device=x.device)])  # (3, h·w)
    # From pixels, counted from the middle of the window, to grid_sample's −1…1 over the picture: (2·pixel + 1)/extent −
    # 1.
    middle = [[(width - w) // 2 + (w - 1) / 2], [(height - h) // 2 + (h - 1) / 2]]
    extent = torch.tensor([[width], [height]], dtype=torch.float32, device=x.device)
    scaled = maps * (2 / extent)
    scaled[:, :, 2:] += (2 * torch.tensor(middle, device=x.device) + 1) / extent - 1
    grid = (scaled.view(2 * n, 3) @ places).view(n, 2, h, w)
    if moved is not None:
        grid = torch.addcmul(grid, moved, (2 / extent)[:, :, None])
    grid = grid.permute(0, 2, 3, 1)  # (B, h, w, 2)
    mode = "border" if edge else "zeros"
    return functional.grid_sample(x, grid, mode="bilinear", padding_mode=mode, align_corners=False)


def erase(x: Tensor, side: int, rows: Tensor, columns: Tensor, mean: tuple[float, ...]) -> Tensor:
    """Fill a square of `side` pixels around (rows, columns), each (B,), with `mean`; what lies outside is cut off."""
    h, w = x.shape[2:]
    down = torch.arange(h, device=x.device) - (rows[:, None] - side // 2)  # (B, h)
    across = torch.arange(w, device=x.device) - (columns[:, None] - side // 2)
    inside = ((down >= 0) & (down < side))[:, :, None] & ((across >= 0) & (across < side))[:, None, :]
    fill = torch.tensor(mean, device=x.device).round().to(x.dtype)[:, None, None]
    return torch.where(inside[:, None], fill, x)


def _whole(n: int, most: int, generator: torch.Generator) -> Tensor:
    """Draw `n` whole numbers from 0 to `most`."""
    return torch.randint(most + 1, (n,), generator=generator)


def _even(rows: int, n: int, generator: torch.Generator) -> Tensor:
    """Draw numbers (rows, n), uniform in ±1."""
    return torch.rand(rows, n, generator=generator).mul_(2).sub_(1)
