"""A Windows computer's answer to a stranger who opens NTLM: the challenge, and no more."""

from __future__ import annotations

import os
import struct
import time
from dataclasses import dataclass

from riskscan.lab.servers import ber

_SIGNATURE = b"NTLMSSP\0"
_NEGOTIATE, _CHALLENGE, _AUTHENTICATE = 1, 2, 3
_FLAGS = 0xE28A_8215  # Unicode, target, version and target info: what Windows 10 answers
_EPOCH = 11_644_473_600
_NTLM = bytes.fromhex("2b06010401823702020a")


@dataclass(frozen=True, slots=True, kw_only=True)
class Computer:
    """Who a Windows computer says it is ([MS-NLMP] 2.2.1.2, 2.2.2.1)."""

    name: str
    domain: str = "WORKGROUP"
    """NetBIOS name of the domain."""
    dns_domain: str = ""
    version: tuple[int, int, int] = (10, 0, 19041)
    """Major, minor, build; Samba says (6, 1, 0)."""
    skew: int = 0
    """Seconds by which its clock is ahead."""

    def filetime(self) -> int:
        """Return its clock in steps of 100 ns since 1601."""
        return int((time.time() + self.skew + _EPOCH) * 10_000_000)

    def challenge(self, heard: bytes) -> bytes:
        """Answer the NEGOTIATE_MESSAGE that is somewhere in ``heard``. Raises ValueError if none.

        A login, the third message, is such a ValueError too: no lab host ever lets a user in.
        """
        start = heard.find(_SIGNATURE)
        if start < 0 or heard[start + 8 : start + 12] != struct.pack("<I", _NEGOTIATE):
            raise ValueError("not the opening of NTLM")
        target, pairs = self.domain.encode("utf-16-le"), self._pairs()
        head = _SIGNATURE + struct.pack("<I", _CHALLENGE)
        head += struct.pack("<HHI", len(target), len(target), 56)
        head += struct.pack("<I", _FLAGS) + os.urandom(8) + bytes(8)
        head += struct.pack("<HHI", len(pairs), len(pairs), 56 + len(target))
        return head + struct.pack("<BBH3xB", *self.version, 15) + target + pairs

    def wrapped_challenge(self, heard: bytes) -> bytes:
        """The same inside SPNEGO's NegTokenResp, accept-incomplete (RFC 4178 4.2.2)."""
        fields = ber.pack(0xA0, ber.pack(0x0A, b"\1")) + ber.pack(0xA1, ber.pack(ber.OID, _NTLM))
        fields += ber.pack(0xA2, ber.pack(ber.OCTETS, self.challenge(heard)))
        return ber.pack(0xA1, ber.pack(ber.SEQUENCE, fields))

    def _pairs(self) -> bytes:
        dns_name = ".".join(filter(None, (self.name.lower(), self.dns_domain)))
        names = {2: self.domain, 1: self.name, 4: self.dns_domain or dns_name, 3: dns_name}
        if self.dns_domain:
            names[5] = self.dns_domain
        packed = [_pair(kind, name.encode("utf-16-le")) for kind, name in names.items()]
        return b"".join(packed) + _pair(7, struct.pack("<Q", self.filetime())) + bytes(4)


def is_nameless(heard: bytes) -> bool:
    """Say whether ``heard`` holds the AUTHENTICATE_MESSAGE of nobody ([MS-NLMP] 3.2.5.1.2).

    User and NT response are empty, and the LM response is empty or one zero byte.
    """
    start = heard.find(_SIGNATURE + struct.pack("<I", _AUTHENTICATE))
    message = heard[start:]
    if start < 0 or len(message) < 64:
        return False
    size, _, at = struct.unpack_from("<HHI", message, 12)
    (response,), (user,) = (struct.unpack_from("<H", message, field) for field in (20, 36))
    return not response and not user and (not size or message[at : at + size] == b"\0")


def _pair(kind: int, value: bytes) -> bytes:
    return struct.pack("<HH", kind, len(value)) + value
