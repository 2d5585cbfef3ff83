"""Ed25519 keys: who signs, and whose signatures are believed.

A private key is a PEM file (PKCS 8, without a password) that its owner alone may read. Beside it lies the
public half, ``<name>.pub.pem``, which may be given to anybody: whoever keeps it among the trusted keys
believes what the private key signs. A key is known by its id: ``ed25519:`` and the SHA-256 of the 32 bytes
of the public key.

The key of this machine is made when something is first signed (`local_key`). Two processes that come first
at the same moment end up with the same key.

References
----------
Josefsson, Liusvaara, *Edwards-Curve Digital Signature Algorithm (EdDSA)*, RFC 8032, 2017.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from equitab.assurance.home import keys_folder, trusted_folder
from equitab.dataframe import write_bytes_atomically
from equitab.errors import InputError, OutputExistsError, Problem, SavedFormatError, StorageError

LOCAL = "local"
"""The name of the machine's own key file, without its ending."""
LOCAL_NAME = "local key of this machine"
PRIVATE_ENDING, PUBLIC_ENDING = ".pem", ".pub.pem"
_NAME = re.compile(r"[^\W_][\w .,()+@-]{0,79}")


@dataclass(frozen=True)
class PublicKey:
    """The half of a key that checks signatures.

    Parameters
    ----------
    raw : bytes
        The 32 bytes of the key.
    """

    raw: bytes

    @property
    def key_id(self) -> str:
        """The key's id: ``ed25519:`` and 64 hexadecimal digits."""
        return f"ed25519:{hashlib.sha256(self.raw).hexdigest()}"

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Return whether a signature of a message was made with this key's private half."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def to_pem(self) -> bytes:
        """Return the key as PEM."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @classmethod
    def from_pem(cls, content: bytes, *, where: str = "public key") -> PublicKey:
        """Return the key that a PEM text holds.

        Raises
        ------
        SavedFormatError
            If it is not an Ed25519 public key, or not written exactly as `to_pem` writes it.
        """
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

        if b"PRIVATE KEY" in content:
            advice = "give away and name only the file that ends in .pub.pem"
            raise SavedFormatError(f"{where}: expected a public key, received a private one. Next: {advice}.")
        try:
            key = load_pem_public_key(content)
        except Exception as error:  # cryptography raises several kinds for damaged bytes
            raise SavedFormatError(
                f"{where}: expected an Ed25519 public key in PEM, received something else."
            ) from error
        if not isinstance(key, Ed25519PublicKey):
            raise SavedFormatError(f"{where}: expected an Ed25519 public key, received one of another kind.")
        found = cls(key.public_bytes(Encoding.Raw, PublicFormat.Raw))
        if found.to_pem() != content:
            received = "one with changed line ends, or with something before or after it"
            raise SavedFormatError(
                f"{where}: expected the PEM of one key, byte for byte, received {received}."
            )
        return found

    @classmethod
    def load(cls, path: str | Path) -> PublicKey:
        """Return the key of a file; the errors are those of `from_pem`, and InputError if there is no file."""
        return cls.from_pem(_read(Path(path), "a public key"), where=f"key {str(path)!r}")

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the key to a file that everybody may read."""
        return write_bytes_atomically(Path(path), self.to_pem(), overwrite=overwrite)


