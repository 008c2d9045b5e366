"""Calls and ideas in the one queue of those who work for the city."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche import clock
from veche.city.ideas import access, answers
from veche.city.ideas.choosing import LEAST_WORDS, MOST_WORDS, REASONS
from veche.city.ideas.models import Call, Idea
from veche.city.ideas.operations import course, reading, scoring, selection
from veche.city.ideas.procedure import PUBLIC_CALL
from veche.city.ideas.queries.idea import matter
from veche.core.cases.models import Case
from veche.core.desk.adapter import Desk, DeskAction, DeskForm, DeskLine, Panel
from veche.core.moderation import reasons
from veche.core.organisations.middleware import asker
from veche.errors import NotFound
from veche.languages import here
from veche.searching import holds


def lines(cases: Sequence[int]) -> dict[int, DeskLine]:
    """What the queue says of these ideas, initiatives and calls."""
    found: dict[int, DeskLine] = {}
    rows = Idea.objects.filter(pk__in=cases).select_related("case__territory", "call")
    for one in rows:
        found[one.pk] = DeskLine(
            title=one.title,
            place=str(one.case.territory),
            url=reverse("ideas:idea", args=[one.case.number]),
            theme=here(one.call.titles) if one.call else gettext("Initiative"),
            text=one.text,
        )
    for call in Call.objects.filter(pk__in=cases).select_related("case__territory"):
        public = call.case.state in PUBLIC_CALL
        page = "ideas:call" if public else "ideas:change"
        found[call.pk] = DeskLine(
            title=here(call.titles),
            place=str(call.case.territory),
            url=reverse(page, args=[call.case.number]),
            theme=gettext("Call for ideas"),
            text=here(call.texts),
        )
    return found


def find(text: str) -> QuerySet[Any, Any]:
    """Ideas whose words hold a text."""
    words, values = holds("title || ' ' || text", text)
    return Idea.objects.extra(where=[words], params=values).values("pk")


def panel(request: HttpRequest, case: Case) -> Panel:
    """An idea, an initiative or a call in the side panel.

    Raises:
        NotFound: this person may not see it.
    """
    who, at = asker(request), clock.now()
    if case.procedure == "call":
        call = access.call_seen_by(case.number, who.person, who.holdings)
        waiting = Idea.objects.filter(call=call, case__state__in=("open", "shortlisted")).count()
        context: dict[str, Any] = {"call": call, "case": case, "waiting": waiting}
        return Panel("ideas/desk_call.html", {**context, "title": here(call.titles)})
    one, how = access.seen_by(case.number, who.person, who.holdings)
    if how != access.WORDS:
        raise NotFound
    office = str(one.call.office) if one.call else ""
    return Panel(
        "ideas/desk_idea.html",
        {
            "idea": one,
            "case": one.case,
            "call": one.call,
            "call_title": here(one.call.titles) if one.call else "",
            "matter": matter(one.case, at, office),
        },
    )


# Forms ------------------------------------------------------------------------------------------


def _words(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        widget=forms.Textarea,
        min_length=LEAST_WORDS,
        max_length=MOST_WORDS,
        error_messages={"required": _("Write why: two sentences are enough.")},
    )


class WordsForm(DeskForm):
    """Words that everybody will read."""

    words = "text"
    text = _words(_("The reason, as everybody will read it"))

    def step(self) -> dict[str, Any]:
        """The words."""
        return {"text": self.cleaned_data["text"]}


class ReasonForm(WordsForm):
    """A reason from a list, and words."""

    reason = forms.ChoiceField(
        label=_("Reason"), error_messages={"required": _("Choose a reason from the list.")}
    )
    field_order = ("reason", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose a reason")), *self.listed()]

    def listed(self) -> list[tuple[str, Any]]:
        """Why an office does not take something up."""
        return [(code, answers.REASONS[code]) for code in REASONS]

    def step(self) -> dict[str, Any]:
        """Reason and words."""
        return {"reason": self.cleaned_data["reason"], "text": self.cleaned_data["text"]}


class RejectForm(ReasonForm):
    """A moderator rejects."""

    def listed(self) -> list[tuple[str, Any]]:
        """The city's reasons for what is not published."""
        return list(reasons.choices(reasons.REJECT))


def themes() -> Mapping[str, str]:
    """Ideas are one theme."""
    return {"ideas": gettext("Ideas")}


DESK = Desk(
    title=_("Ideas"),
    procedures=("idea", "initiative", "call"),
    lines=lines,
    panel=panel,
    find=find,
    themes=themes,
    actions=(
        DeskAction("accept", _("Publish"), run=reading.accept, key="a"),
        DeskAction(
            "take_up",
            _("Accept"),
            run=selection.take_up,
            form=WordsForm,
            key="a",
            bulk=selection.take_up_many,
        ),
        DeskAction("shortlist", _("Put on the shortlist"), run=scoring.shortlist, form=WordsForm),
        DeskAction("unlist", _("Take off the shortlist"), run=scoring.unlist, form=WordsForm),
        DeskAction(
            "look_again", _("Look at it again"), run=selection.look_again, form=WordsForm, key="a"
        ),
        DeskAction("close", _("Close: everything is answered"), run=course.close_call, key="a"),
        DeskAction(
            "decline",
            _("Do not take up"),
            run=selection.decline,
            form=ReasonForm,
            key="r",
            grave=True,
            bulk=selection.decline_many,
        ),
        DeskAction(
            "keep_refusal",
            _("Keep the refusal"),
            run=selection.keep_refusal,
            form=WordsForm,
            key="r",
            grave=True,
        ),
        DeskAction(
            "reject",
            _("Do not publish"),
            run=reading.reject,
            form=RejectForm,
            key="r",
            grave=True,
        ),
    ),
)
