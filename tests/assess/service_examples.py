"""Devices on which each check of a service fails, passes and cannot tell."""

from __future__ import annotations

from assess.factories import Said, device

from riskscan.model import (
    Device,
    Outcome,
    PortState,
)

LOST = Outcome.TIMED_OUT
SKIPPED = Outcome.SKIPPED_FOR_SAFETY
PAGE: list[Said] = [("http.status", "200", 80), ("http.tls", "false", 80)]
TLS: list[Said] = [("tls.version", "TLSv1.3", 443), ("tls.offers", "TLSv1.3", 443)]
SSH: list[Said] = [
    ("ssh.banner", "SSH-2.0-OpenSSH_9.6", 22),
    ("ssh.kex", "curve25519-sha256", 22),
    ("ssh.host-key", "ssh-ed25519", 22),
    ("ssh.host-key", "rsa-sha2-512", 22),
    ("ssh.host-key", "ssh-rsa", 22),
    ("ssh.cipher", "aes128-ctr", 22),
    ("ssh.mac", "hmac-sha2-256", 22),
]
IMAP: list[Said] = [("imap.greeting", "* OK ready", 143), ("imap.capability", "IMAP4rev1", 143)]
IPMI: list[Said] = [
    ("ipmi.version", "2.0", 623),
    ("ipmi.anonymous", "disabled", 623),
    ("ipmi.null-user", "disabled", 623),
    ("ipmi.authentication", "md5", 623),
]
LDAPS: list[Said] = [("tls.version", "TLSv1.2", 636), ("ntlm.dns-name", "dc1.clinic.example", 445)]
SILENT_UDP = PortState.OPEN_OR_FILTERED

