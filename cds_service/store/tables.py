"""The tables, as the newest migration leaves them (a test holds them against it).

Times are UTC, as text of one length (`2026-11-24T09:30:00.000000Z`), so that both databases order them alike and a
person can read them. Patients and users stand here only as keyed hashes with the id of the key.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

metadata = MetaData()

_Number = BigInteger().with_variant(Integer, "sqlite")
_TIME, _HASH, _NAME, _CARD = String(27), String(64), String(200), String(80)

audit = Table(
    "audit",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("at", _TIME, nullable=False),
    Column("client", _NAME, nullable=False),
    Column("service", _NAME, nullable=False),
    Column("hook_instance", String(36)),
    Column("key_id", _NAME, nullable=False),
    Column("patient", _HASH, nullable=False),
    Column("user", _HASH, nullable=False),
    Column("user_class", String(20), nullable=False),
    Column("as_of", String(10), nullable=False),
    Column("software", String(40), nullable=False),
    Column("rules", String(16), nullable=False),
    Column("mappings", String(16), nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("verdicts", Text),
    Column("card", _CARD),
    Column("trials", Text, nullable=False),
    Column("fingerprint", String(64)),
    Index("audit_card", "card", unique=True),
)
"""One row for each card that was shown or held back, and one for each answer without a card. Append-only."""

feedback = Table(
    "feedback",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("received_at", _TIME, nullable=False),
    Column("client", _NAME, nullable=False),
    Column("service", _NAME, nullable=False),
    Column("card", _CARD, nullable=False),
    Column("matched", Boolean, nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("outcome_at", _TIME, nullable=False),
    Column("suggestions", Text),
    Column("reason_system", _NAME),
    Column("reason_code", _NAME),
    Column("comment", Text),
    Column("digest", _HASH, nullable=False),
    Unique("digest", name="feedback_digest"),
    Index("feedback_card", "card"),
)
"""What was reported, as it was reported. Append-only; the newest report of a card (by `outcome_at`) is the one that
counts, and the same report sent again changes nothing."""

snoozes = Table(
    "snoozes",
    metadata,
    Column("card", _CARD, primary_key=True),
    Column("client", _NAME, nullable=False),
    Column("patient", _HASH, nullable=False),
    Column("user_class", String(20), nullable=False),
    Column("user", _HASH),
    Column("fingerprint", String(64), nullable=False),
    Column("until", String(10), nullable=False),
    Index("snoozes_patient", "patient"),
)
"""Dismissals that still count. `user` is empty where the reason speaks of the patient and not of the reader."""

seen_tokens = Table(
    "seen_tokens",
    metadata,
    Column("token", _HASH, primary_key=True),
    Column("until", _TIME, nullable=False),
    Index("seen_tokens_until", "until"),
)
"""Tokens that were used, as hashes, for as long as they would be accepted."""

local_keys = Table(
    "local_keys",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("key", LargeBinary, nullable=False),
)
"""The key of the hashes where the settings give none (`CDS_AUTH=open` only)."""

APPEND_ONLY = ("audit", "feedback")
