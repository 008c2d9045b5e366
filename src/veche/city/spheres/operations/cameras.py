"""The register of cameras, and the person who looks before anything counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import connection
from django.utils.translation import gettext_lazy as _

from veche.city.spheres.access import check_operates, check_operates_city
from veche.city.spheres.models import Camera, CameraEvent
from veche.core.journal.operations import record
from veche.core.places.queries import atlas
from veche.errors import Invalid, NotFound, Refused
from veche.operation import operation

if TYPE_CHECKING:
    from veche.city.pulse.models import Thing
    from veche.core.organisations.models import Organisation
    from veche.core.people.models import Person

LOOK_HOURS = 72
"""What nobody has looked at for so long never counts."""
BACK_HOURS = 96
"""So far back events are looked for among the readings."""


class OutsideTheCity(Invalid):
    """The camera stands nowhere in the city."""

    code = "camera-outside"
    sentence = _("This place lies outside the city.")
    field = "longitude"


class DecidedAlready(Refused):
    """Somebody looked before, or the time is over."""

    code = "camera-decided"
    sentence = _("Somebody has looked at this already, or its time is over.")


class SayWhy(Invalid):
    """What a person refutes helps whoever sets the camera, when they say why."""

    code = "camera-say-why"
    sentence = _("Write in a few words what it really is.")
    field = "why"


@operation
def register_camera(
    *,
    by: Person | None,
    at: dt.datetime,
    code: str,
    names: Mapping[str, str],
    owner: Organisation,
    longitude: float,
    latitude: float,
    looks_at: Mapping[str, str],
    purpose: Mapping[str, str],
    ground: Mapping[str, str],
    keeps_days: int,
    object_to: str,
    since: dt.date,
    notices: Sequence[str] = (),
    faces: bool = False,
    thing: Thing | None = None,
) -> Camera:
    """Enter a camera, or change what the register says of it.

    Raises:
        OutsideTheCity: see there.
        veche.city.spheres.access.NotTheWatch: the person is no operator of the city.
    """
    check_operates_city(by, at)
    territory = atlas().at(longitude, latitude)
    if territory is None:
        raise OutsideTheCity
    camera, made = Camera.objects.update_or_create(
        code=code,
        defaults={
            "names": dict(names), "owner": owner, "territory": territory, "thing": thing,
            "longitude": longitude, "latitude": latitude, "looks_at": dict(looks_at),
            "purpose": dict(purpose), "ground": dict(ground), "notices": list(notices),
            "keeps_days": keeps_days, "faces": faces, "object_to": object_to, "since": since,
        },
    )  # fmt: skip
    record(
        kind="spheres.camera-registered", by=by, at=at, subject=f"camera:{code}",
        public={"new": made, "keeps_days": keeps_days, "faces": faces},
    )  # fmt: skip
    return camera


@operation
def end_camera(*, by: Person | None, at: dt.datetime, code: str, until: dt.date) -> Camera:
    """A camera is taken down from a day on; it stays in the register as one that was.

    Raises:
        NotFound: there is none of this code.
        veche.city.spheres.access.NotTheWatch: the person is no operator of the city.
    """
    check_operates_city(by, at)
    camera = Camera.objects.select_for_update().filter(code=code).first()
    if camera is None:
        raise NotFound
    camera.until = until
    camera.save(update_fields=["until"])
    record(kind="spheres.camera-ended", by=by, at=at, subject=f"camera:{code}")
    return camera


# An event is a reading whose result is an object with a kind, or a text that is one; what the
# camera was not registered for is not taken, however it is sent.
_TAKE = """
INSERT INTO spheres_cameraevent (camera_id, reading, kind, at, sure, state, until, why)
SELECT c.id, r.id, k.kind, r.at,
    CASE WHEN jsonb_typeof(r.result->'sure') = 'number' THEN (r.result->>'sure')::float END,
    'new', %(until)s, ''
FROM spheres_camera c JOIN pulse_stream s ON s.thing_id = c.thing_id
JOIN pulse_reading r ON r.stream_id = s.id AND r.at > %(since)s AND r.at <= %(at)s
CROSS JOIN LATERAL (SELECT CASE jsonb_typeof(r.result)
    WHEN 'object' THEN r.result->>'kind' WHEN 'string' THEN r.result #>> '{}' END AS kind) k
WHERE k.kind IS NOT NULL AND c.notices ? k.kind AND (c.until IS NULL OR c.until > r.at::date)
ON CONFLICT (reading) DO NOTHING RETURNING 1
"""


@operation
def take_events(*, by: None, at: dt.datetime) -> int:
    """Lay what cameras told since before a person; returns how many are new."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE,
            {
                "at": at, "since": at - dt.timedelta(hours=BACK_HOURS),
                "until": at + dt.timedelta(hours=LOOK_HOURS),
            },
        )  # fmt: skip
        count = len(cursor.fetchall())
    record(
        kind="spheres.camera-events-taken", by=by, at=at, subject="cameras", public={"new": count}
    )
    return count


@operation
def decide(
    *, by: Person, at: dt.datetime, event: int, confirmed: bool, why: str = ""
) -> CameraEvent:
    """A person has looked: it is what the camera says, or it is not.

    Raises:
        NotFound: there is none.
        veche.city.spheres.access.NotTheWatch: the person is no operator there.
        DecidedAlready: see there.
        SayWhy: it is refuted without a word.
    """
    found = (
        CameraEvent.objects.select_for_update(of=("self",))
        .select_related("camera__territory")
        .filter(pk=event)
        .first()
    )
    if found is None:
        raise NotFound
    check_operates(by, at, found.camera.territory)
    if found.state != CameraEvent.State.NEW or at >= found.until:
        raise DecidedAlready
    if not confirmed and not why.strip():
        raise SayWhy
    states = CameraEvent.State
    found.state = states.CONFIRMED if confirmed else states.REFUTED
    found.decided_by, found.decided_at, found.why = by, at, why.strip()
    found.save(update_fields=["state", "decided_by", "decided_at", "why"])
    record(
        kind="spheres.camera-event-decided", by=by, at=at, subject=f"camera:{found.camera.code}",
        public={"kind": found.kind, "confirmed": confirmed},
    )  # fmt: skip
    return found


@operation
def undo_decision(*, by: Person, at: dt.datetime, event: int) -> CameraEvent:
    """Whoever decided takes it back, as long as a person may still look.

    Raises:
        NotFound: the person decided no such event.
        veche.city.spheres.access.NotTheWatch: the person is no operator there any more.
        DecidedAlready: its time is over.
    """
    found = (
        CameraEvent.objects.select_for_update(of=("self",))
        .select_related("camera__territory")
        .filter(pk=event, decided_by=by)
        .first()
    )
    if found is None:
        raise NotFound
    check_operates(by, at, found.camera.territory)
    if at >= found.until:
        raise DecidedAlready
    found.state, found.decided_by, found.decided_at, found.why = "new", None, None, ""
    found.save(update_fields=["state", "decided_by", "decided_at", "why"])
    record(
        kind="spheres.camera-event-reopened", by=by, at=at, subject=f"camera:{found.camera.code}",
        public={"kind": found.kind},
    )  # fmt: skip
    return found


@operation
def lapse_events(*, by: None, at: dt.datetime) -> int:
    """What nobody looked at in time ends without counting; returns how many."""
    count = CameraEvent.objects.filter(state="new", until__lte=at).update(state="lapsed")
    record(
        kind="spheres.camera-events-lapsed", by=by, at=at, subject="cameras",
        public={"lapsed": count},
    )  # fmt: skip
    return count
