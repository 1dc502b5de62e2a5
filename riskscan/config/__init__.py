"""What people wrote: site.toml as a Site, answers as Answers, rows of a table as register entries.

Text is parsed here and ends here. A mistake is said with the file, the line and the key, and
with the key that was probably meant (``written``).
"""

from __future__ import annotations

from riskscan.config.answers import load_answers, render_answers
from riskscan.config.registers import (
    check_field,
    field_help,
    field_names,
    first_fields,
    guarded,
    parse_entry,
    read_rows,
    words_of,
    write_entry,
)
from riskscan.config.site import load_site, render_site

__all__ = [
    "check_field",
    "field_help",
    "field_names",
    "first_fields",
    "guarded",
    "load_answers",
    "load_site",
    "parse_entry",
    "read_rows",
    "render_answers",
    "render_site",
    "words_of",
    "write_entry",
]
