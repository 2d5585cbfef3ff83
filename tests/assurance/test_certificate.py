"""Certificates: what they say comes back, and no changed byte passes."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from assurance.sample_runs import KEY, NOW, OTHER_KEY, TRUSTED, certificate_of, make_run
from equitab.assurance import (
    Certificate,
    TrustedKeys,
    canonical_json,
    issue_certificate,
    read_certificate,
    validity,
)
from equitab.assurance.envelope import Envelope, seal
from equitab.errors import InputError, SavedFormatError


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("certificate") / "run")


@pytest.fixture(scope="module")
def content(run: Path) -> bytes:
    return issue_certificate(certificate_of(run), KEY)


def small_certificate() -> bytes:
    return issue_certificate(Certificate(subjects={"a.txt": "sha256:" + "00" * 32}, issued_at=NOW), KEY)


def with_predicate(content: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """Return a certificate signed anew by the same key, with changed claims."""
    statement = json.loads(Envelope.from_bytes(content).payload)
    change(statement["predicate"])
    return seal(canonical_json(statement), KEY).to_bytes()


def test_what_was_issued_comes_back(run: Path, content: bytes) -> None:
    """Every field survives, and the signer is named."""
    assert read_certificate(content, TRUSTED) == replace(certificate_of(run), key_id=KEY.key_id)


def test_the_same_claims_give_the_same_bytes(run: Path, content: bytes) -> None:
    """Nothing of chance or time is in the file but what was claimed."""
    assert issue_certificate(certificate_of(run), KEY) == content


def test_no_single_changed_byte_passes() -> None:
    """Whichever byte is replaced, by its neighbour, by another case or by a blank, the reader refuses."""
    content = small_certificate()
    assert read_certificate(content, TRUSTED).subjects
    for position in range(len(content)):
        for byte in {content[position] ^ 1, content[position] ^ 0x20, content[position] ^ 0x80, 0x20}:
            if byte == content[position]:
                continue
            changed = content[:position] + bytes([byte]) + content[position + 1 :]
            with pytest.raises(SavedFormatError, match="certificate"):
                read_certificate(changed, TRUSTED)


def test_no_missing_or_added_byte_passes() -> None:
    """Cut anywhere, or with anything before or after, it is refused."""
    content = small_certificate()
    cut = [content[:length] for length in range(len(content))]
    added = [content + b"\n", b" " + content, content + content, b"\xef\xbb\xbf" + content]
    for changed in [*cut, *added]:
        with pytest.raises(SavedFormatError):
            read_certificate(changed, TRUSTED)


def _indented(data: dict[str, Any]) -> bytes:
    return json.dumps(data, indent=2).encode()


def _other_order(data: dict[str, Any]) -> bytes:
    return json.dumps(dict(reversed(data.items())), separators=(",", ":")).encode()


def _escaped(data: dict[str, Any]) -> bytes:
    return (
        json.dumps(data, sort_keys=True, separators=(",", ":"))
        .replace("payload", "\\u0070ayload", 1)
        .encode()
    )


def _escaped_slash(data: dict[str, Any]) -> bytes:
    return (
        json.dumps(data, sort_keys=True, separators=(",", ":")).replace("in-toto", "in\\u002dtoto").encode()
    )


def _doubled_key(data: dict[str, Any]) -> bytes:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return text.replace('{"payload":', '{"payload":"AAAA","payload":', 1).encode()


@pytest.mark.parametrize("encode", [_indented, _other_order, _escaped, _escaped_slash, _doubled_key])
def test_a_re_encoded_certificate_does_not_pass(
    content: bytes, encode: Callable[[dict[str, Any]], bytes]
) -> None:
    """The signature would still be right: the bytes are not the canonical ones."""
    with pytest.raises(SavedFormatError, match=r"canonical JSON|twice"):
        read_certificate(encode(json.loads(content)), TRUSTED)


def _url_safe(text: str) -> str:
    return base64.urlsafe_b64encode(base64.b64decode(text)).decode()


def _unpadded(text: str) -> str:
    return text.rstrip("=")


def _with_blank(text: str) -> str:
    return text[:8] + "\n" + text[8:]


def test_another_base64_does_not_pass(run: Path) -> None:
    """Only the standard alphabet, padded, without line ends."""
    content = issue_certificate(certificate_of(run, environment={"signs": ">>>>>>??????~~~~~~"}), KEY)
    respelled = set()
    for respell in (_url_safe, _unpadded, _with_blank):
        for field in ("payload", "sig"):
            data = json.loads(content)
            holder = data if field == "payload" else data["signatures"][0]
            if respell(holder[field]) == holder[field]:
                continue
            holder[field] = respell(holder[field])
            respelled.add(respell)
            with pytest.raises(SavedFormatError, match="base64"):
                read_certificate(canonical_json(data), TRUSTED)
    assert respelled == {_url_safe, _unpadded, _with_blank}


def test_stray_bits_of_base64_do_not_pass() -> None:
    """The last character before the padding holds bits that decode to nothing."""
    data = json.loads(small_certificate())
    text = data["signatures"][0]["sig"]
    assert text.endswith("==")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    stray = text[:-3] + alphabet[alphabet.index(text[-3]) ^ 1] + "=="
    assert base64.b64decode(stray) == base64.b64decode(text)
    data["signatures"][0]["sig"] = stray
    with pytest.raises(SavedFormatError, match="base64"):
        read_certificate(canonical_json(data), TRUSTED)


def test_a_payload_that_is_signed_but_not_canonical_does_not_pass() -> None:
    """Even by the right key."""
    payload = json.dumps(json.loads(Envelope.from_bytes(small_certificate()).payload), indent=1).encode()
    with pytest.raises(SavedFormatError, match="payload: expected canonical JSON"):
        read_certificate(seal(payload, KEY).to_bytes(), TRUSTED)


def test_signing_anew_with_an_unknown_key_does_not_pass(content: bytes) -> None:
    """The message names the key, and says how to trust one."""
    resigned = seal(Envelope.from_bytes(content).payload, OTHER_KEY).to_bytes()
    with pytest.raises(SavedFormatError, match=OTHER_KEY.key_id):
        read_certificate(resigned, TRUSTED)


def test_signing_anew_with_another_trusted_key_does_not_pass(content: bytes) -> None:
    """The statement names its signer: nobody takes over another's words."""
    both = TRUSTED | TrustedKeys({OTHER_KEY.public: "lab"})
    resigned = seal(Envelope.from_bytes(content).payload, OTHER_KEY).to_bytes()
    with pytest.raises(SavedFormatError, match=r"issuer\.keyId"):
        read_certificate(resigned, both)


