"""Subscriptions: to an area, a street, a circle, a theme; with an account or by e-mail."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from veche.core.cases.models import Case
from veche.core.journal.operations import record
from veche.core.notices.models import Following, Letter, Notice, Reader, Subscription, Waiting, Wish
from veche.core.notices.operations.following import _reader_of
from veche.core.notices.rules import (
    AT_ONCE,
    DANGER,
    LARGEST_RADIUS,
    MOST_SUBSCRIPTIONS,
    MOST_WISHES,
    SMALLEST_RADIUS,
    TOPICS,
    WISH_DAYS,
    pace,
    street_of,
)
from veche.errors import Invalid, NotFound, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.core.people.models import Person


class OfNothing(Invalid):
    """Neither an area nor a street nor a circle nor a theme was chosen."""

    code = "subscription-of-nothing"
    sentence = _("Choose an area, a street, a circle on the map or a theme.")


class RadiusOut(Invalid):
    """The circle is too small or too large."""

    code = "radius-out"
    sentence = _("A circle has between {least} and {most} metres.")
    field = "radius"


class TooManySubscriptions(Refused):
    """More subscriptions than one reader may have."""

    code = "too-many-subscriptions"
    sentence = _("You have {most} subscriptions already. End one first.")


class TooManyAsked(Refused):
    """One network address has asked for as many letters as are sent."""

    code = "too-many-asked"
    status = 429
    sentence = _("Too many tries. Wait a few minutes and try again.")


class LinkOver(NotFound):
    """The link in a letter is too old or was used up."""

    code = "link-over"
    sentence = _("This link is no longer valid. Ask to be told once more.")


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to hear of; what is empty does not narrow it."""

    territory: int | None = None
    street: str = ""
    """As they wrote it."""
    longitude: float | None = None
    latitude: float | None = None
    radius: int | None = None
    theme: str = ""
    case: str = ""
    """The number of one matter; nothing else is given then."""

    def checked(self) -> Wanted:
        """The same, in the one way it is stored.

        Raises:
            OfNothing, RadiusOut: it cannot be subscribed to.
        """
        circle = None not in (self.longitude, self.latitude, self.radius)
        street = " ".join(self.street.replace("\x00", " ").split())[:120]
        if street_of(street.partition(",")[0]):
            street = street.partition(",")[0]  # without the house
        if self.case:
            return Wanted(case=self.case)
        if circle:
            assert self.radius is not None
            if not SMALLEST_RADIUS <= self.radius <= LARGEST_RADIUS:
                raise RadiusOut(least=SMALLEST_RADIUS, most=LARGEST_RADIUS)
            assert self.longitude is not None and self.latitude is not None
            return Wanted(
                longitude=round(self.longitude, 6),
                latitude=round(self.latitude, 6),
                radius=self.radius,
                theme=self.theme,
            )
        if street and street_of(street) and self.territory:
            return Wanted(territory=self.territory, street=street, theme=self.theme)
        if not self.territory and not self.theme:
            raise OfNothing
        return Wanted(territory=self.territory, theme=self.theme)


@operation
def subscribe(*, by: Person, at: dt.datetime, wanted: Wanted) -> Subscription:
    """Hear from now on of new matters and outcomes there; asking twice is asking once.

    Raises:
        OfNothing, RadiusOut, TooManySubscriptions: it cannot be subscribed to.
    """
    reader = _reader_of(by, at)
    made = _subscribe(reader, wanted, at)
    record(
        kind="notices.subscribed",
        by=by,
        at=at,
        subject=f"person:{by.pk}",
        personal={name: str(value) for name, value in asdict(wanted).items() if value},
    )
    return made


