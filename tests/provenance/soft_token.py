"""A token made of software, in a folder of the test (SoftHSM 2), with keys in it whose public halves are known."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from provenance.token import TokenKey, close_sessions

PIN = "4711-of-studio"
TOKEN = "studio"
_PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)


def module() -> str:
    """The PKCS#11 library of SoftHSM; a test that needs it fails where it is absent."""
    found = [place for place in _PLACES if Path(place).is_file()]
    assert found, "SoftHSM 2 is not installed (apt-get install softhsm2)"
    assert shutil.which("softhsm2-util"), "softhsm2-util is not on PATH"
    return found[0]


@dataclass(frozen=True)
class SoftToken:
    """The tokens of one test."""

    module: str
    folder: Path

    def make(self, label: str, pin: str = PIN) -> None:
        _util("--init-token", "--free", "--label", label, "--pin", pin, "--so-pin", "so-" + pin)
        self.plug_in()

    def put(self, key: Any, label: str, number: str, token: str = TOKEN, public: bool = True) -> TokenKey:
        """Puts a private key into a token; number is its id in hex digits."""
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file = self.folder / "key.pem"
        file.write_bytes(pem)
        more = () if public else ("--no-public-key",)
        _util("--import", str(file), "--token", token, "--label", label, "--id", number, "--pin", PIN, "--force", *more)
        file.unlink()
        return TokenKey(self.module, token, label)

    def plug_in(self) -> None:
        """Lets the library look for tokens anew, as it does at the start of a process."""
        import pkcs11

        close_sessions()
        pkcs11.lib(self.module).reinitialize()

    def make_limited(self, label: str) -> TokenKey:
        """Makes a P-256 key that may only be used in a way that the token does not know."""
        import pkcs11
        from pkcs11.attributes import AttributeMapper
        from pkcs11.util.ec import encode_named_curve_parameters

        allowed, mapper = pkcs11.Attribute.ALLOWED_MECHANISMS, AttributeMapper()
        mapper.register_handler(allowed, lambda some: b"".join(struct.pack("@L", one) for one in some), lambda raw: raw)
        close_sessions()
        token = pkcs11.lib(self.module).get_token(token_label=TOKEN)
        with token.open(rw=True, user_pin=PIN, attribute_mapper=mapper) as session:
            curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
            session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True).generate_keypair(
                store=True, label=label, private_template={allowed: [pkcs11.Mechanism.ECDSA_SHA256]}
            )
        return TokenKey(self.module, TOKEN, label)

    def break_away(self) -> None:
        """Ends every session in the way of a device that is reset: the library forgets, we do not know."""
        import pkcs11

        pkcs11.lib(self.module).reinitialize()


@contextmanager
def soft_token(folder: Path) -> Iterator[SoftToken]:
    """Tokens in a folder, one of them made."""
    (folder / "tokens").mkdir(parents=True)
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(settings))
        made = SoftToken(module(), folder)
        made.make(TOKEN)
        yield made
        close_sessions()


def _util(*arguments: str) -> None:
    ended = subprocess.run(
        ["softhsm2-util", *arguments], env=os.environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
