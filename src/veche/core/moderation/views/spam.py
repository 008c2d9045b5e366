"""The signs of spam, read by everybody; the list of words is set by those who set limits."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from veche import clock
from veche.core.moderation import operations, spam
from veche.core.moderation.access import OnlyItsSetters, sets_rules
from veche.core.moderation.first_spam_words import WORDS
from veche.core.moderation.forms_city import NUMBER
from veche.core.organisations.middleware import asker
from veche.errors import Invalid


class SpamWordForm(forms.Form):
    """A word and what it weighs."""

    use_required_attribute = False
    word = forms.CharField(
        label=_("Word or phrase"), max_length=60, error_messages={"required": _("Write a word.")}
    )
    points = forms.IntegerField(
        label=_("Points"),
        min_value=0,
        max_value=5,
        initial=2,
        help_text=_("0: it is looked for no more."),
        error_messages=NUMBER,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def words(request: HttpRequest) -> HttpResponse:
    """What the score is made of; sent, it sets a word."""
    person = asker(request).person
    may = sets_rules(person, clock.now())
    form, status = SpamWordForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        if person is None or not may:
            raise OnlyItsSetters
        status = 422
        if form.is_valid():
            try:
                operations.set_spam_word(by=person, at=clock.now(), **form.cleaned_data)
            except Invalid as refusal:
                form.add_error(refusal.field or None, str(refusal))
            else:
                messages.success(request, gettext("Set. It counts from now on."))
                return redirect("moderation:spam-words")
    first = dict(WORDS)
    context = {
        "form": form,
        "may": may,
        "hold": spam.HOLD,
        "signs": [
            sentence.partition(":")[0] for sentence in map(str, spam.SENTENCES.values())
        ],
        "words": [
            (word, points, first.get(word) != points)
            for word, points in sorted(spam.word_list().items())
            if points or word in first
        ],
    }  # fmt: skip
    return render(request, "moderation/spam_words.html", context, status=status)
