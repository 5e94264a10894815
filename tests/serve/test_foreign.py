"""A network that convscope did not write, behind the same routes."""

from __future__ import annotations
