"""Django's name for the module."""

from django.apps import AppConfig


class Config(AppConfig):
    """The app of this folder."""

    name = "veche.city.pulse"
    label = "pulse"
    default_auto_field = "django.db.models.BigAutoField"