@dataclass(frozen=True)
class SigningKey:
    """A private key: who has it can sign.

    Parameters
    ----------
    seed : bytes
        The 32 secret bytes; never shown.

    Examples
    --------
    >>> key = SigningKey(bytes(32))
    >>> key.key_id[:24]
    'ed25519:139e3940e64b5491'
    >>> key.public.verify(key.sign(b"a promise"), b"a promise")
    True
    >>> key.public.verify(key.sign(b"a promise"), b"another")
    False
    """

    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> SigningKey:
        """Return a new key, from the operating system's source of randomness."""
        return cls(secrets.token_bytes(32))

    @property
    def public(self) -> PublicKey:
        """The half that checks signatures."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return PublicKey(Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    @property
    def key_id(self) -> str:
        """The id of the public half."""
        return self.public.key_id

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message, 64 bytes; the same message gives the same signature."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def to_pem(self) -> bytes:
        """Return the key as PEM (PKCS 8, no password)."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def save(self, path: str | Path) -> Path:
        """Write the key to a new file that its owner alone may read, and the public half beside it.

        Parameters
        ----------
        path : str or Path
            Ends in ``.pem``; the public half ends in ``.pub.pem``.

        Returns
        -------
        Path
            The private file.

        Raises
        ------
        OutputExistsError
            If either file exists: a key is never overwritten.
        InputError
            If the name ends otherwise, or there is no such folder.
        """
        place = _checked_place(Path(path))
        public = public_place(place)
        for target in (place, public):
            if target.exists():
                raise OutputExistsError(f"{str(target)!r} exists, and a key is never overwritten.")
        _claim(place, self.to_pem())
        self.public.save(public, overwrite=True)
        return place

    @classmethod
    def load(cls, path: str | Path) -> SigningKey:
        """Return the key of a file.

        Raises
        ------
        InputError
            If there is no file, or others than its owner may read it.
        SavedFormatError
            If it is not an Ed25519 private key without a password, or not the one whose public half lies
            beside it.
        """
        place = Path(path)
        content = _read(place, "a private key")
        _check_private(place)
        key = cls(_seed_of(content, f"key {str(place)!r}"))
        if key.to_pem() != content:
            received = "one with changed line ends, or with something before or after it"
            raise SavedFormatError(
                f"key {str(place)!r}: expected the PEM of one private key, byte for byte, received {received}."
            )
        public = public_place(place)
        if public.exists() and PublicKey.load(public) != key.public:
            expected = f"the key whose public half is {public.name} beside it"
            advice = "one of the two files was changed or exchanged: restore both from a copy"
            raise SavedFormatError(
                f"key {str(place)!r}: expected {expected}, received another. Next: {advice}."
            )
        return key


@dataclass(frozen=True)
class TrustedKeys:
    """The keys whose signatures a reader believes, each with the name that the reader gave it.

    Parameters
    ----------
    names : mapping of PublicKey to str
    """

    names: Mapping[PublicKey, str]

    @classmethod
    def read(cls, folder: str | Path | None = None) -> TrustedKeys:
        """Return the keys of a folder: every ``<name>.pem`` in it.

        Parameters
        ----------
        folder : str or Path, optional
            The reader's own folder of trusted keys when not given.

        Raises
        ------
        SavedFormatError
            If a file is damaged; its name is said. Nothing is believed while a key is damaged.
        """
        place = trusted_folder() if folder is None else Path(folder)
        paths = sorted(place.glob(f"*{PRIVATE_ENDING}")) if place.is_dir() else []
        return cls({PublicKey.load(path): path.name.removesuffix(PRIVATE_ENDING) for path in paths})

    @classmethod
    def of_files(cls, paths: list[str] | list[Path] | tuple[str | Path, ...]) -> TrustedKeys:
        """Return the keys of some files, named by them."""
        return cls({PublicKey.load(path): _stem(Path(path)) for path in paths})

    def find(self, key_id: str) -> PublicKey | None:
        """Return the key with some id, if it is trusted."""
        return next((key for key in self.names if key.key_id == key_id), None)

    def name_of(self, key_id: str) -> str:
        """Return the reader's name of a key; empty where it is not trusted."""
        key = self.find(key_id)
        return "" if key is None else self.names[key]

    def __or__(self, other: TrustedKeys) -> TrustedKeys:
        return TrustedKeys({**other.names, **self.names})


def local_key() -> SigningKey:
    """Return the key of this machine's user, made at the first call.

    Returns
    -------
    SigningKey
        Its public half lies among the trusted keys from then on, as ``local key of this machine``.

    Raises
    ------
    StorageError
        If the folder of keys cannot be written.
    InputError, SavedFormatError
        As `SigningKey.load`, if the file is readable by others or damaged.
    """
    place = keys_folder() / f"{LOCAL}{PRIVATE_ENDING}"
    if not place.exists():
        _make_private_folder(place.parent)
        _claim(place, SigningKey.generate().to_pem(), may_exist=True)
    key = SigningKey.load(place)
    for target in (public_place(place), trusted_folder() / f"{LOCAL_NAME}{PRIVATE_ENDING}"):
        _keep_public(key.public, target)
    return key


def trust_key(key: PublicKey, name: str) -> Path:
    """Put a key among the reader's trusted ones.

    Parameters
    ----------
    key : PublicKey
    name : str
        What the reader calls it: letters, digits, spaces and ``.,()+@-``.

    Raises
    ------
    OutputExistsError
        If another key has that name.
    """
    if not _NAME.fullmatch(name):
        raise InputError(_bad_name(name))
    target = trusted_folder() / f"{name}{PRIVATE_ENDING}"
    if target.exists() and PublicKey.load(target) != key:
        raise OutputExistsError(f"another trusted key is called {name!r}. Next: another name.")
    _keep_public(key, target)
    return target


