"""The payload: everything that a page is given, as one JSON object (docs/payload.md)."""
