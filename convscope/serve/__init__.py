"""A model behind HTTP: pictures in, answers as `convscope predict --json` has them. `server.serve` is the entry point.

A request's way: web/guard (bounds) → `access` (who may ask) → `app` (routes) → `reading` (a body's pictures) →
`answering` (decoded, computed by `batching` with those of other requests, told) → JSON. docs/serving.md.
"""
