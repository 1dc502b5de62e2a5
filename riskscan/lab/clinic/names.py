"""What several hosts of the clinic have in common."""

from __future__ import annotations

DOMAIN = "lakeside.example"
"""Active Directory domain of the practice (RFC 2606 keeps the name free)."""
