"""Django's name for the module."""

from django.apps import AppConfig


class Config(AppConfig):
    """The app of this folder."""

    name = "veche.city.delivery"
    label = "delivery"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the notices their words, and show them what a promise is."""
        from veche.city.delivery.shown import PROMISES, STEPS
        from veche.city.delivery.words import give_words
        from veche.core.notices.matters import show

        give_words()
        show("promise", PROMISES)
        show("promise_step", STEPS)
