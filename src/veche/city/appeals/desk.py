"""Letters and corrections in the one queue of those who work for the city."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from veche import clock
from veche.city.appeals import operations, rules, words
from veche.city.appeals.access import (
    HIDDEN,
    OUTLINE,
    WORDS,
    is_author,
    reads_documents,
    seen_by,
)
from veche.city.appeals.desk_later import LATER, LetterWords
from veche.city.appeals.models import Appeal, Correction, Topic
from veche.city.appeals.queries.lists import corrections
from veche.city.appeals.queries.matter import matter
from veche.city.appeals.views.enclosures import enclosed
from veche.core.cases.models import Case
from veche.core.cases.queries import waiting_prolongation
from veche.core.desk.adapter import Desk, DeskAction, DeskForm, DeskLine, Panel
from veche.core.moderation import reasons
from veche.core.organisations.choices import offices
from veche.core.organisations.middleware import asker
from veche.core.organisations.models import Organisation
from veche.core.people.operations import note_look
from veche.errors import NotFound
from veche.languages import here
from veche.searching import holds


def lines(cases: Sequence[int]) -> dict[int, DeskLine]:
    """What the queue says of these letters and corrections; of a private letter not its words.

    Whoever opens it in the panel is asked there whether they may read it.
    """
    found: dict[int, DeskLine] = {}
    rows = Appeal.objects.filter(pk__in=cases).select_related("case", "topic")
    for one in rows:
        kind = str(words.KINDS[one.kind])
        title = one.title if one.public else gettext("A private letter: {topic}").format(
            topic=one.topic
        )  # fmt: skip
        found[one.pk] = DeskLine(
            title=title,
            place="",
            url=reverse("appeals:matter", args=[one.case.number]),
            theme=f"{kind}: {one.topic}",
            text=one.text if one.public else "",
        )
    for fix in corrections().filter(pk__in=[pk for pk in cases if pk not in found]):
        found[fix.pk] = DeskLine(
            title=f"{words.WRONGS[fix.what]}: {fix.object or fix.kind}",
            place=fix.object.address if fix.object else "",
            url=reverse("appeals:correction", args=[fix.case.number]),
            theme=gettext("Correction"),
            text=fix.note,
        )
    return found


def find(text: str) -> QuerySet[Any, Any]:
    """Public letters whose words hold a text, and corrections whose object does."""
    words, values = holds("title || ' ' || text", text)
    letters = Appeal.objects.filter(public=True).extra(where=[words], params=values)
    fixes = Correction.objects.filter(
        Q(object__identifier__icontains=text) | Q(object__address__icontains=text)
    )
    return letters.values("pk").union(fixes.values("pk"))


def themes() -> Mapping[str, str]:
    """The topics of letters and the kinds of objects."""
    from veche.core.places.queries.objects import kinds

    rows = Topic.objects.filter(active=True).values_list("code", "names")
    return {code: here(names) for code, names in rows} | {k.code: str(k) for k in kinds()}


def panel(request: HttpRequest, case: Case) -> Panel:
    """The letter or the correction in the side panel.

    Raises:
        NotFound: this person may not see it.
    """
    who, at = asker(request), clock.now()
    if case.procedure == "correction":
        fix = corrections().filter(case=case).first()
        if fix is None:
            raise NotFound
        return Panel(
            "appeals/desk_correction.html",
            {"one": fix, "title": words.WRONGS[fix.what], "matter": matter(case, at, {})},
        )
    appeal, how = seen_by(case.number, who.person, who.holdings)
    if how == HIDDEN:
        raise NotFound
    texts = {}
    asked = waiting_prolongation(appeal.case)
    if how == WORDS:
        texts = {"answer": appeal.answer, "refuse": appeal.answer}
        if not appeal.public and who.person and case.author_id and (
            not is_author(appeal, who.person)
        ):  # fmt: skip
            note_look(
                by=who.person,
                at=at,
                person_id=case.author_id,
                what="letter",
                case_number=case.number,
            )
    return Panel(
        "appeals/desk_panel.html",
        {
            "appeal": appeal,
            "reads": how != OUTLINE,
            **enclosed(appeal, open_=reads_documents(appeal, who.person, who.holdings)),
            "kind": words.KINDS[appeal.kind],
            "matter": matter(appeal.case, at, texts, appeal.satisfaction),
            "later": asked if how == WORDS else None,
            "later_reason": words.LATER.get(asked.reason, asked.reason) if asked else "",
        },
    )


# Forms ----------------------------------------------------------------------------------------


class WordsForm(LetterWords):
    """Words to the author."""

    words = "text"
    text = forms.CharField(
        label=_("Answer"),
        widget=forms.Textarea,
        min_length=rules.SHORTEST_TEXT,
        max_length=rules.LONGEST_ANSWER,
    )

    def step(self) -> dict[str, Any]:
        """The words."""
        return {"text": self.cleaned_data["text"]}


class ReasonForm(LetterWords):
    """A reason from the list, and words for the author."""

    words = "text"
    reasons: tuple[str, ...] = ()
    reason = forms.ChoiceField(label=_("Reason"))
    text = forms.CharField(
        label=_("Why, in words for the author"),
        widget=forms.Textarea,
        min_length=rules.SHORTEST_TEXT,
        max_length=rules.LONGEST_REASON,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose a reason")), *self.listed()]

    def listed(self) -> list[tuple[str, Any]]:
        """The reasons that may be given."""
        return [(code, words.REASONS[code]) for code in self.reasons]

    def step(self) -> dict[str, Any]:
        """Reason and words."""
        return {"reason": self.cleaned_data["reason"], "text": self.cleaned_data["text"]}


class RefuseForm(ReasonForm):
    """The office refuses."""

    reasons = rules.REFUSAL_REASONS


class KeepForm(ReasonForm):
    """The keeper refuses a correction."""

    reasons = rules.CORRECTION_REASONS


class RejectForm(ReasonForm):
    """A moderator rejects."""

    def listed(self) -> list[tuple[str, Any]]:
        """The city's reasons for what is not published."""
        return list(reasons.choices(reasons.REJECT))


