"""Moderation: what may be shown of what people write, decided openly, once for all modules."""
