"""What is wrong with labelled pictures before a network is trained on them: copies, leaks, conflicts, faults."""

from .checks import check as check
from .checks import estimate_seconds as estimate_seconds
from .copies import Copies as Copies
from .copies import find_copies as find_copies
from .copies import groups_of as groups_of
from .copies import leaking_rows as leaking_rows
from .report import Finding as Finding
from .report import Report as Report
