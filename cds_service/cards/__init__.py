"""What a clinician sees: an assessment in words, links and nothing that cannot be checked (docs: card.md's rules)."""

from .build import Card, Layout, cards_for, unread_card

__all__ = ["Card", "Layout", "cards_for", "unread_card"]
