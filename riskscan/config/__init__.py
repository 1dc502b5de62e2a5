"""What people wrote in files: site.toml as a Site, an answers file as Answers.

Text is parsed here and ends here. A mistake is said with the file, the line and the key, and
with the key that was probably meant (``written``).
"""

from __future__ import annotations

from riskscan.config.answers import load_answers
from riskscan.config.site import load_site, render_site

__all__ = ["load_answers", "load_site", "render_site"]
