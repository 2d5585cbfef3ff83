"""Keys: made once, kept private, recognised whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from equitab.assurance import PublicKey, SigningKey, TrustedKeys, local_key, trust_key, trusted_folder
from equitab.assurance.home import home_folder, keys_folder
from equitab.errors import InputError, OutputExistsError, SavedFormatError, StorageError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EQUITAB_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_signature_is_that_of_rfc_8032() -> None:
    """Test vectors 1 and 2 of the RFC, section 7.1."""
    empty = SigningKey(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    assert empty.public.raw.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert empty.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974")
    one = SigningKey(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    assert one.sign(b"\x72").hex().startswith("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8f")


def test_a_key_comes_back_from_its_files(tmp_path: Path) -> None:
    """Both halves; the private one for its owner alone."""
    key = SigningKey.generate()
    place = key.save(tmp_path / "lab.pem")
    assert SigningKey.load(place) == key
    assert PublicKey.load(tmp_path / "lab.pub.pem") == key.public
    assert mode_of(place) == 0o600


def test_a_secret_is_not_shown() -> None:
    """Neither in messages nor in a debugger's list of values."""
    key = SigningKey(bytes(range(32)))
    assert "seed" not in repr(key)
    assert str(bytes(range(32))) not in repr(key)


def test_two_keys_differ() -> None:
    """Randomness comes from the operating system."""
    assert SigningKey.generate() != SigningKey.generate()


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    """Neither half."""
    place = SigningKey.generate().save(tmp_path / "lab.pem")
    with pytest.raises(OutputExistsError, match="never overwritten"):
        SigningKey.generate().save(place)
    place.unlink()
    with pytest.raises(OutputExistsError, match=r"lab\.pub\.pem"):
        SigningKey.generate().save(place)


@pytest.mark.parametrize("name", ["lab", "lab.pub.pem", "lab.txt", "nowhere/lab.pem"])
def test_a_key_has_a_place_and_an_ending(tmp_path: Path, name: str) -> None:
    """What the message says how to choose."""
    with pytest.raises(InputError, match="Next"):
        SigningKey.generate().save(tmp_path / name)


@pytest.mark.skipif(os.name != "posix", reason="only POSIX files say who may read them")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o606, 0o660, 0o601])
def test_a_private_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    """With the command that closes it."""
    place = SigningKey.generate().save(tmp_path / "lab.pem")
    place.chmod(mode)
    with pytest.raises(InputError, match=rf"mode {mode:o}.*chmod 600"):
        SigningKey.load(place)


def test_every_changed_byte_of_a_private_key_is_found_and_named(tmp_path: Path) -> None:
    """The file no longer holds a key, or not the one whose public half lies beside it."""
    place = SigningKey(bytes(range(32))).save(tmp_path / "lab.pem")
    content = place.read_bytes()
    for position in range(len(content)):
        place.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        with pytest.raises(SavedFormatError, match=r"lab\.pem"):
            SigningKey.load(place)


def test_every_changed_byte_of_a_public_key_is_found_or_another_key(tmp_path: Path) -> None:
    """It never stays the same key."""
    key = SigningKey(bytes(range(32))).public
    place = key.save(tmp_path / "owner.pem")
    content = place.read_bytes()
    for position in range(len(content)):
        place.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        assert _key_or_message(place) != key


def _key_or_message(place: Path) -> PublicKey | str:
    try:
        return PublicKey.load(place)
    except SavedFormatError as error:
        return str(error)


@pytest.mark.parametrize(
    "change",
    [
        lambda pem: pem.replace(b"\n", b"\r\n"),
        lambda pem: b"owner's key\n" + pem,
        lambda pem: pem + b"\n",
        lambda pem: pem.rstrip(b"\n"),
        lambda pem: pem + pem,
    ],
)
def test_a_key_file_is_read_byte_for_byte(tmp_path: Path, change: object) -> None:
    """Nothing before it, nothing after it, no other line ends."""
    place = tmp_path / "owner.pem"
    place.write_bytes(change(SigningKey(bytes(32)).public.to_pem()))  # type: ignore[operator]
    with pytest.raises(SavedFormatError, match=r"owner\.pem"):
        PublicKey.load(place)


def test_a_private_key_in_place_of_a_public_one_is_refused(tmp_path: Path) -> None:
    """And the message says which half to give away."""
    place = SigningKey.generate().save(tmp_path / "lab.pem")
    with pytest.raises(SavedFormatError, match=r"received a private one.*\.pub\.pem"):
        PublicKey.load(place)