def _subscribe(reader: Reader, wanted: Wanted, at: dt.datetime) -> Subscription:
    what = wanted.checked()
    if Subscription.objects.filter(reader=reader).count() >= MOST_SUBSCRIPTIONS:
        raise TooManySubscriptions(most=MOST_SUBSCRIPTIONS)
    same: dict[str, Any] = {
        "reader": reader,
        "territory_id": what.territory,
        "street": street_of(what.street) if what.street else "",
        "longitude": what.longitude,
        "latitude": what.latitude,
        "radius": what.radius,
        "theme": what.theme,
    }
    made, _fresh = Subscription.objects.get_or_create(
        **same, defaults={"street_name": what.street, "since": at}
    )
    return made


@operation
def unsubscribe(*, by: Person | None, at: dt.datetime, reader: Reader, subscription: int) -> None:
    """Hear no more of one area, street, circle or theme."""
    Subscription.objects.filter(pk=subscription, reader=reader).delete()
    record(kind="notices.unsubscribed", by=by, at=at, subject=f"reader:{reader.pk}")


@operation
def unfollow_as(*, by: Person | None, at: dt.datetime, reader: Reader, case: int) -> None:
    """A reader, with an account or without, no longer follows a matter."""
    Following.objects.filter(reader=reader, case_id=case).delete()
    record(kind="notices.unfollowed", by=by, at=at, subject=f"reader:{reader.pk}")


@operation
def ask_by_mail(
    *, by: None, at: dt.datetime, email: str, language: str, wanted: Wanted
) -> Wish | None:
    """Somebody without an account wants to be told at an address: a letter asks whether it is so.

    Nothing is in force before the link in that letter is used. None when the address has been
    asked often enough today: whoever asked is told the same, so that nobody learns who reads.

    Raises:
        OfNothing, RadiusOut: it cannot be subscribed to.
    """
    what = wanted.checked()
    address = email.strip().lower()
    reader = Reader.objects.filter(email__iexact=address).first()
    if reader is None:
        reader = Reader.objects.create(
            email=address, language=language, mark=secrets.token_hex(8), since=at
        )
    recent = Wish.objects.filter(reader=reader, at__gt=at - dt.timedelta(days=1)).count()
    wish: Wish | None = None
    if recent < MOST_WISHES:
        wish = Wish.objects.create(reader=reader, what=asdict(what), at=at)
        Letter.objects.create(
            reader=reader, kind="confirm", period=str(wish.pk), made_at=at, not_before=at
        )
        from veche.core.notices.tasks import send_waiting

        send_waiting.defer()
    record(kind="notices.wished", by=by, at=at, subject=f"reader:{reader.pk}")
    return wish


@operation
def confirm_wish(*, by: None, at: dt.datetime, wish: Wish) -> Reader:
    """The link in the letter was used: what was asked is in force. Using it twice does no more.

    Raises:
        LinkOver: the link is older than a week.
        TooManySubscriptions: the address has as many as one may have.
    """
    wish = Wish.objects.select_for_update(of=("self",)).select_related("reader").get(pk=wish.pk)
    reader = wish.reader
    if wish.done_at is None:
        if wish.at < at - dt.timedelta(days=WISH_DAYS):
            raise LinkOver
        if reader.confirmed_at is None or reader.mail_stopped_at is not None:
            reader.confirmed_at = reader.confirmed_at or at
            reader.mail_stopped_at, reader.bounces = None, 0
            reader.save(update_fields=["confirmed_at", "mail_stopped_at", "bounces"])
        wanted = Wanted(**wish.what)
        if wanted.case:
            case = Case.objects.filter(number=wanted.case).first()
            if case is not None:
                Following.objects.get_or_create(reader=reader, case=case, defaults={"since": at})
        else:
            _subscribe(reader, wanted, at)
        wish.done_at = at
        wish.save(update_fields=["done_at"])
    record(kind="notices.confirmed", by=by, at=at, subject=f"reader:{reader.pk}")
    return reader


