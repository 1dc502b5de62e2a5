"""Beside the story: dated facts about the outside world that an assessment may use.

One decision: facts are data with a source and a date, shipped with riskscan and read offline. A
report prints how old they are. What only some people believe is left out.

**Spelling.** ``identify`` names operating systems and products, ``assess`` looks them up, and both
use the words of :mod:`riskscan.knowledge.end_of_support`; see there.

May import: :mod:`riskscan.model`, :mod:`riskscan.errors`, pydantic.
"""

from riskscan.knowledge.end_of_support import PRODUCTS, load, revision

__all__ = ["PRODUCTS", "load", "revision"]
