"""audit, feedback, snoozes, seen tokens; audit and feedback refuse to be changed

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME, _HASH, _NAME, _CARD = sa.String(27), sa.String(64), sa.String(200), sa.String(80)


def upgrade() -> None:
    """Create the tables and what keeps two of them append-only."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "audit",
        sa.Column("id", number, primary_key=True),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("client", _NAME, nullable=False),
        sa.Column("service", _NAME, nullable=False),
        sa.Column("hook_instance", sa.String(36)),
        sa.Column("key_id", _NAME, nullable=False),
        sa.Column("patient", _HASH, nullable=False),
        sa.Column("user", _HASH, nullable=False),
        sa.Column("user_class", sa.String(20), nullable=False),
        sa.Column("as_of", sa.String(10), nullable=False),
        sa.Column("software", sa.String(40), nullable=False),
        sa.Column("rules", sa.String(16), nullable=False),
        sa.Column("mappings", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("verdicts", sa.Text),
        sa.Column("card", _CARD),
        sa.Column("trials", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.String(64)),
    )
    op.create_index("audit_card", "audit", ["card"], unique=True)
    op.create_table(
        "feedback",
        sa.Column("id", number, primary_key=True),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("client", _NAME, nullable=False),
        sa.Column("service", _NAME, nullable=False),
        sa.Column("card", _CARD, nullable=False),
        sa.Column("matched", sa.Boolean, nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("outcome_at", _TIME, nullable=False),
        sa.Column("suggestions", sa.Text),
        sa.Column("reason_system", _NAME),
        sa.Column("reason_code", _NAME),
        sa.Column("comment", sa.Text),
        sa.Column("digest", _HASH, nullable=False),
        sa.UniqueConstraint("digest", name="feedback_digest"),
    )
    op.create_index("feedback_card", "feedback", ["card"])
    op.create_table(
        "snoozes",
        sa.Column("card", _CARD, primary_key=True),
        sa.Column("client", _NAME, nullable=False),
        sa.Column("patient", _HASH, nullable=False),
        sa.Column("user_class", sa.String(20), nullable=False),
        sa.Column("user", _HASH),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("until", sa.String(10), nullable=False),
    )
    op.create_index("snoozes_patient", "snoozes", ["patient"])
    op.create_table(
        "seen_tokens",
        sa.Column("token", _HASH, primary_key=True),
        sa.Column("until", _TIME, nullable=False),
    )
    op.create_index("seen_tokens_until", "seen_tokens", ["until"])
    op.create_table(
        "local_keys", sa.Column("id", sa.String(40), primary_key=True), sa.Column("key", sa.LargeBinary, nullable=False)
    )
    if op.get_bind().dialect.name == "sqlite":
        for table in ("audit", "feedback"):
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
    else:
        op.execute(
            "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
        for table in ("audit", "feedback"):
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
            )
