"""The envelope around a statement: what was said, and who signed it (DSSE).

The signature is over the *pre-authentication encoding* of type and payload,

    PAE(type, payload) = "DSSEv1" SP len(type) SP type SP len(payload) SP payload,

so that bytes signed as one type are never believed as another. The file is the canonical JSON (RFC 8785) of::

    {"payload": <base64>, "payloadType": <type>, "signatures": [{"keyid": <id>, "sig": <base64>}]}

with exactly one signature: a second judge issues a certificate of its own. Readers refuse every other
spelling of the same envelope, so a file that was re-encoded does not pass, even with its signature intact.

References
----------
Secure Systems Lab, *DSSE: Dead Simple Signing Envelope*, version 1.0.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from equitab.assurance.canonical import canonical_json, read_canonical_json
from equitab.assurance.keys import SigningKey
from equitab.errors import SavedFormatError

PAYLOAD_TYPE = "application/vnd.in-toto+json"
SIGNATURE_LENGTH = 64
MAX_BYTES = 64 * 1024 * 1024
"""No certificate of ours is larger: contracts and verdicts are text."""


@dataclass(frozen=True)
class Envelope:
    """A payload and its signature.

    Parameters
    ----------
    payload : bytes
    key_id : str
        Which key is said to have signed.
    signature : bytes
        64 bytes; not yet verified.
    payload_type : str
    """

    payload: bytes
    key_id: str
    signature: bytes
    payload_type: str = PAYLOAD_TYPE

    @property
    def signed_bytes(self) -> bytes:
        """The bytes that the signature is over."""
        return pre_authentication_encoding(self.payload_type, self.payload)

    def to_bytes(self) -> bytes:
        """Return the file's bytes."""
        return canonical_json(
            {
                "payload": base64.b64encode(self.payload).decode(),
                "payloadType": self.payload_type,
                "signatures": [{"keyid": self.key_id, "sig": base64.b64encode(self.signature).decode()}],
            },
            where="envelope",
        )

    @classmethod
    def from_bytes(cls, content: bytes, *, where: str = "envelope") -> Envelope:
        """Return the envelope that a file holds; nothing is believed of it yet.

        Raises
        ------
        SavedFormatError
            If the bytes are anything but the one canonical form of an envelope with one signature.
        """
        if len(content) > MAX_BYTES:
            raise SavedFormatError(
                f"{where}: expected at most {MAX_BYTES:,} bytes, received {len(content):,}."
            )
        data = _with_keys(read_canonical_json(content, where=where), _ENVELOPE_KEYS, where)
        signature = _only_signature(data["signatures"], where)
        found = cls(
            payload=_from_base64(data["payload"], f"{where}, payload"),
            key_id=_text(signature["keyid"], f"{where}, keyid"),
            signature=_from_base64(signature["sig"], f"{where}, signature"),
            payload_type=_text(data["payloadType"], f"{where}, payloadType"),
        )
        if found.payload_type != PAYLOAD_TYPE:
            raise SavedFormatError(
                f"{where}, payloadType: expected {PAYLOAD_TYPE!r}, received another type; "
                "this is not a certificate of equitab."
            )
        if len(found.signature) != SIGNATURE_LENGTH:
            received = f"{len(found.signature)}"
            raise SavedFormatError(
                f"{where}, signature: expected {SIGNATURE_LENGTH} bytes (Ed25519), received {received}."
            )
        return found


_ENVELOPE_KEYS = ("payload", "payloadType", "signatures")
_SIGNATURE_KEYS = ("keyid", "sig")


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """Return the bytes that DSSE signs.

    Examples
    --------
    >>> pre_authentication_encoding("http://example.com/HelloWorld", b"hello world")
    b'DSSEv1 29 http://example.com/HelloWorld 11 hello world'
    """
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def seal(payload: bytes, key: SigningKey) -> Envelope:
    """Return a payload in an envelope, signed."""
    signature = key.sign(pre_authentication_encoding(PAYLOAD_TYPE, payload))
    return Envelope(payload, key.key_id, signature)


def _only_signature(signatures: Any, where: str) -> dict[str, Any]:
    if not isinstance(signatures, list) or len(signatures) != 1:
        received = f"{len(signatures)}" if isinstance(signatures, list) else "something else"
        advice = "a second judge issues a certificate of its own: equitab certify --lab"
        raise SavedFormatError(
            f"{where}, signatures: expected exactly one, received {received}. Next: {advice}."
        )
    return _with_keys(signatures[0], _SIGNATURE_KEYS, f"{where}, signature")


def _with_keys(data: Any, keys: tuple[str, ...], where: str) -> dict[str, Any]:
    """Return an object that has exactly some keys."""
    if not isinstance(data, dict):
        raise SavedFormatError(f"{where}: expected an object with {', '.join(keys)}, received another value.")
    missing, extra = sorted(set(keys) - set(data)), sorted(set(data) - set(keys))
    said = ([f"without {', '.join(missing)}"] if missing else []) + (
        [f"with {len(extra)} keys more"] if extra else []
    )
    if said:
        raise SavedFormatError(
            f"{where}: expected exactly {', '.join(keys)}, received an object {' and '.join(said)}."
        )
    return data


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise SavedFormatError(f"{where}: expected text, received another kind of value.")
    return value


def _from_base64(value: Any, where: str) -> bytes:
    """Return the bytes of canonical base64: the standard alphabet, padded, no stray bits."""
    text = _text(value, where)
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content or base64.b64encode(content).decode() != text:
        raise SavedFormatError(f"{where}: expected canonical base64, received another spelling.")
    return content
