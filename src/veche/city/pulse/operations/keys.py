"""Keys by which systems write through our doors: shown once, kept as digests only."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from veche.city.pulse.access import check_steward
from veche.city.pulse.models import Source, SourceKey
from veche.city.pulse.sensorthings.access import digest_of
from veche.core.journal.operations import record
from veche.errors import Invalid, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


class NamelessKey(Invalid):
    """A key must say which system holds it."""

    code = "key-nameless"
    sentence = _("Say which system holds the key.")
    field = "name"


class KeyEnded(Refused):
    """The key is withdrawn already."""

    code = "key-ended"
    sentence = _("This key is withdrawn already.")


@operation
def make_key(
    *, by: Person | None, at: dt.datetime, source: Source, name: str
) -> tuple[SourceKey, str]:
    """Give a source a key; the key in words is told now and never again.

    Raises:
        veche.city.pulse.access.NotASteward: the person is none.
        NamelessKey: no name was given.
    """
    check_steward(by, at)
    if not name.strip():
        raise NamelessKey
    told = f"vk_{secrets.token_urlsafe(32)}"
    key = SourceKey.objects.create(
        source=source, name=name.strip()[:80], digest=digest_of(told), since=at
    )
    record(
        kind="pulse.key-made",
        by=by,
        at=at,
        subject=f"source:{source.code}",
        public={"key": key.pk, "name": key.name},
    )
    return key, told


@operation
def withdraw_key(*, by: Person | None, at: dt.datetime, key: SourceKey) -> SourceKey:
    """From now on nothing is taken with this key; the native doors know it within seconds.

    Raises:
        veche.city.pulse.access.NotASteward: the person is none.
        KeyEnded: it is withdrawn.
    """
    check_steward(by, at)
    kept = SourceKey.objects.select_for_update(of=("self",)).select_related("source").get(pk=key.pk)
    if kept.until is not None:
        raise KeyEnded
    kept.until = at
    kept.save(update_fields=["until"])
    record(
        kind="pulse.key-withdrawn",
        by=by,
        at=at,
        subject=f"source:{kept.source.code}",
        public={"key": kept.pk, "name": kept.name},
    )
    return kept
