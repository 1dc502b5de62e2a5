"""Beside the story: dated facts about the outside world that an assessment may use.

One decision: facts are data with a source and a date, shipped with riskscan, renewed only when
somebody asks for it, and read offline. A report prints how old they are. What only some people
believe is left out.

**Spelling.** ``identify`` names operating systems and products, ``assess`` looks them up, and both
use the words of :mod:`riskscan.knowledge.end_of_support`; see there.

**Makers.** ``makers.toml`` says what a maker is known for, where it publishes on security and
whether such a firm is usually a business associate; see :mod:`riskscan.knowledge.makers`.

**Renewal.** :func:`update` fetches the official feeds, :func:`take_files` reads them from files. A
feed that is cut off, hostile or older changes nothing. What is held stands in the user's own
folder (:func:`folder`), beside what was shipped; the newer of the two is in force.

May import: :mod:`riskscan.model`, :mod:`riskscan.errors`, pydantic; ``fetch`` alone urllib and ssl.
"""

from riskscan.knowledge.bundle import export, take_files
from riskscan.knowledge.current import END_OF_SUPPORT, MAKERS, load, revision
from riskscan.knowledge.end_of_support import PRODUCTS
from riskscan.knowledge.forms import FEEDS
from riskscan.knowledge.held import folder
from riskscan.knowledge.renewal import SOURCES, Outcome, update
from riskscan.model import STALE_DAYS, stale

__all__ = [
    "END_OF_SUPPORT",
    "FEEDS",
    "MAKERS",
    "PRODUCTS",
    "SOURCES",
    "STALE_DAYS",
    "Outcome",
    "export",
    "folder",
    "load",
    "revision",
    "stale",
    "take_files",
    "update",
]
