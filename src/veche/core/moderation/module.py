"""The manifest of this module."""

from veche.module import Module

MODULE = Module(
    name="moderation",
    sentence="What may be shown of what people write: decided openly, with one appeal.",
)
