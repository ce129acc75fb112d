"""Alembic's entry: migrates the connection that `ioc.platform.db.migrate` hands over, inside its transaction."""

from alembic import context

from ioc.platform.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    compare_type=True,
)
context.run_migrations()
