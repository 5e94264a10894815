"""None of these: how foreign a picture is to a network's training pictures, and from where on no class is named.

`Rejection` is what a model file keeps beside the tensors of its graph; reading it needs no numpy.
"""

from .record import Fitted as Fitted
from .record import Part as Part
from .record import Rejection as Rejection
