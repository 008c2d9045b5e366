"""Django's name for the module."""

from django.apps import AppConfig


class Config(AppConfig):
    """The app of this folder."""

    name = "veche.city.problems"
    label = "problems"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the procedure known to every process; give the notices their words."""
        from veche.city.problems.procedure import PROCEDURE
        from veche.city.problems.words import give_words
        from veche.core.cases.procedure import declare

        declare(PROCEDURE)
        give_words()
