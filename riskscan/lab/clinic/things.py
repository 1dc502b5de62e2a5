"""Printers, cameras, phones, power: what nobody calls a computer."""

from __future__ import annotations

from riskscan.lab.host import LabHost
from riskscan.lab.servers.announce import Description, Sip, Ssdp, Wsd
from riskscan.lab.servers.http import Http
from riskscan.lab.servers.ipp import Ipp
from riskscan.lab.servers.mdns import Mdns, Service
from riskscan.lab.servers.silent import RawPrint
from riskscan.lab.servers.snmp import Snmp
from riskscan.lab.servers.text import Rtsp
from riskscan.lab.servers.unasked import MdnsNews, SsdpNotice
from riskscan.model import DeviceClass

_BONJOUR = Mdns(
    host="BRW30055C0A0141",
    services=(
        Service(
            kind="_ipp._tcp",
            instance="Brother HL-L2350DW series",
            port=631,
            texts={"ty": "Brother HL-L2350DW series", "product": "(Brother HL-L2350DW series)"},
        ),
    ),
)
_UPNP = "Linux UPnP/1.0"
_DESCRIPTION = "http://192.168.50.52:5000/ssdp/desc-DSM-eth0.xml"

THINGS = (
    LabHost(
        name="printer",
        address="192.168.50.40",
        mac="a0:d3:c1:19:e2:40",
        device_class=DeviceClass.PRINTER_MFP,
        vendor="Hewlett Packard",
        maker="HP",
        product="LaserJet MFP M528",
        what="printer and copier behind the front desk",
        servers=(
            Http(
                port=80,
                title="HP LaserJet MFP M528",
                server="HP HTTP Server; HP LaserJet MFP M528 - 1PV64A",
            ),
            Ipp(port=631, model="HP LaserJet MFP M528"),
            RawPrint(port=9100),
            Snmp(
                description="HP ETHERNET MULTI-ENVIRONMENT,ROM none,JETDIRECT,JD153,EEPROM JDI2",
                object_id="1.3.6.1.4.1.11.2.3.9.1",
                name="NPI19E240",
            ),
        ),
        weaknesses=(
            "snmp.default-community",
            "exposure.raw-print",
            "cleartext.snmp",  # SNMP v2c answers, which has no encryption
        ),
    ),
    LabHost(
        name="camera",
        address="192.168.50.43",
        mac="00:40:8c:d1:05:43",
        device_class=DeviceClass.IP_CAMERA,
        vendor="Axis",
        maker="Axis",
        what="camera over the entrance",
        servers=(
            Http(port=80, realm="AXIS_00408CD10543", clock=-7200),
            Rtsp(port=554, realm="AXIS_00408CD10543", server="GStreamer RTSP server"),
        ),
        weaknesses=(
            "cleartext.http-basic",
            "cleartext.rtsp",  # pictures without TLS
            "audit.clock-skew",  # its pages say a time two hours past
        ),
    ),
    LabHost(
        name="ups",
        address="192.168.50.45",
        mac="00:c0:b7:e8:1a:45",
        device_class=DeviceClass.UPS_PDU,
        vendor="American Power Conversion",
        maker="APC",
        what="battery backup of the server closet",
        ipv6=False,
        servers=(
            Http(port=80, title="APC | Log On", login=True),
            Snmp(
                description="APC Web/SNMP Management Card (MB:v4.2.9 PF:v7.0.8 PN:apc_hw05_aos)",
                object_id="1.3.6.1.4.1.318.1.3.27",
                name="lakeside-ups",
                # upsIdentManufacturer and upsIdentModel (RFC 1628 section 2)
                objects={
                    "1.3.6.1.2.1.33.1.1.1.0": "APC",
                    "1.3.6.1.2.1.33.1.1.2.0": "Smart-UPS 1500",
                },
            ),
        ),
        weaknesses=(
            "cleartext.http-login",
            "snmp.default-community",
            "cleartext.snmp",  # SNMP v2c answers, which has no encryption
        ),
    ),
    LabHost(
        name="laser-printer",
        address="192.168.50.41",
        mac="30:05:5c:0a:01:41",
        device_class=DeviceClass.PRINTER_MFP,
        vendor="Brother",
        maker="Brother",
        product="HL-L2350DW",
        what="laser printer of the laboratory, which announces itself (Bonjour)",
        servers=(Ipp(port=631, model="Brother HL-L2350DW series"), _BONJOUR),
        announces=(MdnsNews(responder=_BONJOUR),),
        weaknesses=(
            "exposure.names-announced",  # its name goes to everybody
        ),
    ),
    LabHost(
        name="hall-camera",
        address="192.168.50.49",
        mac="ac:cc:8e:0a:01:49",
        device_class=DeviceClass.IP_CAMERA,
        vendor="Axis",
        maker="Axis",
        product="P3245-LVE",
        what="camera in the hall that answers ONVIF's search",
        servers=(
            Rtsp(port=554, realm="AXIS_ACCC8E0A0149", server="GStreamer RTSP server"),
            Wsd(
                types="dn:NetworkVideoTransmitter",
                scopes=(
                    "onvif://www.onvif.org/name/AXIS%20P3245"
                    " onvif://www.onvif.org/hardware/P3245-LVE"
                ),
            ),
        ),
        weaknesses=(
            "cleartext.rtsp",  # pictures without TLS
            "exposure.names-announced",  # its name goes to everybody
        ),
    ),
    LabHost(
        name="nurse-phone",
        address="192.168.50.51",
        mac="80:5e:c0:0a:01:51",
        device_class=DeviceClass.VOIP_PHONE,
        vendor="Yealink",
        maker="Yealink",
        product="T46S",
        what="telephone of the nurses' desk, which answers SIP",
        servers=(Sip(agent="Yealink SIP-T46S 66.86.0.15"),),
        weaknesses=(
            "cleartext.sip",  # SIP over UDP
        ),
    ),
    LabHost(
        name="picture-store",
        address="192.168.50.52",
        mac="00:11:32:0a:01:52",
        device_class=DeviceClass.NAS_STORAGE,
        vendor="Synology",
        maker="Synology",
        product="DS920+",
        what="network storage with the practice's photographs, which announces itself (UPnP)",
        servers=(
            Ssdp(server=_UPNP, location=_DESCRIPTION),
            Description(port=5000, elements={"manufacturer": "Synology", "modelName": "DS920+"}),
        ),
        announces=(SsdpNotice(server=_UPNP, kind="upnp:rootdevice", location=_DESCRIPTION),),
        weaknesses=(
            "exposure.upnp",  # it answers a UPnP search
        ),
    ),
)
