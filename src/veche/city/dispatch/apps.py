"""Django's name for the module."""

from django.apps import AppConfig


class Config(AppConfig):
    """The app of this folder."""

    name = "veche.city.dispatch"
    label = "dispatch"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the notices their words, and show them what an incident is."""
        from veche.city.dispatch.alert_words import give_words as give_alert_words
        from veche.city.dispatch.queries.housing import SHUT_OFFS
        from veche.city.dispatch.shown import INCIDENTS, TASKS
        from veche.city.dispatch.shown_duty import events_of
        from veche.city.dispatch.words import give_words as give_incident_words
        from veche.city.dispatch.words_duty import give_words
        from veche.city.dispatch.words_housing import give_words as give_housing_words
        from veche.city.dispatch.words_reviews import give_words as give_review_words
        from veche.core.notices.calendars_more import MORE
        from veche.core.notices.matters import show

        give_words()
        give_review_words()
        if events_of not in MORE:
            MORE.append(events_of)
        give_alert_words()
        give_housing_words()
        show("shut_off", SHUT_OFFS)
        show("incident", INCIDENTS)
        show("incident_task", TASKS)
        give_incident_words()
