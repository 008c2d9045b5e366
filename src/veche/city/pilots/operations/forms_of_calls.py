"""The versions of a form: a version that a call opened with is never changed, a new one is made."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models import Max

from veche.city.pilots.access.companies import check_sets, programme_or_none
from veche.city.pilots.models import FormVersion
from veche.city.pilots.operations.call_refusals import FormTaken, FormWrong
from veche.city.pilots.rules import questions as rules
from veche.core.journal.operations import record
from veche.languages import LANGUAGES
from veche.operation import operation
from veche.texts import readable

if TYPE_CHECKING:
    from veche.core.people.models import Person


@operation
def add_form_version(
    *,
    by: Person | None,
    at: dt.datetime,
    code: str,
    questions: Sequence[Mapping[str, Any]],
    number: int | None = None,
) -> FormVersion:
    """Add a version to the form of this code, or begin the form with it. ``questions`` are as in
    `FormVersion.questions`; ``number``, where given, is the version that the page was made from.

    Raises:
        veche.city.pilots.access.companies.NotASetter: they run no programme and set no rules.
        FormWrong: a question cannot be asked so.
        FormTaken: a colleague saved a version meanwhile.
    """
    check_sets(by, at, programme_or_none())
    if re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", code) is None:
        raise FormWrong(fault="code", number=0)
    wanted = [_tidy(one) for one in questions]
    wrong = rules.fault(wanted)
    if wrong:
        raise FormWrong(
            number=wrong[0], fault=wrong[1], most=rules.MOST, choices=rules.MOST_CHOICES
        )
    last = FormVersion.objects.filter(code=code).aggregate(last=Max("number"))["last"] or 0
    if number is not None and number != last:
        raise FormTaken
    made = FormVersion(code=code, number=last + 1, questions=wanted, at=at)
    try:
        made.save(force_insert=True)
    except IntegrityError as error:  # two at the same moment
        raise FormTaken from error
    record(
        kind="pilots.form-set",
        by=by,
        at=at,
        subject=f"pilot-form:{code}",
        public={"version": made.number, "questions": len(wanted)},
    )
    return made


def _tidy(one: Mapping[str, Any]) -> dict[str, Any]:
    def said(words: Mapping[str, Any]) -> dict[str, str]:
        kept = {code: readable(str(words.get(code) or "")).strip() for code in LANGUAGES}
        return {code: text for code, text in kept.items() if text}

    return {
        "code": str(one.get("code", "")),
        "kind": str(one.get("kind", "")),
        "names": said(one.get("names") or {}),
        "hints": said(one.get("hints") or {}),
        "needed": bool(one.get("needed")),
        "choices": [
            {"code": str(choice.get("code", "")), "names": said(choice.get("names") or {})}
            for choice in one.get("choices") or ()
        ],
    }
