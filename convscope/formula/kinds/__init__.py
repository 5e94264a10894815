"""The layer kinds: a file a family, a class a kind, and the list of all of them."""

from __future__ import annotations

from .activations import ELU as ELU
from .activations import GELU as GELU
from .activations import Clip as Clip
from .activations import GELUTanh as GELUTanh
from .activations import HardSigmoid as HardSigmoid
from .activations import HardSwish as HardSwish
from .activations import LeakyReLU as LeakyReLU
from .activations import PReLU as PReLU
from .activations import ReLU as ReLU
from .activations import ReLU6 as ReLU6
from .activations import Sigmoid as Sigmoid
from .activations import SiLU as SiLU
from .activations import Softplus as Softplus
from .activations import Tanh as Tanh
from .base import Layer as Layer
from .convolution import Conv as Conv
from .dense import FC as FC
from .groups import GroupNorm as GroupNorm
from .groups import LayerNorm as LayerNorm
from .joins import Add as Add
from .joins import Concat as Concat
from .joins import Mul as Mul
from .normalisation import LRN as LRN
from .normalisation import BatchNorm as BatchNorm
from .normalisation import Dropout as Dropout
from .normalisation import Scale as Scale
from .pooling import AdaptiveAvgPool as AdaptiveAvgPool
from .pooling import AvgPool as AvgPool
from .pooling import GlobalAvgPool as GlobalAvgPool
from .pooling import MaxPool as MaxPool
from .resampling import Pad as Pad
from .resampling import Upsample as Upsample
from .shape import ChannelShuffle as ChannelShuffle
from .shape import ChannelSlice as ChannelSlice
from .shape import Crop as Crop
from .shape import Flatten as Flatten
from .softmax import LogSoftmax as LogSoftmax
from .softmax import Softmax as Softmax
from .tokens import Position as Position
from .tokens import Tokens as Tokens
from .transposed import ConvTranspose as ConvTranspose

KINDS: tuple[type[Layer], ...] = (
    *(Conv, ReLU, LeakyReLU, PReLU, ReLU6, Clip, ELU, GELU, GELUTanh, SiLU, HardSwish),
    *(Softplus, Sigmoid, HardSigmoid, Tanh),
    *(
        MaxPool,
        AvgPool,
        AdaptiveAvgPool,
        GlobalAvgPool,
        BatchNorm,
        GroupNorm,
        LayerNorm,
        LRN,
        Scale,
        Softmax,
        LogSoftmax,
        Dropout,
        Flatten,
        FC,
        ChannelShuffle,
        Pad,
        Upsample,
        ConvTranspose,
        ChannelSlice,
        Tokens,
        Position,
        Crop,
        Add,
        Mul,
        Concat,
    ),
)
LAYERS: dict[str, type[Layer]] = {kind.name: kind for kind in KINDS if kind not in (Add, Mul, Concat)}
"""What a formula can call by name as a layer; an Add is the end of its skip(…), a Mul of its gate(…), a Concat of its
branches."""
