"""Whose clinic it is: the site that the demo scans."""

from __future__ import annotations

from ipaddress import ip_network

from riskscan.lab.clinic import CLINIC_NETWORKS
from riskscan.model import Consent, Scope, Site


def demo_site() -> Site:
    """Return the practice that the demo scans: all of the clinic, and nothing else in the world."""
    networks = tuple(ip_network(network) for network in CLINIC_NETWORKS)
    return Site(
        practice="Lakeside Family Clinic (demonstration)",
        scope=Scope(include=networks),
        consent=Consent(
            given_by="nobody: every device is simulated",
            patient_connected="The infusion pump and the patient monitor are simulated too.",
        ),
        vantage="server closet",
        assessor="riskscan demo",
    )
