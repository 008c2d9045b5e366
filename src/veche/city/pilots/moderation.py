"""How the words of companies are moderated once they are public; what the agency and a panel say
stands as they said it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext

from veche.city.pilots.models import Appeal, Application, Trial
from veche.city.pilots.operations.forgetting import put_words
from veche.city.pilots.procedure import APPEAL, PILOT, SECRET
from veche.city.pilots.queries.tester_words import FIELD, published
from veche.core.moderation.written import Words, Written

if TYPE_CHECKING:
    from django.http import HttpRequest

    from veche.core.cases.models import Case


def words(case: Case) -> Sequence[Words]:
    """What a company wrote that everybody may read, and what testers allowed to be read."""
    if case.procedure == "pilot_appeal":
        appeal = Appeal.objects.filter(pk=case.pk, granted__isnull=False).first()
        label = gettext("Why the company objects")
        return [Words("text", label, appeal.text)] if appeal is not None else []
    found = Application.objects.filter(pk=case.pk, decided_at__isnull=False).first()
    if found is None:
        return []
    pieces = [Words("title", gettext("Title"), found.title)]
    if found.text:
        pieces.append(Words("text", gettext("What the solution is"), found.text))
    if case.state == "withdrawn" and found.reason:
        pieces.append(Words("reason", gettext("Why it was withdrawn"), found.reason))
    # Each with its writer, who alone is told what became of it; the company covers none of them.
    pieces += [
        Words(f"{FIELD}{one.pk}", gettext("Words of a tester"), one.words, one.tester.person_id)
        for one in published(Trial.objects.filter(application=found))
    ]
    return pieces


def url(case: Case) -> str:
    """The page of an application or of an appeal."""
    name = "appeal" if case.procedure == "pilot_appeal" else "application"
    return reverse(f"pilots:{name}", args=[case.number])


def written_by(request: HttpRequest, case: Case) -> bool:
    """Whether whoever asks acts for the company now."""
    from veche.core.organisations.middleware import asker

    rows = Application.objects.filter(pk=case.pk) | Application.objects.filter(appeal=case.pk)
    firm = rows.values_list("company", flat=True).first()
    held = asker(request).holdings
    return any(one.role == "founder" and one.organisation_id == firm for one in held)


WRITTEN = Written(
    procedures=("pilot", "pilot_appeal"),
    words=words,
    put=put_words,
    url=url,
    is_author=written_by,
    public=(
        *(state.code for state in PILOT.states if state.code not in SECRET),
        *(state.code for state in APPEAL.states if state.final),
    ),
)
