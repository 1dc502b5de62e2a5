"""Signs that a device may serve patients, stricter than what makes a device fragile.

A session for strangers is no question that a medical device needs to bear. What the probes before
have heard decides, not the port alone.
"""

from __future__ import annotations

from riskscan.model import Host

_FAMILIES = ("dicom.", "mllp.", "fhir.", "wsd.medical", "heard.medical", "bacnet.")
_CLINICAL_APIS = frozenset({"fhir", "dicomweb"})


def serves_patients(host: Host) -> bool:
    """Say whether anything that is known of a host speaks of clinical work.

    A product that names itself in a status page counts, whatever it is: those that do so are
    image archives and interface engines.
    """
    return any(
        seen.key.startswith(_FAMILIES)
        or seen.key == "http.product"
        or (seen.key == "http.api" and seen.value in _CLINICAL_APIS)
        for seen in host.observations
    )
