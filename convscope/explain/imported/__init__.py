"""Torch modules that convscope did not build, as its own networks where every layer is known."""
