from django.apps import AppConfig


class Config(AppConfig):
    name = "veche.core.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
