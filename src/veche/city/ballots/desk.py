"""Votes, appeals and requests to rolls in the one queue of those who work for the city."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche import clock
from veche.city.ballots.models import RollRequest, Vote, VoteAppeal
from veche.city.ballots.operations import appeals, corrections, outcome
from veche.city.ballots.queries.roll import why_not
from veche.city.ballots.queries.staff import due, reaches
from veche.city.ballots.reasons import REASONS, RULINGS
from veche.city.ballots.rules import LEAST_WORDS, MOST_WORDS
from veche.core.cases.models import Case
from veche.core.desk.adapter import Desk, DeskAction, DeskForm, DeskLine, Panel
from veche.core.organisations.choices import territories
from veche.core.organisations.middleware import asker
from veche.core.people.models import Look, Person
from veche.core.people.operations import note_look
from veche.core.people.queries import residence_of
from veche.core.places.models import Territory
from veche.core.places.queries import atlas
from veche.errors import NotFound
from veche.languages import here
from veche.look.context import place
from veche.look.fields import moment_field

PROCEDURES = ("vote", "vote_appeal", "roll_correction")


def _words(label: Any, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        widget=forms.Textarea,
        min_length=LEAST_WORDS,
        max_length=MOST_WORDS,
        error_messages={"required": _("Write why: two sentences are enough.")},
    )


class ReasonForm(DeskForm):
    """A reason that everybody will read."""

    words = "reason"
    reason = _words(_("The reason, as everybody will read it beside your name"))

    def step(self) -> dict[str, Any]:
        """With the reason."""
        return {"reason": self.cleaned_data["reason"]}


class ResumeForm(ReasonForm):
    """Why it goes on, and perhaps until when."""

    closes = moment_field(_("Closes (empty: as announced)"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["closes"].required = False

    def step(self) -> dict[str, Any]:
        """With the reason, and the new end where one was given."""
        return {**super().step(), "closes": self.cleaned_data.get("closes")}


class CertifyForm(DeskForm):
    """What public dice showed, where appeals led to a tie."""

    dice = forms.CharField(
        label=_("What the public dice showed"),
        required=False,
        max_length=200,
        help_text=_("Only where a lottery decides a tie; else leave it empty."),
    )

    def step(self) -> dict[str, Any]:
        """With the dice."""
        return {"dice": self.cleaned_data["dice"]}


class DecisionForm(DeskForm):
    """What the commission found."""

    words = "text"
    text = _words(_("What you found and why, as everybody will read it"))

    def step(self) -> dict[str, Any]:
        """With the words."""
        return {"text": self.cleaned_data["text"]}


class UpholdForm(DecisionForm):
    """What the commission found, and what follows."""

    ruling = forms.ChoiceField(
        label=_("What follows"),
        widget=forms.RadioSelect,
        choices=[*RULINGS.items()],
        error_messages={"required": _("Say what follows from it.")},
    )

    def step(self) -> dict[str, Any]:
        """With the words and what follows."""
        return {**super().step(), "ruling": self.cleaned_data["ruling"]}


class AddForm(DeskForm):
    """Where the person is counted."""

    words = "text"
    territory = forms.ChoiceField(
        label=_("Counted in"), error_messages={"required": _("Choose a territory.")}
    )
    text = forms.CharField(
        label=_("A word to the person"),
        required=False,
        widget=forms.Textarea,
        max_length=MOST_WORDS,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["territory"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "–"), *territories(city=True)]

    def clean_territory(self) -> Territory:
        """The territory of the code."""
        return atlas().by_code[self.cleaned_data["territory"]]

    def step(self) -> dict[str, Any]:
        """With the place and the words."""
        return {name: self.cleaned_data[name] for name in ("territory", "text")}


class RefuseForm(DecisionForm):
    """Why somebody is not put on the roll."""

    text = _words(_("Why not, as the person will read it"))


def lines(cases: Sequence[int]) -> dict[int, DeskLine]:
    """What the queue says of these votes, appeals and requests."""
    page = place("votes:list")
    found: dict[int, DeskLine] = {}
    for vote in Vote.objects.filter(pk__in=cases).select_related("case", "case__territory"):
        found[vote.pk] = DeskLine(
            title=gettext("Vote: {title}").format(title=here(vote.config["title"])),
            place=str(vote.case.territory),
            url=f"{page}make/{vote.case.number}/manage/",
        )
    for appeal in VoteAppeal.objects.filter(pk__in=cases).select_related("case", "vote__case"):
        found[appeal.pk] = DeskLine(
            title=gettext("Appeal: {title}").format(title=here(appeal.vote.config["title"])),
            place=str(REASONS[appeal.reason]),
            url=f"{page}asked/{appeal.case.number}/",
            text=appeal.text,
        )
    for asked in RollRequest.objects.filter(pk__in=cases).select_related("case", "vote__case"):
        title = here(asked.vote.config["title"])
        found[asked.pk] = DeskLine(
            title=gettext("Request to the roll: {title}").format(title=title),
            place=asked.vote.case.number,
            url=f"{page}asked/{asked.case.number}/",
            text=asked.text,
        )
    return found


def panel(request: HttpRequest, case: Case) -> Panel:
    """A vote, an appeal or a request in the side panel; a look at a person is noted for them.

    Raises:
        NotFound: it is none of these, or another place's.
    """
    who = asker(request)
    owner = case.pk if case.procedure == "vote" else case.parent_id
    vote = Vote.objects.select_related("case", "case__territory").filter(pk=owner).first()
    if vote is None or not reaches(who.holdings, vote, "organiser", "commissioner"):
        raise NotFound
    context: dict[str, Any] = {"vote": vote, "case": case, "title": here(vote.config["title"])}
    if case.procedure == "vote":
        return Panel("ballots/staff/panel_vote.html", {**context, "due": due(vote)})
    if not reaches(who.holdings, vote, "commissioner"):
        raise NotFound
    if case.procedure == "vote_appeal":
        appeal = VoteAppeal.objects.get(case=case)
        context |= {"appeal": appeal, "about": REASONS[appeal.reason]}
        return Panel("ballots/staff/panel_appeal.html", context)
    asked = RollRequest.objects.select_related("person", "case").get(case=case)
    at = clock.now()
    home = residence_of(asked.person, at)
    _note_look(who.person, asked, at)
    context |= {
        "asked": asked,
        "home": home,
        "why": why_not(vote, asked.person, at) if asked.person else "",
    }
    return Panel("ballots/staff/panel_request.html", context)


def _note_look(by: Person | None, asked: RollRequest, at: dt.datetime) -> None:
    """Where the person lives is shown here: they can read who looked, once for each of them."""
    if by is None or asked.person is None or by.pk == asked.person.pk:
        return
    number = asked.case.number
    if not Look.objects.filter(person=asked.person, by=by, case_number=number).exists():
        note_look(
            by=by, at=at, person_id=asked.person.pk, what="residence", case_number=number
        )  # fmt: skip


DESK = Desk(
    title=_("Votes"),
    procedures=PROCEDURES,
    lines=lines,
    panel=panel,
    actions=(
        DeskAction("publish", _("Look it over and announce it"), address="votes:publish"),
        DeskAction("certify", _("Certify the result"), run=outcome.certify_vote, form=CertifyForm),
        DeskAction("resume", _("Let it go on"), run=outcome.resume_vote, form=ResumeForm),
        DeskAction(
            "suspend", _("Suspend the vote"), run=outcome.suspend_vote, form=ReasonForm, grave=True
        ),
        DeskAction(
            "annul", _("Annul the vote"), run=outcome.annul_vote, form=ReasonForm, grave=True
        ),
        DeskAction("dismiss", _("Dismiss the appeal"), run=appeals.dismiss, form=DecisionForm),
        DeskAction("uphold", _("Uphold the appeal"), run=appeals.uphold, form=UpholdForm),
        DeskAction("add", _("Put on the roll"), run=corrections.add, form=AddForm, key="a"),
        DeskAction(
            "refuse", _("Not on the roll"), run=corrections.refuse, form=RefuseForm, grave=True,
            key="r",
        ),
    ),
)  # fmt: skip
