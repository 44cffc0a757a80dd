"""Signatures that HTTP endpoints can verify, and the certificate to verify them with.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
Differs from AWS: the certificate is signed by itself and comes from the local cloud's address.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}


class Signer:
    """A key and its certificate, made when they are first needed."""

    def __init__(self) -> None:
        self._key: Any = None
        self._certificate = b""

    @property
    def certificate(self) -> bytes:
        """The certificate as PEM."""
        self._prepare()
        return self._certificate

    def sign(self, members: dict[str, Any]) -> dict[str, Any]:
        """The envelope with a signature by its SignatureVersion: 1 is SHA-1, 2 is SHA-256."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        self._prepare()
        names = _SIGNED.get(members["Type"], _SIGNED["SubscriptionConfirmation"])
        text = "".join(f"{name}\n{members[name]}\n" for name in names if name in members)
        algorithm = hashes.SHA256() if members["SignatureVersion"] == "2" else hashes.SHA1()
        signature = self._key.sign(text.encode(), padding.PKCS1v15(), algorithm)
        return {**members, "Signature": base64.b64encode(signature).decode()}

    def _prepare(self) -> None:
        if self._key is not None:
            return
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import rsa
        from cryptography.x509.oid import NameOID

        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=365))
            .sign(self._key, hashes.SHA256())
        )
        self._certificate = certificate.public_bytes(serialization.Encoding.PEM)
