"""Medical devices: fragile, and never to be asked more than they bear."""

from __future__ import annotations

from riskscan.lab.host import LabHost
from riskscan.lab.patients import PATIENT_NAMES
from riskscan.lab.servers.announce import Wsd
from riskscan.lab.servers.dicom import (
    ARCHIVE_CONTEXTS,
    DEVICE_CONTEXTS,
    PRINTER_CONTEXTS,
    Dicom,
)
from riskscan.lab.servers.ftp import Ftp
from riskscan.lab.servers.http import Http
from riskscan.lab.servers.text import Telnet
from riskscan.model import DeviceClass

MEDICAL = (
    LabHost(
        name="pacs",
        address="192.168.50.20",
        mac="0c:c4:7a:88:31:20",
        device_class=DeviceClass.PACS_ARCHIVE,
        vendor="Super Micro",
        what="image archive that takes an association from anybody",
        servers=(
            Dicom(
                port=11112,
                title="LAKESIDE",
                contexts=ARCHIVE_CONTEXTS,
                implementation_uid="1.2.276.0.7230010.3.0.3.6.8",
                implementation_version="OFFIS_DCMTK_368",
            ),
            Http(
                port=8042,
                title="Orthanc Explorer",
                server="Mongoose",
                pages=(
                    (
                        "/system",
                        "application/json",
                        '{"ApiVersion": 27, "DicomAet": "LAKESIDE", "DicomPort": 11112,'
                        ' "Name": "Orthanc", "Version": "1.12.10"}',
                    ),
                    ("/patients?expand", "application/json", f'["{PATIENT_NAMES[3]}"]'),
                ),
            ),
        ),
        # an unknown calling AE and a wrong called AE are accepted; there is no TLS
        weaknesses=(
            "dicom.any-ae",
            "cleartext.dicom",
            "dicom.any-called-ae",  # a wrong called AE is accepted
        ),
    ),
    LabHost(
        name="ultrasound",
        address="192.168.50.21",
        mac="00:08:fb:21:6e:21",
        device_class=DeviceClass.IMAGING_MODALITY,
        vendor="SonoSite",
        maker="SonoSite",
        what="ultrasound that insists on being called by its AE title",
        servers=(
            Dicom(
                port=104,
                title="SONO1",
                contexts=DEVICE_CONTEXTS,
                implementation_uid="1.2.840.114340.3.1",
                implementation_version="SONO_1",
                checks_called_title=True,
            ),
        ),
        weaknesses=("cleartext.dicom",),  # it rejects, but it speaks without TLS
    ),
    LabHost(
        name="x-ray",
        address="192.168.50.22",
        mac="88:b4:36:50:0d:22",
        device_class=DeviceClass.IMAGING_MODALITY,
        vendor="FUJIFILM",
        maker="Fujifilm",
        what="computed radiography console: echo and storage commitment only",
        ipv6=False,
        servers=(
            Dicom(
                port=104,
                title="CR1",
                contexts=DEVICE_CONTEXTS,
                implementation_uid="1.2.392.200036.9125.1",
                implementation_version="CR_CONSOLE_1",
            ),
        ),
        weaknesses=(
            "dicom.any-ae",
            "cleartext.dicom",
            "dicom.any-called-ae",  # a wrong called AE is accepted
        ),
    ),
    LabHost(
        name="analyzer",
        address="192.168.50.23",
        mac="70:b3:d5:53:f0:23",  # 70B3D553F is a 36-bit block
        device_class=DeviceClass.LAB_ANALYZER,
        vendor="Abbott Diagnostics Technologies AS",
        what="chemistry analyzer with a service terminal and a folder of results",
        servers=(
            Ftp(port=21, greeting="Analyzer results service ready", anonymous=True),
            Telnet(port=23, greeting="Analyzer service terminal"),
        ),
        weaknesses=("cleartext.telnet",),
        plausible=("cleartext.ftp",),  # true, but a careful scanner does not ask for it here
    ),
    LabHost(
        name="vaccine-fridge",
        address="192.168.50.24",
        mac="6c:47:80:5a:10:24",  # 6C47805 is a 28-bit block
        device_class=DeviceClass.ENV_TEMP_MONITOR,
        vendor="Monnit Corporation",
        maker="Monnit",
        what="temperature gateway of the vaccine refrigerator",
        ipv6=False,
        servers=(Http(port=80, title="Monnit Ethernet Gateway"),),
    ),
    LabHost(
        name="pump",
        address="192.168.50.25",
        mac="00:1a:01:7c:00:25",
        device_class=DeviceClass.INFUSION_PUMP,
        vendor="ICU Medical",
        what="infusion pump: no open port, no answer to anything but ARP",
        ipv6=False,
        answers_ping=False,
        drops_closed=True,
    ),
    LabHost(
        name="monitor",
        address="192.168.50.26",
        mac="38:0b:26:03:91:26",
        device_class=DeviceClass.PATIENT_MONITOR,
        vendor="Mindray",
        what="patient monitor: answers ping, drops the rest",
        drops_closed=True,
    ),
    LabHost(
        name="mini-pacs",
        address="192.168.50.27",
        mac="b0:83:fe:0a:01:27",
        device_class=DeviceClass.PACS_ARCHIVE,
        vendor="Dell",
        what="image archive on an office PC, on a port of its own choice",
        disguised=True,
        servers=(
            Dicom(
                port=11113,
                title="MINIPACS",
                contexts=ARCHIVE_CONTEXTS,
                implementation_uid="1.2.826.0.1.3680043.2.135.1066.101",
                implementation_version="1.4.19/WIN32",
            ),
        ),
        weaknesses=(
            "dicom.any-ae",
            "cleartext.dicom",
            "dicom.any-called-ae",  # a wrong called AE is accepted
        ),
    ),
    LabHost(
        name="film-printer",
        address="192.168.50.28",
        mac="88:b4:36:50:0d:28",
        device_class=DeviceClass.IMAGING_WORKSTATION,  # the taxonomy has no printer of films
        vendor="FUJIFILM",
        maker="Fujifilm",
        what="printer of X-ray films",
        ipv6=False,
        servers=(
            Dicom(
                port=104,
                title="DRYPIX",
                contexts=PRINTER_CONTEXTS,
                implementation_uid="1.2.392.200036.9125.3",
                implementation_version="DRYPIX_1",
                checks_called_title=False,
            ),
        ),
        weaknesses=(
            "dicom.any-ae",
            "cleartext.dicom",
            "dicom.any-called-ae",  # a wrong called AE is accepted
        ),
    ),
    LabHost(
        name="bedside",
        address="192.168.50.29",
        mac="b0:83:fe:0a:01:29",
        device_class=DeviceClass.MEDICAL_OTHER,  # it says no more than that it is one
        vendor="Dell",
        what="bedside device with an office network card, which says in SDC that it is medical",
        disguised=True,
        servers=(
            Wsd(
                types="dpws:Device mdpws:MedicalDevice",
                scopes="sdc.ctxt.loc:/sdc.ctxt.loc.detail/x?bed=Bed7",
                discovery="http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01",
                addressing="http://www.w3.org/2005/08/addressing",
            ),
        ),
        weaknesses=(
            "exposure.bed-location",  # its scope names the bed
        ),
    ),
)
