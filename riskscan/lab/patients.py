"""Patients who never lived, laid where a careless scanner would pick them up.

They stand in anonymous FTP listings, behind C-FIND, in a web page one click further, in a remote
desktop's name and in the answer to an HL7 message. A polite scan meets none of them; a test looks
for each of these strings in the database and in every export.
"""

from __future__ import annotations

PATIENT_NAMES: tuple[str, ...] = (
    "ZYWICKI^ORSOLYA",
    "QUILLFEATHER^BARNABY",
    "OKONJO-PRUITT^MARISELA",
    "VANTERPOOL^THADDEUS",
    "HRAFNSDOTTIR^SOLVEIG",
)
"""Family and given name as DICOM and HL7 write them; rare enough never to occur by chance."""
