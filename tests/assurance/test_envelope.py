"""The envelope: what DSSE says, byte for byte."""

from __future__ import annotations

import base64
import json
import tracemalloc

import pytest

from assurance.sample_runs import KEY, OTHER_KEY
from equitab.assurance import canonical_json
from equitab.assurance.envelope import (
    MAX_BYTES,
    PAYLOAD_TYPE,
    Envelope,
    pre_authentication_encoding,
    seal,
)
from equitab.errors import SavedFormatError


def test_the_encoding_is_that_of_the_specification() -> None:
    """The example of DSSE's own protocol page, and lengths in bytes, not letters."""
    assert pre_authentication_encoding("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert pre_authentication_encoding("ä", b"") == b"DSSEv1 2 \xc3\xa4 0 "


def test_no_two_messages_have_the_same_encoding() -> None:
    """The border between type and payload cannot be moved."""
    assert pre_authentication_encoding("a", b" 1 b") != pre_authentication_encoding("a 4 ", b"b")


def test_another_program_can_verify_the_signature() -> None:
    """With nothing but the specification: split the file, build the encoding, check Ed25519."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    data = json.loads(seal(b'{"a":1}', KEY).to_bytes())
    payload = base64.standard_b64decode(data["payload"])
    signed = b" ".join(
        [
            b"DSSEv1",
            str(len(PAYLOAD_TYPE)).encode(),
            PAYLOAD_TYPE.encode(),
            str(len(payload)).encode(),
            payload,
        ]
    )
    signature = base64.standard_b64decode(data["signatures"][0]["sig"])
    key = Ed25519PublicKey.from_public_bytes(KEY.public.raw)
    assert key.verify(signature, signed) is None  # it raises otherwise
    with pytest.raises(InvalidSignature):
        key.verify(signature, signed + b" ")


def test_an_envelope_comes_back() -> None:
    """From its own bytes, which are canonical."""
    envelope = seal(b'{"a":1}', KEY)
    content = envelope.to_bytes()
    assert Envelope.from_bytes(content) == envelope
    assert content == canonical_json(json.loads(content))


def test_a_signature_holds_for_its_key_its_type_and_its_payload() -> None:
    """And for nothing else."""
    envelope = seal(b"a", KEY)
    assert KEY.public.verify(envelope.signature, envelope.signed_bytes)
    assert not OTHER_KEY.public.verify(envelope.signature, envelope.signed_bytes)
    assert not KEY.public.verify(envelope.signature, pre_authentication_encoding("text/plain", b"a"))
    assert not KEY.public.verify(envelope.signature, pre_authentication_encoding(PAYLOAD_TYPE, b"b"))


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        {},
        {"payload": "AA==", "payloadType": PAYLOAD_TYPE, "signatures": {}},
        {"payload": "AA==", "payloadType": PAYLOAD_TYPE, "signatures": ["x"]},
        {"payload": "AA==", "payloadType": PAYLOAD_TYPE, "signatures": [{"keyid": 1, "sig": "AA=="}]},
        {"payload": "AA==", "payloadType": PAYLOAD_TYPE, "signatures": [{"keyid": "k", "sig": "AA=="}]},
        {"payload": "", "payloadType": PAYLOAD_TYPE, "signatures": [{"keyid": "k", "sig": "AA=="}]},
        {"payload": 7, "payloadType": PAYLOAD_TYPE, "signatures": [{"keyid": "k", "sig": "AA=="}]},
        {"payload": "AA==", "payloadType": ["x"], "signatures": [{"keyid": "k", "sig": "AA=="}]},
    ],
)
def test_other_values_are_refused_in_words(data: object) -> None:
    """Canonical JSON, but no envelope."""
    with pytest.raises(SavedFormatError, match=r"envelope.*expected"):
        Envelope.from_bytes(canonical_json(data))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"\xff\xfe\x00",
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":Infinity}',
        b'{"a":' + b"9" * 5_000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"a":"\\ud800"}',
        b'{"a":1,"a":1}',
    ],
)
def test_hostile_json_is_refused_without_harm(content: bytes) -> None:
    """Bombs of depth, of digits, of letters that do not exist."""
    with pytest.raises(SavedFormatError):
        Envelope.from_bytes(content)


def test_a_huge_file_is_refused_before_it_is_read_as_json() -> None:
    """The limit is far beyond any certificate of ours."""
    content = bytes(MAX_BYTES + 1)
    tracemalloc.start()
    with pytest.raises(SavedFormatError, match="at most"):
        Envelope.from_bytes(content)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
