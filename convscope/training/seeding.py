"""Every random number as a function of what it is for: (seed, epoch, step, process). There is no state to save."""

from __future__ import annotations

import hashlib
import struct

import torch
from torch import Tensor


def permutation(n: int, seed: int, epoch: int) -> Tensor:
    """Return the order (N,) in which the pictures are shown in `epoch`."""
    return torch.randperm(n, generator=torch.Generator().manual_seed(derive_seed(seed, epoch)))


def seed_step(device: torch.device, *parts: int) -> None:
    """Seed torch's generators, of the CPU and of `device`, from whole numbers: augmentation and dropout of a step."""
    seed = derive_seed(*parts)
    if device.type == "cpu":
        torch.default_generator.manual_seed(seed)  # torch.manual_seed looks for GPUs each time
    else:
        torch.manual_seed(seed)


def derive_seed(*parts: int) -> int:
    """Return 63 bits that follow from whole numbers, for seeding: equal for equal parts, unrelated for any others."""
    digest = hashlib.blake2b(struct.pack(f"<{len(parts)}q", *parts), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1
