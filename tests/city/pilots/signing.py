"""Three organisations sign an agreement for a test, with an authority made on the spot.

three = Three(world, at)          # the city trusts its authority from now on
agreement = three.agreed(application, at)      # at “methodology” or “agreement”: all by operations
"""

from __future__ import annotations

import datetime as dt

from psycopg.types.range import TimestamptzRange

from tests.city.pilots.world import DAY, World
from veche.city.pilots.demo.signing import Authority, Signer
from veche.city.pilots.models import Agreement, Application, Booking, Methodology, SiteWindow
from veche.city.pilots.operations import agreements, methodologies, roots
from veche.city.pilots.rules.methodologies import IndicatorGiven, MethodologyGiven
from veche.core.people.models import Person

CANE = MethodologyGiven(
    hypotheses=("A cane that sees lets a blind person walk alone on an unknown way.",),
    indicators=(
        IndicatorGiven("Weight", "g", "mean", "at_most", 50, baseline=120),
        IndicatorGiven("Obstacles seen", "m", "median", "at_least", 3, baseline=1.2),
        IndicatorGiven("Ease", "marks 1 to 5", "mean", "at_least", 4, by_testers=True),
    ),
    sample="Sixty blind residents, found through the society of the blind.",
    safety="A companion walks along; the test stops in rain.",
    data_protection="No names leave the site; answers are kept for a year.",
    days=60,
    testers=60,
)
"""The thresholds of the electronic cane: 50 g, and obstacles seen at 3 m."""


class Three:
    """The signers of the company, the site and the agency, and their authority."""

    def __init__(self, world: World, at: dt.datetime, *, trusted: bool = True) -> None:
        self.world = world
        self.authority = Authority("Test authority", at - 30 * DAY)
        if trusted:
            roots.trust(by=None, at=at, data=self.authority.pem, because="For a test.")
        self.signers = {part: self.signer(part, at) for part in ("company", "site", "agency")}

    @property
    def people(self) -> dict[str, Person]:
        """Who brings the signature of which party."""
        return {
            "company": self.world.founder, "site": self.world.keeper, "agency": self.world.agent,
        }  # fmt: skip

    def signer(self, name: str, at: dt.datetime, *, signs: bool = True) -> Signer:
        """Somebody more with a certificate of 300 days."""
        return self.authority.signer(
            name.title(), f"{name.title()} Ltd", since=at - 20 * DAY, until=at + 280 * DAY,
            signs=signs,
        )  # fmt: skip

    def booked(self, application: Application, at: dt.datetime) -> Booking:
        """The world's site, booked for the application for 100 days."""
        found = Booking.objects.filter(application=application, standing="booked").first()
        if found is not None:
            return found
        during = TimestamptzRange(at, at + 100 * DAY)
        window, _made = SiteWindow.objects.get_or_create(
            site=self.world.site, during=during, defaults={"places": 9}
        )
        return Booking.objects.create(
            site=self.world.site, window=window, application=application, during=during,
            standing="booked", at=at, place=Booking.objects.filter(window=window).count() + 1,
        )  # fmt: skip

    def written(self, application: Application, at: dt.datetime) -> Methodology:
        """A methodology, approved; the application then stands at “agreement”."""
        made = methodologies.write_methodology(
            by=self.world.founder, at=at, application=application, given=CANE
        )
        return methodologies.approve(by=self.world.agent, at=at, methodology=made)

    def drawn_up(self, application: Application, at: dt.datetime) -> Agreement:
        """A text to sign, for an application at “methodology”."""
        self.written(application, at)
        self.booked(application, at)
        return agreements.draw_up(
            by=self.world.agent, at=at, application=application, language="en"
        )

    def sign(self, agreement: Agreement, part: str, at: dt.datetime, form: str = "pades") -> None:
        """A party signs, inside the PDF or beside it."""
        agreement.refresh_from_db()
        signer = self.signers[part]
        data = bytes(agreement.signed or agreement.text)
        made = (
            signer.sign_pdf(data, at, place=part)
            if form == "pades"
            else signer.sign_detached(bytes(agreement.text), at)
        )
        agreements.sign(by=self.people[part], at=at, agreement=agreement, part=part, data=made)

    def agreed(self, application: Application, at: dt.datetime) -> Agreement:
        """An agreement with three signatures, one minute after the other; for an application that
        stands at “methodology”."""
        agreement = self.drawn_up(application, at)
        for minute, part in enumerate(("company", "site", "agency"), 1):
            self.sign(agreement, part, at + dt.timedelta(minutes=minute))
        agreement.refresh_from_db()
        return agreement
