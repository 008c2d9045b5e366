"""Django's name for the module."""

from django.apps import AppConfig


class Config(AppConfig):
    """The app of this folder."""

    name = "veche.city.ideas"
    label = "ideas"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give the notices their words, and show them what an idea is."""
        from veche.city.ideas import answers, told
        from veche.city.ideas.shown import CALLS, IDEAS, INITIATIVES
        from veche.city.ideas.words import give_words
        from veche.city.ideas.words_opinion import give_words as give_opinion_words
        from veche.core.notices.matters import show

        give_words()
        answers.give_words()
        give_opinion_words()
        told.give_words()
        show("call", CALLS)
        show("idea", IDEAS)
        show("initiative", INITIATIVES)