class OfficeForm(DeskForm):
    """Another office."""

    organisation = forms.ChoiceField(label=_("Office"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose an office")), *offices()]

    def clean_organisation(self) -> Organisation:
        """The office of the code."""
        return Organisation.objects.get(code=self.cleaned_data["organisation"])

    def step(self) -> dict[str, Any]:
        """The office."""
        return {"organisation": self.cleaned_data["organisation"]}


class HandOnForm(LetterWords, OfficeForm):
    """Another office, and why."""

    words = "text"
    text = forms.CharField(
        label=_("Why it is theirs"),
        widget=forms.Textarea,
        min_length=rules.SHORTEST_TEXT,
        max_length=rules.LONGEST_REASON,
    )

    def step(self) -> dict[str, Any]:
        """The office and the words."""
        return {**super().step(), "text": self.cleaned_data["text"]}


class RepairForm(LetterWords):
    """The keeper accepts a correction."""

    words = "text"
    identifier = forms.CharField(
        label=_("Identifier in the registry"),
        required=False,
        max_length=80,
        help_text=_("Empty: it is given a number of its own."),
    )
    text = forms.CharField(
        label=_("A word to the author"),
        required=False,
        widget=forms.Textarea,
        max_length=rules.LONGEST_REASON,
    )

    def __init__(self, *args: Any, case: Case | None = None, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        if case is None or not Correction.objects.filter(pk=case.pk, what="missing").exists():
            del self.fields["identifier"]

    def step(self) -> dict[str, Any]:
        """Identifier and words."""
        return {
            "identifier": self.cleaned_data.get("identifier", ""),
            "text": self.cleaned_data["text"],
        }


DESK = Desk(
    title=_("Letters and corrections"),
    procedures=("appeal", "correction"),
    lines=lines,
    panel=panel,
    find=find,
    themes=themes,
    actions=(
        DeskAction("answer", _("Answer"), run=operations.answer, form=WordsForm, key="a"),
        DeskAction("accept", _("Publish"), run=operations.accept, key="a"),
        DeskAction(
            "assign", _("Give to the office"), run=operations.assign, form=OfficeForm, key="a"
        ),
        DeskAction(
            "repair", _("Accept and repair"), run=operations.repair, form=RepairForm, key="a"
        ),
        DeskAction(
            "close_to_others", _("Send on without publishing"), run=operations.close_to_others
        ),
        DeskAction("hand_on", _("Hand on"), run=operations.hand_on, form=HandOnForm),
        *LATER,
        DeskAction(
            "refuse", _("Refuse"), run=operations.refuse, form=RefuseForm, key="r", grave=True
        ),
        DeskAction(
            "reject",
            _("Do not publish"),
            run=operations.reject,
            form=RejectForm,
            key="r",
            grave=True,
        ),
        DeskAction("keep", _("Refuse"), run=operations.keep, form=KeepForm, key="r", grave=True),
    ),
)
