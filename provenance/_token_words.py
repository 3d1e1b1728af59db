"""What a token refuses with, in words and with a remedy: names of PKCS#11's return values (CKR_...) as pkcs11 has them.

PKCS#11 3.1, section 5.1.6, https://docs.oasis-open.org/pkcs11/pkcs11-spec/v3.1/ .
"""

from __future__ import annotations

from typing import Final

PIN: Final = "set the environment variable PROVENANCE_PASSPHRASE to its PIN, or keep it in the OS keyring"
OWN_TOOLS: Final = "look at it with the token's own tools"
WORDS: Final = {
    "PinIncorrect": ("the token does not take the PIN", f"{PIN}; a PIN that was refused is not tried again"),
    "PinInvalid": ("the token does not take the PIN", f"{PIN}; a PIN that was refused is not tried again"),
    "PinLenRange": ("the PIN is too short or too long for the token", PIN),
    "PinExpired": ("the PIN has expired", "give the token a new one with its own tools"),
    "PinLocked": ("the PIN is locked after too many wrong ones", "unlock it with the token's own tools"),
    "UserPinNotInitialized": ("the token has no PIN yet", "give it one with its own tools"),
    "UserAlreadyLoggedIn": (
        "another part of this process has opened it, or the process was forked from one that did",
        "start the program anew",
    ),
    "TokenNotPresent": ("the token was removed", "put it back"),
    "DeviceRemoved": ("the token was removed", "put it back"),
    "DeviceError": ("the token reports a fault of its own", OWN_TOOLS),
    "DeviceMemory": ("the token has no memory left", "close other programs that use it"),
    "SessionCount": ("the token takes no more sessions", "close other programs that use it"),
    "SessionHandleInvalid": ("the session with the token was lost", "try again"),
    "SessionClosed": ("the session with the token was lost", "try again"),
    "MechanismInvalid": (
        "the token does not sign in the way that C2PA asks for",
        "it must offer CKM_ECDSA for an EC key, CKM_RSA_PKCS_PSS for RSA, CKM_EDDSA for Ed25519",
    ),
    "MechanismParamInvalid": ("the token does not sign with PSS on SHA-256", "use an EC key on P-256"),
    "KeyTypeInconsistent": ("the key is of another kind than its certificate", "name the certificate's key"),
    "FunctionRejected": ("somebody refused the signature at the token", "try again, and allow it"),
}  # fmt: skip
LOST: Final = frozenset(
    {
        "SessionHandleInvalid", "SessionClosed", "UserNotLoggedIn", "ObjectHandleInvalid", "KeyHandleInvalid",
        "DeviceRemoved", "DeviceError", "TokenNotPresent", "GeneralError", "OperationActive",
    }
)  # fmt: skip
"""What an old session may fail with where a new one works."""
