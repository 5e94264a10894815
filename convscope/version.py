"""The version of convscope: hatchling reads it for the package's metadata."""

__version__ = "0.2.0.dev0"
