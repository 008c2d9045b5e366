"""Django's name for the module."""

from django.apps import AppConfig


class Config(AppConfig):
    """The app of this folder."""

    name = "veche.city.appeals"
    label = "appeals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the notices their words, and show them what a letter is."""
        from veche.city.appeals.shown import CORRECTIONS, LETTERS
        from veche.city.appeals.words import give_words
        from veche.core.notices.matters import show

        give_words()
        show("appeal", LETTERS)
        show("correction", CORRECTIONS)