@operation
def stop_letters(
    *, by: Person | None, at: dt.datetime, reader: Reader, danger: bool = False
) -> None:
    """One click: no letters any more. Whoever has no account is forgotten altogether.

    With an account the page still shows what is told, and the settings can ask for letters again.
    What is said of a danger to life goes on coming unless they said so of it too (``danger``).
    """
    number = reader.pk
    if reader.person_id is None:
        _forget(reader)
    else:
        kept = "none" if danger else pace(reader.ways, "mail", DANGER)
        reader.ways = {**reader.ways, "mail": {**dict.fromkeys(TOPICS, "none"), DANGER: kept}}
        reader.save(update_fields=["ways"])
        waits, letters = (
            Waiting.objects.filter(reader=reader),
            Letter.objects.filter(reader=reader, state="waiting"),
        )
        if kept != "none":
            waits, letters = waits.exclude(pace=DANGER), letters.exclude(kind=DANGER)
        waits.delete()
        letters.update(state="dropped")
    record(kind="notices.stopped", by=by, at=at, subject=f"reader:{number}")


def _forget(reader: Reader) -> None:
    Waiting.objects.filter(reader=reader).delete()
    Notice.objects.filter(reader=reader).delete()
    Letter.objects.filter(reader=reader).delete()
    Following.objects.filter(reader=reader).delete()
    Subscription.objects.filter(reader=reader).delete()
    reader.delete()


@operation
def forget_person(*, by: Person | None, at: dt.datetime, person: Person) -> None:
    """Forget everything that was told to a person and what they wanted to hear: they are erased."""
    for reader in Reader.objects.filter(person=person):
        _forget(reader)
    record(kind="notices.forgotten", by=by, at=at, subject=f"person:{person.pk}")


@operation
def forget_unconfirmed(*, by: None, at: dt.datetime) -> int:
    """Forget addresses that did not confirm within a week, and wishes that are over."""
    early = at - dt.timedelta(days=WISH_DAYS)
    Wish.objects.filter(at__lt=early).delete()
    gone = 0
    for reader in Reader.objects.filter(
        person__isnull=True, confirmed_at__isnull=True, since__lt=early
    ).exclude(pk__in=Wish.objects.values("reader")):
        _forget(reader)
        gone += 1
    record(kind="notices.forgotten", by=by, at=at, subject="notices", public={"addresses": gone})
    return gone


@operation
def choose_ways(
    *,
    by: Person | None,
    at: dt.datetime,
    reader: Reader,
    ways: dict[str, dict[str, str]],
    quiet: tuple[dt.time, dt.time] | None,
) -> Reader:
    """How a reader is told from now on; what waits already follows the new choice."""
    reader.ways = ways
    reader.quiet_from, reader.quiet_until = quiet or (None, None)
    reader.mail_stopped_at, reader.bounces = None, 0
    reader.save(update_fields=["ways", "quiet_from", "quiet_until", "mail_stopped_at", "bounces"])
    for topic, chosen in (ways.get("mail") or {}).items():
        rows = Waiting.objects.filter(reader=reader, topic=topic)
        if chosen == "none":
            rows.delete()
        elif topic not in AT_ONCE:
            rows.update(pace=chosen)
    record(
        kind="notices.ways-chosen",
        by=by,
        at=at,
        subject=f"reader:{reader.pk}",
        personal={"ways": ways},
    )
    return reader


@operation
def reader_for(*, by: Person, at: dt.datetime) -> Reader:
    """The reader of an account, made when there is none."""
    reader = _reader_of(by, at)
    record(kind="notices.reader", by=by, at=at, subject=f"person:{by.pk}")
    return reader


@operation
def new_calendar(*, by: Person, at: dt.datetime) -> str:
    """A fresh secret address for the person's calendar; the one before ends. Returns the secret,
    of which only a digest is kept."""
    from veche.core.notices.links import digest

    reader = _reader_of(by, at)
    secret = secrets.token_urlsafe(24)
    reader.calendar_digest = digest(secret)
    reader.save(update_fields=["calendar_digest"])
    record(kind="notices.calendar-made", by=by, at=at, subject=f"person:{by.pk}")
    return secret
