"""Django's name for the module."""

from django.apps import AppConfig


class Config(AppConfig):
    """The app of this folder."""

    name = "veche.core.moderation"
    label = "moderation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the notices their words."""
        from veche.core.moderation.words import give_words

        give_words()