def trusted_name(path: Path) -> str:
    """Return the name that a key of some file gets among the trusted keys: that of the file.

    Raises
    ------
    InputError
        If the name cannot be one, or another trusted key has it already.
    """
    name = _stem(path)
    target = trusted_folder() / f"{name}{PRIVATE_ENDING}"
    if not _NAME.fullmatch(name):
        raise InputError(_bad_name(name))
    if target.exists():
        raise InputError(
            Problem(f"key {str(path)!r}", "a name that no trusted key has", repr(name), "choose another name")
        )
    return name


def public_place(private: Path) -> Path:
    """Return where the public half of a private key's file lies."""
    return private.with_name(private.name.removesuffix(PRIVATE_ENDING) + PUBLIC_ENDING)


def _bad_name(name: str) -> Problem:
    expected = "1 to 80 letters, digits, spaces or .,()+@-, with a letter or digit first"
    return Problem("name of a key", expected, f"another text of {len(name)} characters")


def _stem(path: Path) -> str:
    return path.name.removesuffix(PRIVATE_ENDING).removesuffix(".pub")


def _checked_place(path: Path) -> Path:
    where = f"key {str(path)!r}"
    if path.suffix != PRIVATE_ENDING or path.name.endswith(PUBLIC_ENDING):
        raise InputError(Problem(where, "a name that ends in .pem", "another", "such as lab.pem"))
    if not path.parent.is_dir():
        raise InputError(Problem(where, "a folder that exists", "none", f"create {str(path.parent)!r} first"))
    return path


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        received = error.strerror or type(error).__name__
        raise InputError(Problem(f"key {str(path)!r}", f"{what} in PEM", received)) from error


def _check_private(path: Path) -> None:
    """Refuse a key that others may read or change: it may have been copied."""
    mode = path.stat().st_mode
    if os.name != "posix" or not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return
    advice = f"chmod 600 {path}; if others may have read it, make a new key"
    received = f"one that others may read (mode {stat.S_IMODE(mode):o})"
    raise InputError(Problem(f"key {str(path)!r}", "a file that its owner alone may read", received, advice))


def _seed_of(content: bytes, where: str) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(content, password=None)
    except TypeError as error:  # what cryptography raises for a key with a password
        advice = "openssl pkey -in KEY.pem -out PLAIN.pem removes it"
        raise SavedFormatError(
            f"{where}: expected a key without a password, received one with. Next: {advice}."
        ) from error
    except Exception as error:  # several kinds for damaged bytes
        raise SavedFormatError(
            f"{where}: expected an Ed25519 private key in PEM, received something else."
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        advice = "equitab certify --new-key KEY.pem makes one"
        raise SavedFormatError(
            f"{where}: expected an Ed25519 private key, received one of another kind. Next: {advice}."
        )
    return key.private_bytes_raw()


def _make_private_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StorageError(_cannot_write(folder, error)) from error


def _claim(place: Path, content: bytes, *, may_exist: bool = False) -> None:
    """Write a private file whole or not at all; of two that come at once, the first one's stays."""
    partial = place.with_name(f".{place.name}.{secrets.token_hex(8)}.partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(partial, place)
    except FileExistsError as error:
        if not may_exist:
            raise OutputExistsError(f"{str(place)!r} exists, and a key is never overwritten.") from error
    except OSError as error:
        raise StorageError(_cannot_write(place, error)) from error
    finally:
        partial.unlink(missing_ok=True)


def _keep_public(key: PublicKey, target: Path) -> None:
    """See to it that a file holds a public key; one that holds another key is an error, never replaced."""
    if target.exists():
        if PublicKey.load(target) != key:
            expected = f"the public key {key.key_id[:24]}…"
            advice = (
                "the file was changed or belongs to another key: move it away, if you know why it differs"
            )
            raise SavedFormatError(
                f"key {str(target)!r}: expected {expected}, received another. Next: {advice}."
            )
        return
    _make_private_folder(target.parent)
    key.save(target, overwrite=True)


def _cannot_write(path: Path, error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    advice = "name a folder that can be written in the variable EQUITAB_HOME, or a key with --key"
    return f"key {str(path)!r} was not written ({reason}). Next: {advice}."
