"""DICOM application entities, real ones (pynetdicom): an archive and an imaging device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import BasicGrayscalePrintManagementMeta as BasicGrayscalePrint
from pynetdicom.sop_class import (
    ComputedRadiographyImageStorage,
    CTImageStorage,
    DigitalXRayImageStorageForPresentation,
    MRImageStorage,
    PatientRootQueryRetrieveInformationModelFind,
    SecondaryCaptureImageStorage,
    StorageCommitmentPushModel,
    StudyRootQueryRetrieveInformationModelFind,
    UltrasoundImageStorage,
    Verification,
)

from riskscan.lab.patients import PATIENT_NAMES
from riskscan.lab.servers.server import PATIENCE, Ledger, Server

DEVICE_CONTEXTS: tuple[str, ...] = (Verification, StorageCommitmentPushModel)
"""What an imaging device accepts: an echo, and the archive's word that images are safe."""

PRINTER_CONTEXTS: tuple[str, ...] = (Verification, BasicGrayscalePrint)
"""What a film printer accepts: an echo, and films to print (PS3.4 annex H)."""

ARCHIVE_CONTEXTS: tuple[str, ...] = (
    Verification,
    ComputedRadiographyImageStorage,
    CTImageStorage,
    DigitalXRayImageStorageForPresentation,
    MRImageStorage,
    SecondaryCaptureImageStorage,
    UltrasoundImageStorage,
    PatientRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelFind,
)
"""What an archive accepts: an echo, images, and questions about patients."""

_OUT_OF_RESOURCES = 0xA700  # PS3.4 table B.2-1


@dataclass(frozen=True, slots=True, kw_only=True)
class Dicom(Server):
    """One application entity (AE) on one port, without TLS."""

    title: str
    contexts: tuple[str, ...]
    implementation_uid: str
    implementation_version: str
    checks_called_title: bool = False
    """True: an association that calls it by another AE title is rejected (PS3.8 table 9-21)."""

    def start(self, ledger: Ledger) -> None:
        entity = AE(ae_title=self.title)
        entity.implementation_class_uid = self.implementation_uid
        entity.implementation_version_name = self.implementation_version
        entity.require_called_aet = self.checks_called_title
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = PATIENCE
        for context in self.contexts:
            entity.add_supported_context(context)
        handlers = [*_handlers(), *self._counting(ledger)]
        entity.start_server(("0.0.0.0", self.port), block=False, evt_handlers=handlers)

    def _counting(self, ledger: Ledger) -> list[tuple[evt.EventType, Callable[..., object]]]:
        return [
            (evt.EVT_CONN_OPEN, lambda _: ledger.opened(self.port)),
            (evt.EVT_CONN_CLOSE, lambda _: ledger.closed()),
        ]


def _handlers() -> list[tuple[evt.EventType, Callable[..., object]]]:
    return [
        (evt.EVT_C_ECHO, lambda _: 0x0000),
        (evt.EVT_C_STORE, lambda _: _OUT_OF_RESOURCES),
        (evt.EVT_C_FIND, _find),
    ]


def _find(_: evt.Event) -> Iterator[tuple[int, Dataset]]:
    """Answer any query with patients: what a scanner that asks would carry away."""
    for number, name in enumerate(PATIENT_NAMES, start=1):
        found = Dataset()
        found.QueryRetrieveLevel = "STUDY"
        found.PatientName = name
        found.PatientID = f"LAB{number:04}"
        yield 0xFF00, found
