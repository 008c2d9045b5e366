"""Django's name for the module."""

from django.apps import AppConfig


class Config(AppConfig):
    """The app of this folder."""

    name = "veche.city.problems"
    label = "problems"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the notices their words, and show them what a problem is."""
        from veche.city.problems.shown import SHOWN
        from veche.city.problems.words import give_words
        from veche.core.notices.matters import show

        give_words()
        show("problem", SHOWN)
