"""The keys that observations may carry: the one contract between probes, rules and checks.

A probe may emit, a fingerprint may match and a check may read only what stands here; tests on
all three sides hold it. To add a key, add a line. Values are hostile text, capped at
:data:`riskscan.model.OBSERVATION_CAP` characters. There is no key for message content, file
names, study lists or anything else that could hold patient data, and there must never be one.
"""

from __future__ import annotations

OBSERVATION_KEYS: dict[str, str] = {
    # learned by the sweep
    "arp.mac": "MAC address that answered for this address",
    "arp.other-mac": "a second MAC address that answered for the same address",
    "icmp.ttl": "time to live of the echo reply, as received",
    "net.gateway": "'true' for the default gateway of the scanning machine",
    "net.tarpit": "'true' if it accepts on every port, so that no open port means anything",
    "net.distress": "'true' if it fell silent or laboured while it was asked, and was left alone",
    # derived by identify from the host; rules may match them, probes never emit them
    "mac.vendor": "holder of the MAC prefix, longest block first (24, 28 or 36 bits)",
    "mac.local": "'true' for a locally administered (often randomised) MAC address",
    "tcp.open": "an open TCP port, as a decimal number",
    "udp.open": "an open UDP port, as a decimal number",
    # tls
    "tls.version": "version of the first handshake: TLSv1.3, TLSv1.2, TLSv1.1, TLSv1",
    "tls.offers": "a version that the server accepted, one observation each",
    "tls.refuses": "a version that was offered alone and that the server refused",
    "tls.cipher": "cipher suite of the first handshake (OpenSSL's name)",
    "tls.subject": "certificate subject, RFC 4514",
    "tls.issuer": "certificate issuer, RFC 4514",
    "tls.san": "a DNS or IP name in the certificate, one observation each",
    "tls.not-before": "start of validity, ISO 8601 UTC",
    "tls.not-after": "end of validity, ISO 8601 UTC",
    "tls.self-signed": "'true' if issuer is subject and its own key verifies the signature",
    "tls.key": "key type and size: 'RSA 2048', 'EC 256'",
    "tls.signature": "signature hash algorithm: sha256, sha1, md5",
    "tls.sha256": "SHA-256 of the certificate, hex",
    # http (also over tls; the port tells)
    "http.status": "status code of GET /",
    "http.server": "Server header",
    "http.powered-by": "X-Powered-By header",
    "http.title": "content of the title element of /",
    "http.location": "Location header of a redirect, not followed off the host",
    "http.auth": "scheme of WWW-Authenticate in lower case: basic, digest, ntlm, negotiate",
    "http.realm": "realm of WWW-Authenticate",
    "http.login-form": "'true' if / holds an input of type password",
    "http.tls": "'true' if the page was fetched over TLS, else 'false'",
    "http.product": "a product that names itself in an anonymous status page, such as Orthanc",
    # greetings: the first bytes a server says unasked
    "ssh.banner": "SSH identification string, RFC 4253 section 4.2",
    "ftp.greeting": "first line of an FTP server",
    "telnet.greeting": "text of a telnet server after option negotiation is stripped",
    "smtp.greeting": "first line of an SMTP server",
    "pop3.greeting": "first line of a POP3 server",
    "imap.greeting": "first line of an IMAP server",
    "tcp.greeting": "first line that an unrecognised service says unasked",
    "tcp.silent": "'true' if the service accepted and said nothing before the time ran out",
    "mysql.version": "server version of the MySQL or MariaDB handshake packet",
    "postgres.ssl": "'offered' or 'refused': answer to PostgreSQL's SSLRequest",
    # rdp, vnc, smb
    "rdp.security": "what the server chose when only TLS was offered: 'nla-required', 'tls', 'rdp'",
    "vnc.version": "RFB protocol version string",
    "vnc.security": "a security type on offer, one each: none, vnc-auth, tls, vencrypt, number",
    "smb.dialect": "SMB dialect chosen from all: 2.0.2, 2.1, 3.0, 3.0.2, 3.1.1",
    "smb.signing": "'required' or 'enabled'",
    "smb.v1": "'accepted' or 'refused': answer to an offer of NT LM 0.12 alone",
    # snmp
    "snmp.community": "a default community that a read of the system group was answered with",
    "snmp.version": "2c",
    "snmp.sysdescr": "sysDescr.0, RFC 3418",
    "snmp.sysobjectid": "sysObjectID.0, dotted, RFC 3418",
    "snmp.sysname": "sysName.0, RFC 3418",
    # dicom (PS3.8): one association, calling AE RISKSCAN, called AE ANY-SCP, released properly
    "dicom.association": "'accepted', 'rejected' or 'aborted'",
    "dicom.reject": "'calling-ae', 'called-ae' or 'other': why it was rejected (PS3.8 table 9-21)",
    "dicom.tls": "'true' if the association ran over TLS, else 'false'",
    "dicom.implementation-uid": "Implementation Class UID of the acceptor (PS3.7 D.3.3.2)",
    "dicom.implementation-version": "Implementation Version Name of the acceptor",
    "dicom.context": "an accepted abstract syntax by name, one each: verification, storage, "
    "study-root-find, worklist-find, mpps, print, storage-commitment",
    # mllp
    "mllp.listens": "'true' if an HL7 port accepted a connection; nothing is ever sent to it",
}
"""Key to one-line meaning, in the order of the stages that produce them."""
