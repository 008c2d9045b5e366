"""From the end of a trial to the contract: the report, the answer, the roll-out, the pages."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import re
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from tests.cast import START
from tests.city.pilots.world import DAY, World, organisation, person
from veche.city.delivery.models import Promise
from veche.city.pilots import models
from veche.city.pilots.datasets import evaluations as datasets
from veche.city.pilots.models import (
    Application,
    Contract,
    Evaluation,
    Indicator,
    Measurement,
    Payment,
    Programme,
    Result,
    RollOut,
    Trial,
)
from veche.city.pilots.operations import contracts, evaluations, rollout
from veche.city.pilots.operations.refusals_applications import NotTheAgency
from veche.city.pilots.operations.refusals_evaluations import (
    AlreadyWritten,
    ContractEnded,
    CurrencyUnknown,
    DatesWrong,
    MoneyWrong,
    NoRollOut,
    NotForContracts,
    NothingChanged,
    NoTrialToJudge,
    NotTheDepartment,
    NumberTaken,
    ReportChanged,
    ReportPublished,
    TheirOwn,
    WhyMissing,
)
from veche.city.pilots.queries import evaluations as queries
from veche.city.pilots.rules.results import wilson
from veche.core.cases.operations import Changed
from veche.core.organisations.operations import appoint
from veche.errors import Refused
from veche.texts import TextLength

LATER = START + 3 * DAY
SUMMARY = "The cane is light enough, but not everybody finds it easy to use."
WHY = "The handle was too smooth for wet hands."


def measured(world: World, pilot: Application, *, easy: int = 3, testers: int = 6) -> Trial:
    """The cane weighs 48 g on average; so many testers find its ease ``easy``, one of them 5."""
    trial = pilot.trials.get()
    weight, ease = Indicator.objects.filter(methodology=trial.methodology).order_by("place")
    for value in (47.0, 49.0):
        Measurement.objects.create(
            trial=trial, indicator=weight, value=value, measured_at=START, origin="hand", at=START
        )
    for number in range(testers):
        tester = models.Tester.objects.create(
            trial=trial, age="65+" if number else "18-24", consent="1", consented_at=START
        )
        value = easy if number else 5
        models.TesterAnswer.objects.create(tester=tester, indicator=ease, value=value, at=START)
    return trial


def write(world: World, pilot: Application, **given: Any) -> Evaluation:
    """The agency writes that the weight was right, the ease was not."""
    usual: dict[str, Any] = {
        "summary": SUMMARY, "recommendation": "buy", "residents": "They liked the sound.",
        "cost": Decimal(90_000), "said": {"ease": WHY},
    }  # fmt: skip
    return evaluations.write_evaluation(
        by=given.pop("by", world.agent), at=LATER, application=pilot, **{**usual, **given}
    )


def publish(world: World, pilot: Application) -> Evaluation:
    return evaluations.publish_evaluation(by=world.agent, at=LATER, application=pilot)


def where(world: World, **given: Any) -> rollout.RollOutGiven:
    return rollout.RollOutGiven(
        **{
            "scope": "Canes for 40 blind people",
            "territory": world.town.west,
            "since": dt.date(2027, 1, 1),
            "units": 40,
            **given,
        }
    )


def test_a_report_states_every_indicator_and_is_never_changed(world: World) -> None:
    pilot = world.application("evaluating")
    trial = measured(world, pilot)
    with pytest.raises(NotTheAgency):
        write(world, pilot, by=world.officer)
    write(world, pilot, said={})
    with pytest.raises(WhyMissing) as missing:
        publish(world, pilot)
    assert "How easy it is" in str(missing.value)
    with pytest.raises(ReportChanged):
        write(world, pilot, seen=0)
    with pytest.raises(TextLength):
        write(world, pilot, summary="Good.")
    with pytest.raises(MoneyWrong):
        write(world, pilot, cost=Decimal(-1))
    write(world, pilot, seen=1)
    done = publish(world, pilot)
    pilot.refresh_from_db()
    assert (pilot.case.state, pilot.case.organisation) == ("answering", world.department)
    assert pilot.evaluated_at == LATER
    weight, ease = queries.results_of(done)
    assert (weight.value, weight.count, weight.met) == (48, 2, True)
    assert (ease.value, ease.met, ease.words) == (pytest.approx(20 / 6), False, WHY)
    assert done.figures is not None
    satisfied = done.figures["satisfied"]
    assert (satisfied["count"], satisfied["of"]) == (1, 6)
    assert (satisfied["low"], satisfied["high"]) == wilson(1, 6)
    assert [one["stage"] for one in done.figures["stages"]][-1] == "evaluation"
    assert bytes(done.pdf or b"")[:5] == b"%PDF-"
    assert done.digest == hashlib.sha256(bytes(done.pdf or b"")).hexdigest()
    # Who leaves later changes nothing of what was published.
    models.TesterAnswer.objects.filter(tester__trial=trial).delete()
    assert queries.report_of(done, pilot, LATER).figures == done.figures
    with pytest.raises(ReportPublished):
        write(world, pilot)
    for change in (
        lambda: Evaluation.objects.update(summary="Everything was fine."),
        lambda: Result.objects.update(met=True),
        lambda: Result.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_the_database_wants_every_indicator_of_the_frozen_methodology(world: World) -> None:
    pilot, other = world.application("evaluating"), world.application("evaluating")
    trial = pilot.trials.get()
    report = Evaluation.objects.create(
        trial=trial, summary=SUMMARY, recommendation="stop", at=LATER, published_at=LATER
    )
    foreign = Indicator.objects.filter(methodology__application=other)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Result.objects.create(evaluation=report, indicator=foreign, count=0)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS pilots_report_whole IMMEDIATE")
    for one in queries.indicators_of(trial):
        Result.objects.create(evaluation=report, indicator=one, count=0)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS pilots_report_whole IMMEDIATE")


def test_the_department_answers_once_with_its_reason(world: World) -> None:
    pilot = world.application("evaluating")
    with pytest.raises(NoTrialToJudge):
        evaluations.write_evaluation(
            by=world.agent, at=LATER, application=world.application("running"), summary=SUMMARY,
            recommendation="stop",
        )  # fmt: skip
    trial = measured(world, pilot)
    tester = person("Tess")
    models.Tester.objects.create(trial=trial, person=tester, consent="1", consented_at=START)
    write(world, pilot)
    publish(world, pilot)

    def answer(by: Any = world.officer, **given: Any) -> Application:
        usual: dict[str, Any] = {"answer": "buy", "because": "Forty people wait for it."}
        return evaluations.answer(by=by, at=LATER + DAY, application=pilot, **{**usual, **given})

    with pytest.raises(NotTheDepartment):
        answer(world.agent)
    with pytest.raises(TextLength):
        answer(because="Yes.", rollout=where(world))
    with pytest.raises(NoRollOut):
        answer()
    seen = pilot.case.seq
    with pytest.raises(Changed):
        answer(seen=seen - 2, rollout=where(world))
    answer(rollout=where(world, promise=True))
    pilot.refresh_from_db()
    assert (pilot.case.state, pilot.answer) == ("rolled_out", "buy")
    row = RollOut.objects.get()
    assert (row.units, row.territory) == (40, world.town.west)
    assert row.promise == Promise.objects.get()
    assert row.promise.case.organisation == world.department
    assert models.Tester.objects.get(person=tester).told_at == LATER + DAY
    press = uuid.uuid4()
    more = {"by": world.officer, "at": LATER + 2 * DAY, "application": pilot, "submission": press}
    rollout.add_rollout(given=where(world, territory=world.town.east), **more)
    with pytest.raises(AlreadyWritten):
        rollout.add_rollout(given=where(world), **more)
    assert RollOut.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        RollOut.objects.update(units=1)
    # Who acts for the company too is answered as if there were no such pilot.
    tied = person("Tied", role="officer", organisation=world.department)
    firm = world.company.organisation
    appoint(by=None, at=START, person=tied, role="founder", organisation=firm)
    with pytest.raises(Refused) as unknown:
        rollout.add_rollout(given=where(world), **{**more, "by": tied})
    assert unknown.value.status == 404


def test_an_extended_trial_gets_a_new_methodology_and_a_stopped_one_may_come_to_use(
    world: World,
) -> None:
    first, second = world.application("answering"), world.application("answering")
    usual = {"by": world.officer, "at": LATER, "because": "It was tested in summer alone."}
    evaluations.answer(application=first, answer="extend", **usual)
    first.case.refresh_from_db()
    assert (first.case.state, first.case.organisation) == ("methodology", world.agency)
    evaluations.answer(application=second, answer="stop", **usual)
    rollout.come_to_use(application=second, given=where(world), **usual)
    second.refresh_from_db()
    assert (second.case.state, second.answer) == ("rolled_out", "stop")


def test_a_contract_changes_by_amendments_and_payments_are_superseded(world: World) -> None:
    pilot = world.application("rolled_out")
    at, day = LATER + DAY, START.date() + dt.timedelta(days=1)

    def add(**given: Any) -> Contract:
        usual: dict[str, Any] = {
            "by": world.officer, "at": at, "application": pilot, "number": "K-7",
            "title": "Canes for the blind", "method": "direct", "amount": Decimal("1500000.00"),
            "signed_on": day,
        }  # fmt: skip
        return contracts.add_contract(**{**usual, **given})

    with pytest.raises(NotForContracts):
        add(by=world.keeper)
    for wrong, fault in (
        ({"amount": Decimal("NaN")}, MoneyWrong),
        ({"amount": Decimal(-1)}, MoneyWrong),
        ({"signed_on": at.date() + dt.timedelta(days=2)}, DatesWrong),
        ({"ends_on": day - dt.timedelta(days=1)}, DatesWrong),
    ):
        with pytest.raises(fault):
            add(**wrong)
    Programme.objects.update(currency="QQQ")
    with pytest.raises(CurrencyUnknown):
        add()
    Programme.objects.update(currency="RUB")
    contract = add()
    assert contract.ocid == f"ocds-000000-{pilot.case.number}"
    with pytest.raises(NumberTaken):
        add()
    change = {"by": world.agent, "at": at, "contract": contract, "on": day, "because": WHY}
    with pytest.raises(NothingChanged):
        contracts.amend_contract(**change)
    contracts.amend_contract(amount=Decimal("1400000.00"), **change)
    for key, value in (("amount", 1), ("number", "K-8"), ("standing", "cancelled")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Contract.objects.update(**{key: value})
    pay = {"by": world.officer, "at": at, "contract": contract, "on": day}
    wrong_payment = contracts.pay(number="1", amount=Decimal(10), **pay)
    with pytest.raises(NumberTaken):
        contracts.pay(number="1", amount=Decimal(11), **pay)
    right = contracts.pay(
        number="1", amount=Decimal(100), instead=wrong_payment.pk, because=WHY, **pay
    )
    wrong_payment.refresh_from_db()
    assert wrong_payment.superseded_by == right
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=right.pk).update(amount=1)
    contracts.amend_contract(standing="terminated", **change)
    with pytest.raises(ContractEnded):
        contracts.amend_contract(amount=Decimal(1), **change)
    foreign = Contract.objects.create(
        number="X", ocid="ocds-abc123-9", title="Theirs", buyer=world.department,
        supplier=organisation("theirs", "company"), method="", standing="active", amount=1,
        currency="EUR", signed_on=day, at=at,
    )  # fmt: skip
    with pytest.raises(TheirOwn):
        contracts.pay(number="1", amount=Decimal(1), **{**pay, "contract": foreign})


def text(response: Any) -> str:
    """The words of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