def test_a_signature_under_a_trusted_name_by_another_key_does_not_pass(content: bytes) -> None:
    """The id of the owner's key over a stranger's signature."""
    envelope = Envelope.from_bytes(content)
    forged = replace(envelope, signature=OTHER_KEY.sign(envelope.signed_bytes))
    with pytest.raises(SavedFormatError, match=r"signature: expected the signature .* by 'owner'"):
        read_certificate(forged.to_bytes(), TRUSTED)


def test_two_signatures_do_not_pass(content: bytes) -> None:
    """A lab that agrees issues a certificate of its own; the message says so."""
    data = json.loads(content)
    payload = base64.b64decode(data["payload"])
    data["signatures"].append(json.loads(seal(payload, OTHER_KEY).to_bytes())["signatures"][0])
    both = TRUSTED | TrustedKeys({OTHER_KEY.public: "lab"})
    with pytest.raises(SavedFormatError, match=r"exactly one, received 2.*--lab"):
        read_certificate(canonical_json(data), both)


def test_no_signature_does_not_pass(content: bytes) -> None:
    """An empty list is not an approval."""
    data = json.loads(content) | {"signatures": []}
    with pytest.raises(SavedFormatError, match="exactly one, received 0"):
        read_certificate(canonical_json(data), TRUSTED)


@pytest.mark.parametrize("place", ["envelope", "signature"])
def test_an_extra_field_of_the_envelope_does_not_pass(content: bytes, place: str) -> None:
    """What is not signed must not be there."""
    data = json.loads(content)
    (data if place == "envelope" else data["signatures"][0])["note"] = "approved"
    with pytest.raises(SavedFormatError, match="1 keys more"):
        read_certificate(canonical_json(data), TRUSTED)


def test_another_type_of_payload_does_not_pass(content: bytes) -> None:
    """The type is part of what is signed."""
    data = json.loads(content) | {"payloadType": "application/json"}
    with pytest.raises(SavedFormatError, match="payloadType"):
        read_certificate(canonical_json(data), TRUSTED)


def test_with_no_trusted_key_nothing_passes(content: bytes) -> None:
    """Trust is never a default."""
    with pytest.raises(SavedFormatError, match="no key is trusted here"):
        read_certificate(content, TrustedKeys({}))


def test_an_unknown_claim_in_our_own_version_does_not_pass(content: bytes) -> None:
    """Version 1.0 has no such field."""
    changed = with_predicate(content, lambda predicate: predicate.update(approved=True))
    with pytest.raises(SavedFormatError, match=r"1 fields that version 1\.0 does not have"):
        read_certificate(changed, TRUSTED)


def test_unknown_claims_of_a_later_version_are_left_out_and_named(run: Path, content: bytes) -> None:
    """Leaving them out changes nothing else that is read."""

    def later(predicate: dict[str, Any]) -> None:
        predicate.update(formatVersion="1.7", approved=True)
        predicate["issuer"]["country"] = "nowhere"

    found = read_certificate(with_predicate(content, later), TRUSTED)
    assert found.ignored == ("approved", "issuer.country")
    same = replace(found, ignored=(), format_version="1.0")
    assert same == replace(certificate_of(run), key_id=KEY.key_id)


