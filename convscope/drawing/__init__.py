"""Pictures of networks for papers and slides: `convscope draw`.

what is drawn (source.py) → units (units.py) → repeats folded (folding.py) → places (layout.py) → shapes (painting.py)
→ a file (svg.py, pdf.py, png.py).
"""

from .composing import draw as draw
from .picture import Picture as Picture
