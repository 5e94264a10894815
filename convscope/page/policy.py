"""What a page may do: its content security policy, which knows its own script and style by their hashes."""

from __future__ import annotations

import base64
import hashlib


def policy_of(
    script: str,
    style: str,
    opens: tuple[tuple[str, str], ...],
    *,
    works: bool,
    own_worker: bool = False,
    allow: tuple[str, ...] = (),
) -> str:
    """Return the policy of a page with this script and style; `works`: whether it may start a worker of a script that
    it holds and compile WebAssembly, the rest as `document` says.
    """
    return "; ".join(
        (
            "default-src 'none'",
            " ".join(["script-src", _hash(script), *(_hash(one) for one, _ in opens)]) + " 'wasm-unsafe-eval'" * works,
            " ".join(["style-src", _hash(style), *(_hash(one) for _, one in opens)]),
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
            *(("worker-src blob:" + " 'self'" * own_worker,) if works else ()),
            *allow,
        )
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
