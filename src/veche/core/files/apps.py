from django.apps import AppConfig


class Config(AppConfig):
    name = "veche.core.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"
