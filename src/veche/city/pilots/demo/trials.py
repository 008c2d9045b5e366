"""The trials of the demo town's past: methodologies, agreements with real signatures, testers.

The signatures are made here by an invented authority whose keys live in memory only: the city
trusts its certificate, so that everything can be judged again from the pages.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any

from asn1crypto import x509
from django.conf import settings
from psycopg.types.range import TimestamptzRange

from veche.city.pilots.demo.setup import Ground
from veche.city.pilots.demo.signing import Authority, Signer
from veche.city.pilots.documents.agreement import Terms, make
from veche.city.pilots.engines.certificates import read_root, told
from veche.city.pilots.models import (
    Agreement,
    Application,
    Booking,
    Contract,
    Evaluation,
    Hypothesis,
    Indicator,
    Measurement,
    Methodology,
    Party,
    Payment,
    Result,
    RollOut,
    Signature,
    Tester,
    TesterAnswer,
    TesterQuota,
    Trial,
    TrustedRoot,
)
from veche.city.pilots.operations.trials import make_word
from veche.city.pilots.rules.methodologies import IndicatorGiven, MethodologyGiven
from veche.city.pilots.rules.results import outcome
from veche.city.pilots.rules.testers import AGES, CONSENT
from veche.core.organisations.models import Organisation
from veche.town import pilots as town

if TYPE_CHECKING:
    from veche.city.pilots.demo.past import _Writer

DAY = dt.timedelta(days=1)
AGE_WEIGHTS = (4, 14, 38, 26, 18)
"""How many of a hundred testers are of each band of years."""
PAID = 3
"""A contract is paid in so many parts, the last of them only once it is over."""
MISSED = "Порог не достигнут: так показали замеры и ответы испытателей."


class Signers:
    """Who signs for each organisation of the town, and the authority that vouches for them."""

    def __init__(self, ground: Ground) -> None:
        self.since, self.until = ground.since, ground.at + 900 * DAY
        self.authority = Authority("Учебный УЦ Заречья", ground.since)
        self.root = read_root(self.authority.pem)
        self._known: dict[int, Signer] = {}

    def row(self) -> TrustedRoot:
        """The authority as the city trusts it."""
        return TrustedRoot(
            name=self.root.name, certificate=self.root.pem, fingerprint=self.root.fingerprint,
            since=self.since, because="Подписи учебных организаций вымышленного города.",
        )  # fmt: skip

    def of(self, office: Organisation) -> Signer:
        """The signer of an organisation."""
        if office.pk not in self._known:
            # A certificate has room for 64 bytes.
            name = str(office.names["ru"]).encode()[:64].decode(errors="ignore")
            self._known[office.pk] = self.authority.signer(
                name, name, since=self.since, until=self.until
            )
        return self._known[office.pk]


def trial_rows(writer: _Writer, one: town.TownApplication, row: Application) -> None:
    """Everything of an application from its site to its contract, as far as it has come."""
    assert one.trial is not None
    steps = dict(one.steps)
    site = writer.ground.sites[one.trial.site]
    if "place" not in steps:
        return
    start = writer.moment(steps.get("start", steps["place"] - 20))
    booked = writer.moment(steps["place"])
    ends = start + one.trial.days * DAY
    over = writer.moment(steps["end_trial"]) if "end_trial" in steps else None
    writer.rows.add(
        Booking(
            site=site, window=writer.ground.windows[one.trial.site],
            place=_free_place(writer, one.trial.site, booked, ends), application=row,
            during=TimestamptzRange(booked, ends), standing="booked", at=booked,
        )
    )  # fmt: skip
    methodology, indicators = _methodology(writer, one, row, booked)
    if "approve" not in steps:
        return
    approved = writer.moment(steps["approve"])
    methodology.approved_at = approved
    signed = 3 if "start" in steps else 2
    agreement = _agreement(writer, one, row, methodology, approved, (booked, ends), signed)
    if "start" not in steps:
        return
    trial = writer.rows.add(
        Trial(
            application=row, agreement=agreement, methodology=methodology, site=site,
            starts_at=start, ends_at=ends, ended_at=over, ended_how="done" if over else "",
            told_at=writer.moment(steps["publish"]) if row.answer else None,
            key=make_word(),
        )
    )  # fmt: skip
    writer.rows.ends[row.case_id] = ends
    answers = _testers(writer, one, trial, indicators, start)
    values = _measured(writer, one, trial, indicators, start, over)
    if "publish" in steps:
        _report(writer, one, trial, indicators, values | answers)
    if row.answer == "buy":
        _bought(writer, one, row)


def _free_place(writer: _Writer, site: int, since: dt.datetime, until: dt.datetime) -> int:
    """A place at a site that nobody has in these days; sites of the town have room enough."""
    taken = writer.places.setdefault(site, [])
    place = 1
    while any(p == place and a < until and since < b for p, a, b in taken):
        place += 1
    taken.append((place, since, until))
    return place


def _methodology(
    writer: _Writer, one: town.TownApplication, row: Application, at: dt.datetime
) -> tuple[Methodology, list[Indicator]]:
    trial = one.trial
    assert trial is not None
    words = town.told()
    methodology = writer.rows.add(
        Methodology(
            application=row, version=1, sample=words.sample, testers=trial.testers,
            safety=words.safety, data_protection=words.privacy, days=trial.days, cost=trial.cost,
            at=at,
        )
    )  # fmt: skip
    for place, text in enumerate(trial.hypotheses, 1):
        writer.rows.add(Hypothesis(methodology=methodology, place=place, text=text))
    indicators = [
        writer.rows.add(
            Indicator(
                methodology=methodology, code=given.code, name=given.name, unit=given.unit,
                measure=given.measure, direction=given.direction, baseline=given.baseline,
                threshold=given.threshold, by_testers=given.by_testers, place=place,
            )
        )
        for place, given in enumerate(trial.indicators, 1)
    ]  # fmt: skip
    return methodology, indicators


def _agreement(
    writer: _Writer, one: town.TownApplication, row: Application, methodology: Methodology,
    at: dt.datetime, booked: tuple[dt.datetime, dt.datetime], signed: int,
) -> Agreement:  # fmt: skip
    trial, ground = one.trial, writer.ground
    assert trial is not None
    site = ground.sites[trial.site]
    parties = {
        "company": row.company.organisation, "site": site.owner, "agency": ground.agency,
    }  # fmt: skip
    given = MethodologyGiven(
        hypotheses=trial.hypotheses,
        indicators=tuple(
            IndicatorGiven(
                name=x.name, unit=x.unit, measure=x.measure, direction=x.direction,
                threshold=x.threshold, baseline=x.baseline, by_testers=x.by_testers, code=x.code,
            )
            for x in trial.indicators
        ),
        sample=methodology.sample, safety=methodology.safety,
        data_protection=methodology.data_protection, days=trial.days, testers=trial.testers,
        cost=methodology.cost,
    )  # fmt: skip
    assert row.department is not None
    text = make(
        Terms(
            number=row.case.number, version=1, title=row.title,
            programme=str(ground.programme.names["ru"]),
            parties={part: str(office.names["ru"]) for part, office in parties.items()},
            department=str(row.department.names["ru"]), site=str(site.names["ru"]),
            address=site.address, since=booked[0], until=booked[1], methodology=1, given=given,
            currency=ground.programme.currency, at=at,
        ),
        "ru",
    )  # fmt: skip
    last = at + dt.timedelta(hours=6 * signed)
    agreement: Agreement = writer.rows.add(
        Agreement(
            application=row, version=1, methodology=methodology, site=site, text=text,
            digest=hashlib.sha256(text).hexdigest(), language="ru", at=at,
            complete_at=last if signed == 3 else None,
        )
    )  # fmt: skip
    for place, (part, office) in enumerate(parties.items(), 1):
        party = writer.rows.add(Party(agreement=agreement, part=part, organisation=office))
        if place > signed:
            continue
        moment = at + dt.timedelta(hours=6 * place)
        signer = writer.signers.of(office)
        seen = told("cades", x509.Certificate.load(signer.certificate), moment)
        writer.rows.add(
            Signature(
                party=party, form="cades", digest=agreement.digest, signer=seen.signer,
                organisation=seen.organisation, issuer=seen.issuer, serial=seen.serial,
                fingerprint=seen.fingerprint, detached=signer.sign_detached(text, moment),
                said_at=moment, at=moment,
            )
        )  # fmt: skip
    return agreement


def _testers(
    writer: _Writer, one: town.TownApplication, trial: Trial, indicators: list[Indicator],
    start: dt.datetime,
) -> dict[str, list[float]]:  # fmt: skip
    """Who tests, and what they answered; by the code of the indicator."""
    rng, told_trial = writer.rng, one.trial
    assert told_trial is not None
    found: dict[str, list[float]] = {}
    quota = max(5, told_trial.testers // 6)
    for kind in ("young", "old", "disabled"):
        writer.rows.add(TesterQuota(trial=trial, kind=kind, wanted=quota))
    asked = [
        (row, given.values[0])
        for row, given in zip(indicators, told_trial.indicators, strict=True)
        if given.by_testers
    ]
    for person in rng.sample(writer.people, told_trial.testers):
        joined = start + dt.timedelta(seconds=rng.randint(0, 9 * 24 * 3600))
        tester = writer.rows.add(
            Tester(
                trial=trial, person_id=person, age=rng.choices(AGES, AGE_WEIGHTS)[0],
                disability=rng.choices((True, False, None), (18, 72, 10))[0], consent=CONSENT,
                consented_at=min(joined, writer.ground.at),
                told_at=trial.told_at,
            )
        )  # fmt: skip
        if tester.age == AGES[0]:
            tester.guardian = True
        for row, middle in asked:
            if rng.random() < 0.85 and (trial.ended_at or joined + 9 * DAY < writer.ground.at):
                value = float(max(1, min(5, round(rng.gauss(middle, 0.8)))))
                found.setdefault(row.code, []).append(value)
                writer.rows.add(
                    TesterAnswer(
                        tester=tester, indicator=row, value=value,
                        at=min(joined + 8 * DAY, writer.ground.at),
                    )
                )  # fmt: skip
    return found


def _measured(
    writer: _Writer, one: town.TownApplication, trial: Trial, indicators: list[Indicator],
    start: dt.datetime, over: dt.datetime | None,
) -> dict[str, list[float]]:  # fmt: skip
    found: dict[str, list[float]] = {}
    assert one.trial is not None
    until = over or writer.ground.at
    for row, given in zip(indicators, one.trial.indicators, strict=True):
        if given.by_testers:
            continue
        step = (trial.ends_at - start) / (len(given.values) + 1)
        for number, value in enumerate(given.values, 1):
            at = start + step * number
            if at > until:
                break
            found.setdefault(row.code, []).append(value)
            writer.rows.add(
                Measurement(
                    trial=trial, indicator=row, value=value, measured_at=at, origin="hand", at=at
                )
            )
    return found


def _report(
    writer: _Writer, one: town.TownApplication, trial: Trial, indicators: list[Indicator],
    values: dict[str, list[float]],
) -> None:  # fmt: skip
    given, published = one.trial, writer.moment(dict(one.steps)["publish"])
    assert given is not None
    report = writer.rows.add(
        Evaluation(
            trial=trial, summary=given.summary, cost=given.cost,
            residents="Испытатели отвечали сами, без подсказок.",
            recommendation=given.answer or "buy", at=published, published_at=published,
        )
    )  # fmt: skip
    for row in indicators:
        reached = outcome(
            values.get(row.code, []), measure=row.measure, direction=row.direction,
            threshold=row.threshold, by_testers=row.by_testers,
        )  # fmt: skip
        writer.rows.add(
            Result(
                evaluation=report, indicator=row, value=reached.value, count=reached.count,
                met=reached.met, words="" if reached.met else MISSED,
            )
        )  # fmt: skip


def _bought(writer: _Writer, one: town.TownApplication, row: Application) -> None:
    given, ground = one.trial, writer.ground
    assert given is not None and row.department is not None and row.answered_at is not None
    at: Any = row.answered_at
    writer.rows.add(
        RollOut(
            application=row, scope="Закупка после испытания для служб города.",
            territory=ground.city, units=writer.rng.randint(5, 200),
            since=(at + 20 * DAY).date(), at=at,
        )
    )  # fmt: skip
    if not given.contract:
        return
    signed = at + 15 * DAY
    if signed > ground.at:
        return
    ends = signed + 300 * DAY
    contract = writer.rows.add(
        Contract(
            application=row, number=f"{signed.year}-{row.case_id % 1000:03}",
            ocid=f"{settings.OCID_PREFIX}-{row.case.number}", title=f"{row.title}: закупка",
            buyer=row.department, supplier=row.company.organisation, method="limited",
            standing="terminated" if ends < ground.at else "active", amount=given.contract,
            currency=ground.programme.currency, signed_on=signed.date(),
            starts_on=signed.date(), ends_on=ends.date(), at=signed,
        )
    )  # fmt: skip
    for part in range(PAID):
        paid = signed + (part + 1) * 100 * DAY
        if paid < ground.at:
            writer.rows.add(
                Payment(
                    contract=contract, number=str(part + 1),
                    amount=given.contract * (part + 1) // PAID - given.contract * part // PAID,
                    on=paid.date(), at=paid,
                )
            )  # fmt: skip