EXAMPLES: dict[str, tuple[Device, Device, Device]] = {
    "audit.clock-skew": (
        device(says=[("smb.clock-skew", "-901", 445)], open=(445,)),
        device(says=[("smb.clock-skew", "-300", 445)], open=(445,)),
        device(open=(445,), probes=[("smb", 445, LOST)]),
    ),
    "cleartext.broker": (
        device(says=[("mqtt.auth", "required", 1883)], open=(1883,)),
        device(closed=(1883, 5672)),
        device(closed=(1883,), filtered=(5672,)),
    ),
    "cleartext.database": (
        device(says=[("postgres.ssl", "refused", 5432)], open=(5432,)),
        device(says=[("mssql.encryption", "required", 1433)], open=(1433,)),
        device(closed=(1433,), open=(5432,)),
    ),
    "cleartext.http-digest": (
        device(says=[*PAGE, ("http.auth", "digest", 80)], open=(80,)),
        device(says=PAGE, open=(80,)),
        device(open=(80,), probes=[("http", 80, LOST)]),
    ),
    "cleartext.ldap": (
        device(says=[("ldap.anonymous", "true", 389)], open=(389,)),
        device(closed=(389,)),
        device(says=[("ldap.anonymous", "false", 389)], open=(389,)),
    ),
    "cleartext.tftp": (
        device(says=[("tftp.answer", "error 4", 69)], udp=[(69, PortState.OPEN)]),
        device(udp=[(69, PortState.CLOSED)]),
        device(udp=[(69, SILENT_UDP)]),
    ),
    "cleartext.mailbox": (
        device(says=[*IMAP, ("tls.starttls", "missing", 143)], open=(143,)),
        device(
            says=[
                *IMAP,
                ("imap.capability", "LOGINDISABLED", 143),
                ("tls.starttls", "offered", 143),
            ],
            open=(143,),
        ),
        device(says=IMAP[:1], open=(143,), fragile=True),
    ),
    "cleartext.r-commands": (
        device(open=(513,), closed=(512, 514)),
        device(closed=(512, 513, 514)),
        device(closed=(512, 513), filtered=(514,)),
    ),
    "cleartext.smtp": (
        device(says=[("smtp.greeting", "220 x", 25), ("tls.starttls", "missing", 25)]),
        device(says=[("smtp.greeting", "220 x", 25), ("tls.starttls", "offered", 25)]),
        device(says=[("smtp.greeting", "220 x", 25)], open=(25,)),
    ),
    "cleartext.snmp": (
        device(says=[("snmp.community", "public", 161), ("snmp.version", "2c", 161)]),
        device(udp=[(161, PortState.CLOSED)]),
        device(says=[("snmp.engine", "80001f88", 161)], udp=[(161, PortState.OPEN)]),
    ),
    "exposure.ipmi": (
        device(says=IPMI),
        device(udp=[(623, PortState.CLOSED)]),
        device(udp=[(623, SILENT_UDP)]),
    ),
    "exposure.open-broker": (
        device(says=[("mqtt.auth", "none", 1883)], open=(1883,)),
        device(says=[("mqtt.auth", "required", 1883)], open=(1883,)),
        device(says=[("mqtt.auth", "refused", 1883)], open=(1883,)),
    ),
    "exposure.open-data-store": (
        device(says=[("redis.auth", "none", 6379)], open=(6379,)),
        device(says=[("redis.auth", "required", 6379)], closed=(9200, 11211, 27017)),
        device(
            says=[("mongodb.wire-version", "21", 27017)],
            open=(27017,),
            closed=(6379, 9200, 11211),
        ),
    ),
    "nfs.exported-to-world": (
        device(says=[("nfs.exports", "2", 2049), ("nfs.exported-to", "world", 2049)]),
        device(says=[("nfs.exports", "2", 2049), ("nfs.exported-to", "list", 2049)]),
        device(open=(2049,), filtered=(111,)),
    ),
    "remote.ipmi-weak-login": (
        device(says=[*IPMI, ("ipmi.anonymous", "enabled", 623)]),
        device(says=IPMI),
        device(says=IPMI[:1], udp=[(623, PortState.OPEN)]),
    ),
    "remote.rdp-weak-encryption": (
        device(says=[("rdp.security", "rdp", 3389)], open=(3389,)),
        device(says=[("rdp.security", "tls", 3389)], open=(3389,)),
        device(open=(3389,), probes=[("rdp", 3389, LOST)]),
    ),
    "remote.ssh-weak-algorithms": (
        device(says=[*SSH, ("ssh.kex", "diffie-hellman-group1-sha1", 22)]),
        device(says=SSH),
        device(says=SSH[:1], open=(22,), fragile=True),
    ),
    "remote.vnc-weak-authentication": (
        device(says=[("vnc.security", "vnc-auth", 5900)], open=(5900,)),
        device(says=[("vnc.security", "vencrypt", 5900)], open=(5900,)),
        device(says=[("vnc.security", "tight", 5900)], open=(5900,)),
    ),
    "remote.winrm-basic": (
        device(says=[("winrm.auth", "negotiate", 5985), ("winrm.auth", "basic", 5985)]),
        device(says=[("winrm.auth", "negotiate", 5985)]),
        device(open=(5985,), probes=[("http_ntlm", 5985, SKIPPED)]),
    ),
    "tls.certificate-name": (
        device(says=[*LDAPS, ("tls.san", "old.clinic.example", 636)]),
        device(says=[*LDAPS, ("tls.san", "*.Clinic.example", 636)]),
        device(says=LDAPS),
    ),
    "tls.certificate-not-yet-valid": (
        device(says=[*TLS, ("tls.not-before", "2027-01-01T00:00:00+00:00", 443)]),
        device(says=[*TLS, ("tls.not-before", "2026-01-01T00:00:00+00:00", 443)]),
        device(says=[*TLS, ("tls.not-before", "last spring", 443)]),
    ),
    "tls.weak-cipher": (
        device(
            says=[
                *TLS,
                ("tls.weak-ciphers", "accepted", 443),
                ("tls.weak-cipher", "TLS_RSA_WITH_RC4_128_SHA", 443),
            ]
        ),
        device(says=[*TLS, ("tls.weak-ciphers", "refused", 443)]),
        device(says=[*TLS, ("tls.cipher", "ECDHE-RSA-AES128-GCM-SHA256", 443)]),
    ),
    "tls.weak-signature": (
        device(says=[*TLS, ("tls.signature", "sha1", 443)]),
        device(says=[*TLS, ("tls.signature", "sha256", 443)]),
        device(probes=[("tls", 443, LOST)]),
    ),
}
"""Check to a device that fails, one that passes, and one of which nothing is known."""
