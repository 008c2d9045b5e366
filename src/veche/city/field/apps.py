"""Django's name for the module."""

from django.apps import AppConfig


class Config(AppConfig):
    """The app of this folder."""

    name = "veche.city.field"
    label = "field"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the notices their words."""
        from veche.city.field.words import give_words

        give_words()