@pytest.mark.parametrize("version", ["2.0", "1", "1.01", "1.0 ", "", None, 1.0])
def test_another_version_is_refused_in_words(content: bytes, version: Any) -> None:
    """The first number must be 1."""
    changed = with_predicate(content, lambda predicate: predicate.update(formatVersion=version))
    with pytest.raises(SavedFormatError, match=r"formatVersion: expected '1\.x'.*newer release"):
        read_certificate(changed, TRUSTED)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("https://equitab.readthedocs.io/certificate/v2", "version 'v2'.*newer release"),
        ("https://slsa.dev/provenance/v1", "about something else"),
        (None, "about something else"),
    ],
)
def test_another_predicate_is_refused_in_words(content: bytes, kind: Any, words: str) -> None:
    """A statement of another kind is no certificate, whoever signed it."""
    statement = json.loads(Envelope.from_bytes(content).payload) | {"predicateType": kind}
    with pytest.raises(SavedFormatError, match=words):
        read_certificate(seal(canonical_json(statement), KEY).to_bytes(), TRUSTED)


@pytest.mark.parametrize(
    "name",
    [
        "formatVersion",
        "kind",
        "issuer",
        "issuedAt",
        "expiresAt",
        "status",
        "contract",
        "verdict",
        "chosen",
        "evidence",
        "commitment",
        "seeds",
        "environment",
        "codeDigest",
        "renews",
        "ownerCertificate",
    ],
)
def test_every_claim_must_be_there_and_of_its_kind(content: bytes, name: str) -> None:
    """A missing field and a wrong kind are refused, and named."""
    for change in (lambda held: held.pop(name), lambda held: held.update({name: 1.5})):
        with pytest.raises(SavedFormatError, match=name):
            read_certificate(with_predicate(content, change), TRUSTED)


def test_all_wrong_claims_are_said_at_once(content: bytes) -> None:
    """One message for all."""
    changed = with_predicate(content, lambda held: held.update(seeds=[-1], kind="car", renews="x"))
    with pytest.raises(SavedFormatError, match=r"kind .*seeds .*renews"):
        read_certificate(changed, TRUSTED)


def test_a_time_has_one_spelling(content: bytes) -> None:
    """Another time zone or precision is another text, and is refused."""
    for text in ("2026-03-01T12:00:00Z", "2026-03-01T13:00:00.000000+01:00", "2026-03-01", "soon"):
        changed = with_predicate(content, lambda held, text=text: held.update(issuedAt=text))
        with pytest.raises(SavedFormatError, match="issuedAt"):
            read_certificate(changed, TRUSTED)


@pytest.mark.parametrize("name", ["../run.json", "/etc/passwd", "a//b", "C:/x", "a\\b", "", "."])
def test_a_subject_stays_within_the_folder(content: bytes, name: str) -> None:
    """No certificate leads a reader out of the run's folder."""
    statement = json.loads(Envelope.from_bytes(content).payload)
    statement["subject"] = [{"name": name, "digest": {"sha256": "00" * 32}}]
    with pytest.raises(SavedFormatError, match="within the run's folder"):
        read_certificate(seal(canonical_json(statement), KEY).to_bytes(), TRUSTED)


@pytest.mark.parametrize(
    "digest",
    [{}, {"md5": "00" * 16}, {"sha256": "00" * 32, "md5": "00"}, {"sha256": "AB" * 32}, {"sha256": 1}],
)
def test_a_subject_has_exactly_one_sha256(content: bytes, digest: Any) -> None:
    """A weaker digest beside it would be one that somebody checks instead."""
    statement = json.loads(Envelope.from_bytes(content).payload)
    statement["subject"] = [{"name": "a.txt", "digest": digest}]
    with pytest.raises(SavedFormatError, match="subject 1"):
        read_certificate(seal(canonical_json(statement), KEY).to_bytes(), TRUSTED)


def test_a_certificate_of_nothing_is_not_issued() -> None:
    """Nor one that ends before it begins, or holds a verdict without a contract: all said at once."""
    wrong = Certificate(subjects={}, issued_at=NOW, expires_at=NOW, verdict={"verdict": "met"})
    with pytest.raises(InputError) as caught:
        issue_certificate(wrong, KEY)
    assert len(caught.value.problems) == 3


def test_validity_is_a_year_unless_said() -> None:
    """And at least a day, at most a hundred years."""
    assert validity(NOW, None) - NOW == timedelta(days=365)
    assert validity(NOW, 7) - NOW == timedelta(days=7)
    for days in (0, -1, 40_000):
        with pytest.raises(InputError, match="days of validity"):
            validity(NOW, days)
