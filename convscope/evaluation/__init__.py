"""How good a network is on labelled pictures: figures with their intervals, and what exactly was measured. Never
torch.
"""

from .classes import matched as matched
from .figures import Evaluation as Evaluation
from .figures import Measured as Measured
from .figures import score as score
from .intervals import wilson as wilson
from .measuring import evaluate as evaluate
