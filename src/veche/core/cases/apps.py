"""Django's name for the module."""

from django.apps import AppConfig


class Config(AppConfig):
    """The app of this folder."""

    name = "veche.core.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Every process knows the procedures, not only the one that migrated."""
        from veche.core.cases.sync import load_procedures

        load_procedures()
