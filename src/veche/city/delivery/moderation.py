"""How the words of residents about promises are moderated; what offices say stands as they said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext

from veche.city.delivery.models import Verdict
from veche.city.delivery.operations.forgetting import TEXT, put_words
from veche.city.delivery.procedure import PROMISE
from veche.core.moderation.written import Words, Written

if TYPE_CHECKING:
    from django.http import HttpRequest

    from veche.core.cases.models import Case


def words(case: Case) -> Sequence[Words]:
    """What residents wrote when they refused, each by whom."""
    label = gettext("Why a resident refused")
    rows = Verdict.objects.filter(promise=case.pk).exclude(text="").order_by("id")
    return [Words(f"{TEXT}{row.pk}", label, row.text, row.person_id) for row in rows]


def url(case: Case) -> str:
    """The page of a promise."""
    return reverse("delivery:promise", args=[case.number])


def written_by(request: HttpRequest, case: Case) -> bool:
    """Nobody alone is the author of a promise: those who wrote words of theirs are named there."""
    return False


WRITTEN = Written(
    procedures=("promise",),
    words=words,
    put=put_words,
    url=url,
    is_author=written_by,
    public=tuple(state.code for state in PROMISE.states),
)
