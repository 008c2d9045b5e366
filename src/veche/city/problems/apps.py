from django.apps import AppConfig


class Config(AppConfig):
    name = "veche.city.problems"
    label = "problems"
    default_auto_field = "django.db.models.BigAutoField"