def openssl_style(kind: str, password: bytes | None = None) -> bytes:
    """Return a private key of another kind, or with a password."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else ed25519.Ed25519PrivateKey.generate()
    lock = NoEncryption() if password is None else BestAvailableEncryption(password)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (openssl_style("ec"), "received one of another kind"),
        (openssl_style("ed25519", b"secret"), "without a password"),
        (b"not a key", "received something else"),
        (b"", "received something else"),
    ],
)
def test_other_private_keys_are_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    """Each for its own reason."""
    place = tmp_path / "lab.pem"
    place.write_bytes(content)
    place.chmod(0o600)
    with pytest.raises(SavedFormatError, match=words):
        SigningKey.load(place)


def test_a_key_of_another_program_is_read(tmp_path: Path) -> None:
    """What OpenSSL writes for Ed25519 is what we write."""
    place = tmp_path / "lab.pem"
    place.write_bytes(openssl_style("ed25519"))
    place.chmod(0o600)
    assert SigningKey.load(place).key_id.startswith("ed25519:")


def test_a_missing_key_is_a_bad_call(tmp_path: Path) -> None:
    """Which file, and what was expected."""
    for load in (SigningKey.load, PublicKey.load):
        with pytest.raises(InputError, match=r"lab\.pem"):
            load(tmp_path / "lab.pem")


def test_the_local_key_is_made_once_and_trusted(home: Path) -> None:
    """Private to its owner, in a private folder, with a name that says what it is."""
    key = local_key()
    assert local_key() == key
    assert TrustedKeys.read().names == {key.public: "local key of this machine"}
    assert mode_of(home / "keys" / "local.pem") == 0o600
    assert mode_of(home / "keys") == 0o700
    assert sorted(path.name for path in keys_folder().iterdir()) == ["local.pem", "local.pub.pem"]


def test_a_local_key_that_lost_its_public_half_gets_it_back() -> None:
    """As after a process that was killed between the two files."""
    key = local_key()
    (keys_folder() / "local.pub.pem").unlink()
    (trusted_folder() / "local key of this machine.pem").unlink()
    assert local_key() == key
    assert TrustedKeys.read().find(key.key_id) == key.public


def test_a_local_key_that_was_exchanged_is_found() -> None:
    """Private half by another key's, or the trusted half."""
    local_key()
    place = keys_folder() / "local.pem"
    original = place.read_bytes()
    place.write_bytes(SigningKey.generate().to_pem())
    with pytest.raises(SavedFormatError, match=r"local\.pem"):
        local_key()
    place.write_bytes(original)
    (trusted_folder() / "local key of this machine.pem").write_bytes(SigningKey.generate().public.to_pem())
    with pytest.raises(SavedFormatError, match="local key of this machine"):
        local_key()


def test_threads_that_come_first_together_get_the_same_key() -> None:
    """The key of the one that was quicker is everybody's."""
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: local_key(), range(16)))
    assert found == {local_key()}
    assert not list(keys_folder().glob("*.partial"))


@pytest.mark.slow
def test_processes_that_come_first_together_get_the_same_key() -> None:
    """As two runs that are started at once on a new machine."""
    code = "from equitab.assurance import local_key; print(local_key().key_id)"
    processes = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    said = {process.communicate()[0].strip() for process in processes}
    assert said == {local_key().key_id}
    assert len(TrustedKeys.read().names) == 1


def test_a_home_under_a_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder cannot be made there, for anybody."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EQUITAB_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(StorageError, match="EQUITAB_HOME"):
        local_key()


def test_keys_are_trusted_under_names() -> None:
    """The reader chooses the name; the same key may be named again."""
    key = SigningKey.generate().public
    assert trust_key(key, "Fairness lab (Bergamo)") == trust_key(key, "Fairness lab (Bergamo)")
    assert TrustedKeys.read().name_of(key.key_id) == "Fairness lab (Bergamo)"
    assert TrustedKeys.read().name_of("ed25519:" + "0" * 64) == ""
    with pytest.raises(OutputExistsError, match="another name"):
        trust_key(SigningKey.generate().public, "Fairness lab (Bergamo)")


@pytest.mark.parametrize("name", ["", "../x", ".hidden", "a/b", "a\nb", "x" * 81, " lab"])
def test_a_name_is_no_path(name: str) -> None:
    """It becomes the name of a file."""
    with pytest.raises(InputError, match="name of a key"):
        trust_key(SigningKey.generate().public, name)


def test_without_a_folder_no_key_is_trusted() -> None:
    """Reading makes no folder."""
    assert TrustedKeys.read().names == {}
    assert not home_folder().exists()
