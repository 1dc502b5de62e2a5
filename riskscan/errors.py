"""What stops riskscan from running, as one family of exceptions.

::

    RiskscanError                 message, hint; exit code 3
    ├── ScopeError                a target that is mistyped, public or too wide; exit code 2
    ├── ConfigError               site.toml, answers or rules that cannot be read
    │   └── RuleError             a fingerprint rule or checklist that is malformed
    ├── FeedRefused               a feed of dated facts that is broken, hostile or older
    ├── EnvironmentLacks          something the machine must have and has not
    │   ├── NmapMissing
    │   ├── RawSocketsDenied
    │   ├── RawSocketsLost        the process that holds them ended in mid-scan; exit code 4
    │   └── NamespacesDenied      the lab cannot make its private network
    ├── NmapFailed                nmap ran and gave nothing that can be read
    ├── StoreError                the database cannot be used
    │   ├── StoreLocked           another scan holds it
    │   ├── StoreTooNew           written by a newer riskscan
    │   ├── StoreFull             no space left
    │   ├── ScanNotFound
    │   ├── DeviceNotFound
    │   └── FindingNotFound
    ├── OutputError               a report cannot be written
    └── Interrupted               stopped by the user; what was learned is kept; exit code 4

What goes wrong with *one* host or one probe is never an exception: it is an
:class:`riskscan.model.Outcome` inside a :class:`riskscan.model.ProbeResult`.
"""

from __future__ import annotations


class RiskscanError(Exception):
    """riskscan cannot go on. ``message`` says what happened, ``hint`` what to do about it."""

    exit_code = 3

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ScopeError(RiskscanError):
    """A target that cannot be scanned as written: mistyped, public, or too many addresses."""

    exit_code = 2


class ConfigError(RiskscanError):
    """A file that a person wrote (site.toml, answers) holds something that is not understood."""


class RuleError(ConfigError):
    """A fingerprint rule or a checklist is malformed, or contradicts its own examples."""


class FeedRefused(RiskscanError):
    """A feed of dated facts was not taken: what was held before it stays."""


class EnvironmentLacks(RiskscanError):
    """The machine lacks something that this command needs."""


class NmapMissing(EnvironmentLacks):
    """There is no nmap program on the search path."""


class RawSocketsDenied(EnvironmentLacks):
    """This process may not open raw sockets."""


class RawSocketsLost(EnvironmentLacks):
    """The process that holds raw sockets ended before the scan did. What was learned is kept."""

    exit_code = 4


class NamespacesDenied(EnvironmentLacks):
    """The kernel does not let this process make a private network for the lab."""


class NmapFailed(RiskscanError):
    """nmap ended with an error, or its output could not be read."""


class StoreError(RiskscanError):
    """The database cannot be read or written."""


class StoreLocked(StoreError):
    """Another riskscan process is writing to this database."""


class StoreTooNew(StoreError):
    """The database was written by a newer riskscan."""


class StoreFull(StoreError):
    """The disk that holds the database is full."""


class ScanNotFound(StoreError):
    """The database holds no such scan."""


class DeviceNotFound(StoreError):
    """The scan holds no such device."""


class FindingNotFound(StoreError):
    """The assessment holds no such finding."""


class OutputError(RiskscanError):
    """A report or an export could not be written."""


class Interrupted(RiskscanError):
    """The user stopped the scan; every finished device is in the database."""

    exit_code = 4
