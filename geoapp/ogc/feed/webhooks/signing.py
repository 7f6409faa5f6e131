"""How a message to a webhook is signed, so that its receiver knows who sent it and when.

``Geoapp-Signature`` is ``sha256=`` and the hexadecimal HMAC-SHA256 (RFC 2104), keyed by the subscription's secret,
over the bytes of ``Geoapp-Timestamp``, a full stop, and the body as it was sent.
"""

from __future__ import annotations

import hashlib
import hmac

SIGNATURE, TIMESTAMP, DELIVERY = "Geoapp-Signature", "Geoapp-Timestamp", "Geoapp-Delivery"


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the value of the signature header."""
    signed = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


def holds(
    secret: str, timestamp: str, body: bytes, signature: str, *, now: float, window_s: float = 300
) -> bool:
    """Say whether a message is ours and not an old one sent again: what a receiver should do with it."""
    try:
        fresh = abs(now - int(timestamp)) <= window_s
    except ValueError:
        return False
    return fresh and hmac.compare_digest(sign(secret, timestamp, body), signature)
