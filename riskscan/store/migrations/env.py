"""Runs the migrations on the connection that :mod:`riskscan.store.migrate` holds open."""

from __future__ import annotations

from alembic import context

# The caller owns the transaction, so a failed migration leaves the file as it was: SQLite's
# schema changes are transactional, although alembic takes them not to be.
context.configure(
    connection=context.config.attributes["connection"],
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
