"""How the words of public letters are moderated; private ones nobody but their office reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from veche.city.appeals import operations
from veche.city.appeals.access import is_author
from veche.city.appeals.models import Appeal
from veche.city.appeals.procedure import PUBLIC
from veche.core.moderation.written import Words, Written

if TYPE_CHECKING:
    from django.http import HttpRequest

    from veche.core.cases.models import Case


def words(case: Case) -> Sequence[Words]:
    """Title and text of a public letter; of a private one nothing."""
    appeal = Appeal.objects.filter(pk=case.pk, public=True).first()
    if appeal is None:
        return []
    return [Words("title", _("Title"), appeal.title), Words("text", _("Letter"), appeal.text)]


def url(case: Case) -> str:
    """The page of a letter."""
    return reverse("appeals:matter", args=[case.number])


def written_by(request: HttpRequest, case: Case) -> bool:
    """Whether whoever asks wrote it."""
    from veche.city.appeals.views.common import secret_of
    from veche.core.organisations.middleware import asker

    appeal = Appeal.objects.select_related("case").filter(pk=case.pk).first()
    secret = secret_of(request, case.number)
    return appeal is not None and is_author(appeal, asker(request).person, secret)


WRITTEN = Written(
    procedures=("appeal",),
    words=words,
    put=operations.put_words,
    url=url,
    is_author=written_by,
    public=PUBLIC,
    reject=operations.reject,
    remove=operations.remove,
    overturned=operations.publish_after_all,
)
