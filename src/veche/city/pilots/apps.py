"""Django's name for the module."""

from django.apps import AppConfig


class Config(AppConfig):
    """The app of this folder."""

    name = "veche.city.pilots"
    label = "pilots"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the notices their words, show them what a pilot is, and what is due when."""
        from veche.city.pilots.shown import APPEALS, PILOTS
        from veche.city.pilots.shown_calendar import events_of
        from veche.city.pilots.words import give_words
        from veche.core.notices.calendars_more import MORE
        from veche.core.notices.matters import show

        give_words()
        show("pilot", PILOTS)
        show("pilot_appeal", APPEALS)
        if events_of not in MORE:
            MORE.append(events_of)
