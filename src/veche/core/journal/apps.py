"""Django's name for the module."""

from django.apps import AppConfig


class Config(AppConfig):
    """The app of this folder."""

    name = "veche.core.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell those who listen at the end of every operation."""
        from veche.core.journal.listening import queue
        from veche.operation import AT_END

        AT_END.append(queue)
