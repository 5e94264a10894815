"""`python -m convscope`, the same as `convscope`."""

from .cli.main import script

if __name__ == "__main__":
    script()
