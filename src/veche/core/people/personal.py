"""What the accounts themselves hold about a person."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount

from veche.core.people.models import (
    BirthDate,
    Look,
    Person,
    Residence,
    ResidenceLetter,
    SignIn,
)
from veche.core.people.operations.erasure import empty_account


def collect(person: Person) -> dict[str, Any]:
    """The account, its ways in, where the person lives, and who looked at it."""
    return {
        "account": {
            "number": person.pk,
            "name": person.name,
            "email": person.email,
            "language": person.language,
            "level": person.level,
            "since": person.since.isoformat(),
        },
        "addresses": list(
            EmailAddress.objects.filter(user_id=person.pk).values("email", "verified", "primary")
        ),
        "second_factors": [
            {"kind": row.type, "since": row.created_at.isoformat()}
            for row in Authenticator.objects.filter(user_id=person.pk)
        ],
        "sign_ons": list(SocialAccount.objects.filter(user_id=person.pk).values("provider", "uid")),
        "sign_ins": [
            {"device": row.device, "since": row.since.isoformat() if row.since else None}
            for row in SignIn.objects.filter(person_id=person.pk)
        ],
        "residences": [
            {
                "territory": row.territory.code,
                "how": row.how,
                "since": row.since.isoformat(),
                "until": row.until.isoformat(),
            }
            for row in Residence.objects.filter(person_id=person.pk).select_related("territory")
        ],
        "birth_date": [
            {"day": row.day.isoformat(), "how": row.how}
            for row in BirthDate.objects.filter(person_id=person.pk)
        ],
        "letter": list(
            ResidenceLetter.objects.filter(person_id=person.pk).values_list("address", flat=True)
        ),
        "looks": [
            {"at": row.at.isoformat(), "what": row.what, "matter": row.case_number}
            for row in Look.objects.filter(person_id=person.pk).order_by("at")
        ],
    }


def erase(*, by: Person, at: dt.datetime, person: Person) -> None:
    """Empty the account."""
    empty_account(by=by, at=at, person=person)
