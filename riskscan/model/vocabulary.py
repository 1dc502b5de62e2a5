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
    # names and models that a device gives to any neighbour who asks: mDNS and DNS-SD (RFC 6763)
    "mdns.service": "a service type on offer, one each: _ipp._tcp",
    "mdns.host": "host name of the device, without .local",
    "mdns.maker": "maker in a TXT record (usb_MFG, manufacturer, vendor)",
    "mdns.product": "model in a TXT record (ty, product, usb_MDL, md, model, am)",
    "mdns.version": "firmware or protocol software version in a TXT record (fv, srcvers, osxvers)",
    # SSDP and the one device description that its LOCATION points to (UPnP device architecture)
    "ssdp.server": "SERVER header: system, UPnP version, product",
    "ssdp.type": "a device type or search target, one each",
    "ssdp.maker": "manufacturer of the device description",
    "ssdp.product": "modelName of the device description",
    "ssdp.version": "modelNumber of the device description",
    "ssdp.name": "friendlyName of the device description",
    "ssdp.serial": "serialNumber of the device description",
    # WS-Discovery: ONVIF cameras, printers, IEEE 11073 SDC medical devices
    "wsd.type": "a device type without its prefix, one each: NetworkVideoTransmitter, PrintDeviceType",
    "wsd.name": "name of an ONVIF device, from its scopes",
    "wsd.hardware": "model of an ONVIF device, from its scopes",
    "wsd.medical": "'true' if it says that it is an IEEE 11073 SDC medical device",
    "wsd.bed-location": "'true' if its scopes tell everyone the bed it stands at; which is not kept",
    # IPP Get-Printer-Attributes (RFC 8011), no job attribute among them
    "ipp.model": "printer-make-and-model",
    "ipp.name": "printer-name",
    "ipp.device-id": "printer-device-id, IEEE 1284",
    "ipp.firmware": "printer-firmware-string-version",
    "ipp.authentication": "a way to authenticate, one each: none, requesting-user-name, basic ...",
    "ipp.security": "a way to secure the channel, one each: none, tls",
    # SIP and RTSP OPTIONS
    "sip.status": "status code of the answer to OPTIONS",
    "sip.agent": "User-Agent or Server header of that answer",
    "sip.allow": "methods of that answer's Allow header",
    "rtsp.status": "status code of the answer to OPTIONS *",
    "rtsp.server": "Server header of that answer",
    "rtsp.realm": "realm of that answer's WWW-Authenticate header",
    "rtsp.auth": "scheme of that answer's WWW-Authenticate header in lower case",
    # IPMI Get Channel Authentication Capabilities (IPMI 2.0 section 22.13), no session
    "ipmi.version": "1.5 or 2.0, one each",
    "ipmi.authentication": "an authentication type on offer for IPMI 1.5: none, md2, md5, straight",
    "ipmi.anonymous": "'enabled' if a user without name and password may log in",
    "ipmi.null-user": "'enabled' if there is a user without a name, with a password",
    "ipmi.maker": "IANA enterprise number of the maker's own authentication, if it has one",
    # snmp beyond the system group
    "snmp.engine": "authoritative engine id of SNMP 3, hex (RFC 3411)",
    "snmp.engine-maker": "enterprise number inside that engine id",
    "snmp.printer": "hrDeviceDescr.1 or prtGeneralPrinterName.1 of a printer (RFC 2790, RFC 3805)",
    "snmp.serial": "prtGeneralSerialNumber.1 (RFC 3805)",
    "snmp.ups-maker": "upsIdentManufacturer (RFC 1628)",
    "snmp.ups-model": "upsIdentModel (RFC 1628)",
    "snmp.ups-version": "upsIdentUPSSoftwareVersion or upsIdentAgentSoftwareVersion (RFC 1628)",
    # overheard before anything is sent; mdns.* and ssdp.* may be overheard too
    "dhcp.hostname": "option 12 of a DHCP request: the name that the device gives itself",
    "dhcp.vendor-class": "option 60 of a DHCP request",
    "dhcp.parameters": "option 55 of a DHCP request: numbers in the order asked for, with commas",
    "dhcp.client": "option 61 of a DHCP request, hex",
    "dhcp.server": "'true' if it answers DHCP requests",
    "lldp.chassis": "chassis id (IEEE 802.1AB)",
    "lldp.port": "port id: the port of the neighbour that we are plugged into",
    "lldp.name": "system name",
    "lldp.description": "system description",
    "lldp.capability": "an enabled capability, one each: bridge, router, wlan-ap, telephone ...",
    "lldp.maker": "manufacturer of LLDP-MED's inventory (TIA-1057)",
    "lldp.product": "model of LLDP-MED's inventory",
    "lldp.version": "firmware or software revision of LLDP-MED's inventory",
    "lldp.serial": "serial number of LLDP-MED's inventory",
    "cdp.device": "device id of Cisco Discovery Protocol",
    "cdp.platform": "platform of Cisco Discovery Protocol",
    "cdp.version": "software version of Cisco Discovery Protocol, first line",
    "cdp.port": "port of the neighbour that we are plugged into",
    "nbns.name": "a computer name registered over NetBIOS; never that of a user",
    "llmnr.name": "a name that it answered for over LLMNR (RFC 4795)",
    "bacnet.instance": "device instance of a BACnet I-Am that it broadcast (ASHRAE 135)",
    "bacnet.maker": "BACnet vendor number of that I-Am",
    "heard.medical": "a broadcast of a patient monitor, by name; its content is never read: "
    "philips-connect, ge-heartbeat, ge-time",
}
"""Key to one-line meaning, in the order of the stages that produce them."""
