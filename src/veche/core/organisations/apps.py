"""Django's name for the module."""

from django.apps import AppConfig


class Config(AppConfig):
    """The app of this folder."""

    name = "veche.core.organisations"
    label = "organisations"
    default_auto_field = "django.db.models.BigAutoField"