@override_settings(SECOND_FACTOR=False)
def test_the_pages_lead_from_the_report_to_the_contract(world: World) -> None:
    at = timezone.now() - 4 * DAY
    pilot = world.application("evaluating", at=at)
    trial = pilot.trials.get()
    measured(world, pilot)
    number = pilot.case.number
    agent, officer, everybody = Client(), Client(), Client()
    agent.force_login(world.agent)
    officer.force_login(world.officer)

    def page(name: str, *args: Any) -> str:
        return reverse(f"pilots:{name}", args=args or [number])

    assert everybody.get(page("evaluation")).status_code == 404
    assert everybody.get(page("evaluation-write")).status_code == 302
    assert officer.get(page("evaluation-write")).status_code == 403
    shown = text(agent.get(page("evaluation-write")))
    assert "48" in shown
    assert agent.post(page("evaluation-write"), {"summary": "short"}).status_code == 422
    ease = trial.methodology.indicators.get(code="ease")
    sent = {
        "revision": "0", "summary": SUMMARY, "recommendation": "buy", f"why_{ease.pk}": WHY,
        "cost": "90000",
    }  # fmt: skip
    assert agent.post(page("evaluation-write"), sent).status_code == 302
    assert agent.post(page("evaluation-write"), sent).status_code == 409  # an older draft was seen
    draft = agent.get(page("evaluation-preview"))
    assert WHY in text(draft)
    assert everybody.get(page("evaluation")).status_code == 404
    assert agent.post(page("evaluation-preview"), {"revision": "1"}).status_code == 302
    report = everybody.get(page("evaluation"), HTTP_ACCEPT_LANGUAGE="en")
    assert report.status_code == 200
    assert WHY in text(report)
    assert "res-missed" in report.content.decode()
    csv = everybody.get(page("evaluation-csv")).content.decode()
    assert csv.count("\r\n") == 3
    assert everybody.get(page("evaluation-pdf")).content[:5] == b"%PDF-"

    assert agent.get(page("pilot-answer")).status_code == 403
    answer = {"answer": "buy", "because": "Forty people wait for it."}
    refused = officer.post(page("pilot-answer"), answer)
    assert refused.status_code == 422
    assert "Forty people wait for it." in text(refused)
    answer |= {
        "scope": "Canes for forty", "territory": world.town.west.code, "since": "2027-01-01",
        "units": "40", "submission": str(uuid.uuid4()),
    }  # fmt: skip
    assert officer.post(page("pilot-answer"), answer).status_code == 302
    assert officer.post(page("pilot-answer"), answer).status_code == 409
    assert "Canes for forty" in text(everybody.get(page("evaluation")))
    assert "Canes for forty" in text(everybody.get(page("application")))

    contract = {
        "number": "=1+1", "title": "Canes for the blind", "method": "direct",
        "amount": "1500000.00", "signed_on": str(timezone.now().date() - DAY), "standing": "active",
        "buyer": world.department.code, "submission": str(uuid.uuid4()),
    }  # fmt: skip
    assert everybody.post(page("contract-new"), contract).status_code == 302
    assert Contract.objects.count() == 0
    assert officer.post(page("contract-new"), contract).status_code == 302
    assert officer.post(page("contract-new"), contract).status_code == 409  # a double click
    pk = Contract.objects.get().pk
    paid = {"number": "1", "amount": "100,5", "on": contract["signed_on"]}
    assert officer.post(page("contract-pay", pk), {**paid, "amount": "much"}).status_code == 422
    assert officer.post(page("contract-pay", pk), {**paid, "amount": "100.5"}).status_code == 302
    change = {
        "amount": "1400000", "standing": "active", "on": contract["signed_on"], "because": WHY,
    }  # fmt: skip
    assert officer.post(page("contract-amend", pk), change).status_code == 302
    assert WHY in text(everybody.get(page("contract", pk)))
    listed = reverse("pilots:contracts")
    assert "Canes for the blind" in text(everybody.get(listed, {"q": "canes blind"}))
    assert "Canes for the blind" not in text(everybody.get(listed, {"q": "lamps"}))
    assert everybody.get(listed, {"year": "x", "page": "9" * 9, "standing": "!"}).status_code == 200
    table = b"".join(everybody.get(reverse("pilots:contracts-csv"))).decode()
    assert "'=1+1" in table
    for data, count in ((datasets.RESULTS, 2), (datasets.CONTRACTS, 1)):
        statement, values = data.sql(timezone.now())  # type: ignore[operator]
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            assert [one.name for one in cursor.description] == [one.name for one in data.columns]
            assert len(cursor.fetchall()) == count
    ocid = Contract.objects.get().ocid
    for name, args, key in (
        ("ocds-releases", [], "releases"), ("ocds-process", [ocid], "releases"),
        ("ocds-records", [], "records"), ("ocds-record", [ocid], "records"),
    ):  # fmt: skip
        found = everybody.get(reverse(f"pilots:{name}", args=args)).json()
        assert {one["ocid"] for one in found[key]} == {ocid}
    for strange in ("ocds-000000-none", "a/b", "a\x00b"):
        missing = everybody.get(reverse("pilots:ocds-process", args=[strange]))
        assert missing.status_code == 404
    assert everybody.get(page("contract", 10**30)).status_code == 404
