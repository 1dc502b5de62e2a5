"""The report as JSON with a published schema: for other programs, and for the hash in the PDF."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from riskscan.report.document import FORMAT, Report

SCHEMA_ID = f"urn:{FORMAT.replace('/', ':')}"


@cache
def _adapter() -> TypeAdapter[Report]:
    return TypeAdapter(Report)


def export(report: Report) -> bytes:
    """Write the whole report: keys in the order of the document, dates in ISO 8601, UTF-8."""
    return _adapter().dump_json(report, indent=2) + b"\n"


def digest(report: Report) -> str:
    """Return the SHA-256 of :func:`export`, in hex: what the PDF prints to name its contents."""
    return hashlib.sha256(export(report)).hexdigest()


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) that :func:`export` keeps to."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
    }
    made = head | _adapter().json_schema(mode="serialization")
    made["title"] = "riskscan report"
    copied: dict[str, Any] = json.loads(json.dumps(made))
    return copied
