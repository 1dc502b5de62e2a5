"""3. Remember it: Device -> Scan. The only package that knows SQL.

One decision: what was read from the network is kept as it was read, and what was concluded from
it is kept beside it with the revision that concluded it, so that identities and assessments can
be made again without sending a packet, and an auditor can see what was known then.

The file is one practice's SQLite database, mode 0600, in ordinary tables that any SQL tool can
query. A device is written in one transaction when it is finished, so whatever stops a scan, every
finished device is kept. One process writes at a time; any number may read meanwhile.

May import: :mod:`riskscan.model`, :mod:`riskscan.errors`, sqlmodel, sqlalchemy, alembic, pydantic.
"""

from riskscan.store.store import Store

__all__ = ["Store"]
