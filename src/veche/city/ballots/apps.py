"""Django's name for the module."""

from django.apps import AppConfig


class Config(AppConfig):
    """The app of this folder."""

    name = "veche.city.ballots"
    label = "ballots"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the notices their words."""
        from veche.city.ballots.told import give_words

        give_words()
