"""alembic's folder: env.py is what alembic runs, `versions/` holds one file a step."""
