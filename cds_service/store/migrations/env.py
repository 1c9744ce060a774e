"""Run by alembic: within the connection and the transaction that migrate.py hands over."""

from alembic import context

from cds_service.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
