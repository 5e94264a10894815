"""Small vision transformers as people write them: patches, a class token, positions, blocks of attention, a head."""

from __future__ import annotations

import io
import warnings
from typing import Any, Literal

import torch
import torch.nn.functional as fun
from torch import Tensor, nn

Attends = Literal["module", "softmax", "product"]
SHAPE = (3, 16, 12)


class Attention(nn.Module):
    """Attention written out, or by torch's function."""

    def __init__(self, width: int, heads: int, how: Attends) -> None:
        super().__init__()
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.heads, self.how = heads, how

    def forward(self, x: Tensor) -> Tensor:
        n, length, width = x.shape
        parts = self.qkv(x).reshape(n, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = parts.unbind(0)
        if self.how == "product":
            made = fun.scaled_dot_product_attention(q, k, v)
        else:
            made = (q * (width // self.heads) ** -0.5 @ k.transpose(-2, -1)).softmax(-1) @ v
        made = made.transpose(1, 2).reshape(n, length, width)
        return self.proj(made)


class Block(nn.Module):
    def __init__(self, width: int, heads: int, how: Attends) -> None:
        super().__init__()
        self.norm, self.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width)
        whole = nn.MultiheadAttention(width, heads, batch_first=True)
        self.attention = whole if how == "module" else Attention(width, heads, how)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(0.1), nn.Linear(2 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(x)
        if isinstance(self.attention, nn.MultiheadAttention):
            y = self.attention(y, y, y, need_weights=False)[0]
        else:
            y = self.attention(y)
        x = x + y
        return x + self.mlp(self.norm2(x))


class ViT(nn.Module):
    """Dosovitskiy et al. 2021, small: 4×3 patches of 4×4 pixels, 8 numbers a token, 2 blocks of 2 heads."""

    def __init__(self, how: Attends = "module", token: bool = True) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.patches = nn.Conv2d(3, 8, 4, 4)
        self.token = nn.Parameter(torch.randn(1, 1, 8)) if token else None
        self.position = nn.Parameter(torch.randn(1, 12 + token, 8))
        self.blocks = nn.Sequential(Block(8, 2, how), Block(8, 2, how))
        self.norm, self.head = nn.LayerNorm(8), nn.Linear(8, 5)
        for numbers in self.parameters():  # no two alike, which a file would hold once
            if numbers.dim() == 1:
                nn.init.normal_(numbers)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2)
        if self.token is not None:
            x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1)
        x = self.norm(self.blocks(x + self.position))
        return self.head(x.mean(1) if self.token is None else x[:, 0])


class Encoder(ViT):
    """The same by torch's own encoder, or one layer of it."""

    def __init__(self, whole: bool = True, batch_first: bool = True, **options: Any) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(8, 2, 16, 0.1, batch_first=batch_first, **options)
        self.blocks: nn.Module = nn.TransformerEncoder(layer, 2, nn.LayerNorm(8), False) if whole else layer
        self.batch_first = batch_first
        for numbers in self.blocks.parameters():
            if numbers.dim() == 1:
                nn.init.normal_(numbers)

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x).flatten(2).transpose(1, 2)
        assert self.token is not None
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.position
        x = self.blocks(x) if self.batch_first else self.blocks(x.transpose(0, 1)).transpose(0, 1)
        return self.head(self.norm(x)[:, 0])


def exported(module: nn.Module, opset: int = 17, batch: bool = False) -> bytes:
    """Return a module as torch writes it as an ONNX file, its pictures' number left open with `batch`."""
    file = io.BytesIO()
    axes = {"dynamic_axes": {"x": {0: "n"}}} if batch else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            (torch.rand(1, *SHAPE),),
            file,
            input_names=["x"],
            output_names=["y"],
            opset_version=opset,
            dynamo=False,
            **axes,
        )
    return file.getvalue()
