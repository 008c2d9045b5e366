"""An electronic cane for the blind, from a call with forty applications to the city's contract."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.cast import START
from tests.city.pilots.signing import CANE, Three
from tests.city.pilots.world import DAY, World, make_company, person, three
from tests.stories.programme import HOUR, MINUTE, TEXT, TITLE, Turn, of, read, said

from veche.city.pilots.models import (
    Agreement,
    Application,
    Call,
    Contract,
    Criterion,
    Indicator,
    PanelItem,
    PanelVote,
    Product,
    ReviewTask,
    Trial,
)
from veche.city.pilots.models import (
    Tester as Resident,
)
from veche.city.pilots.operations import (
    agreements,
    applications,
    booking,
    calls,
    contracts,
    criteria,
    evaluations,
    experts,
    matching,
    measurements,
    methodologies,
    panels,
    screening,
    sites,
    testers,
    trials,
)
from veche.city.pilots.operations.applications import Draft
from veche.city.pilots.operations.calls import CallGiven
from veche.city.pilots.operations.criteria import CriterionGiven
from veche.city.pilots.operations.refusals_agreements import NotAccepted
from veche.city.pilots.operations.reviews import submit_review
from veche.city.pilots.operations.rollout import RollOutGiven
from veche.city.pilots.operations.testers import Given
from veche.city.pilots.queries.evaluations import results_of
from veche.city.pilots.queries.statistics import statistics
from veche.city.pilots.rules.testers import CONSENT
from veche.core.cases.models import Case
from veche.core.cases.operations import advance
from veche.core.notices.models import Notice
from veche.core.organisations.models import Tie
from veche.core.organisations.operations.ties import declare_tie
from veche.core.people.models import Person
from veche.testing import deliver

pytestmark = pytest.mark.django_db
APPLIED, ADMITTED, TESTED = 40, 5, 60
CLOSES = START + 30 * DAY
READ = CLOSES + 10 * DAY
PLACED = READ + 10 * DAY
SIGNED = PLACED + 5 * DAY
TRIED = SIGNED + 5 * DAY
REPORTED = TRIED + 62 * DAY
BOUGHT = REPORTED + 5 * DAY


def test_the_electronic_cane(world: World, turn: Turn) -> None:
    call = called(world)
    cane, admitted = applied(world, call)
    former = tied(world)
    read_by_experts(world, admitted, former, turn)
    chosen(world, admitted, turn)
    placed(world, cane)
    trial = signed(world, cane, turn)
    in_trial(world, cane, trial, turn)
    reported(world, cane, trial, turn)
    bought(world, cane, turn)
    told_to_everybody(world, cane, turn)


def called(world: World) -> Call:
    """The department writes what it needs and how it is judged; the agency opens it."""
    anchors = {mark: three(f"as good as {mark}") for mark in range(6)}
    made = calls.draft_call(
        by=world.officer, at=START - DAY, programme=world.programme,
        given=CallGiven(
            titles=three("Walk alone"), tasks=three("Help blind people to walk alone."),
            form=world.call.form, department=world.department, closes_at=CLOSES, wanted=1,
            technologies=[world.technology], targets=[world.target],
        ),
    )  # fmt: skip
    for name, weight in (("Benefit", 3), ("Ready", 1)):
        criteria.set_criterion(
            by=world.officer, at=START - DAY, call=made,
            given=CriterionGiven(three(name), Decimal(weight), anchors),
        )  # fmt: skip
    calls.open_call(by=world.agent, at=START - HOUR, call=made)
    assert "Help blind people to walk alone." in read(of(), f"calls/{made.case.number}/")
    return made


def applied(world: World, call: Call) -> tuple[Application, list[Application]]:
    """Forty companies apply. The day comes, the call closes by itself, the agency admits five."""
    firms = [(world.company, world.founder)]
    firms += [make_company(f"rival{number}") for number in range(1, APPLIED)]
    for number, (company, founder) in enumerate(firms):
        at = START + number * HOUR
        product = Product.objects.get(company=company)
        if not number:
            product.technologies.add(world.technology)
            product.targets.add(world.target)
        made = applications.begin(by=founder, at=at, call=call, company=company, product=product)
        words = Draft(title=TITLE if not number else f"Bell {number}", text=TEXT, readiness=7)
        applications.save_draft(by=founder, at=at, application=made, draft=words)
        applications.submit(by=founder, at=at, application=made)
    sent = list(Application.objects.filter(call=call).select_related("case").order_by("pk"))
    assert len(sent) == APPLIED
    assert TITLE not in read(of(), "decided/") and TITLE not in read(of(), "")
    read(of(), f"applications/{sent[0].case.number}/", 404)  # nothing of it is public
    assert advance(at=CLOSES + MINUTE) >= 1
    assert Case.objects.get(pk=call.pk).state == "closed"
    for one in sent[:ADMITTED]:
        screening.admit(by=world.agent, at=CLOSES + HOUR, application=one)
    for one in sent[ADMITTED:]:
        screening.turn_down(
            by=world.agent, at=CLOSES + HOUR, application=one, reason="not-the-task",
            text="A bell helps who sees where it rings.",
        )  # fmt: skip
    return sent[0], sent[:ADMITTED]


def tied(world: World) -> Person:
    """An expert worked for the company until last year, and says so."""
    former = world.experts[0].person
    declare_tie(
        by=former, at=START, organisation=world.company.organisation, kind=Tie.Kind.EMPLOYMENT,
        since=START - 900 * DAY, until=START - 300 * DAY, words="Sold their lamps.",
    )  # fmt: skip
    another = person("Expert6", role="expert", territory=world.town.city)
    experts.enrol_expert(
        by=world.agent, at=START, programme=world.programme, person=another,
        technologies=["sensing"], capacity=9,
    )  # fmt: skip
    return former


def read_by_experts(world: World, admitted: list[Application], former: Person, turn: Turn) -> None:
    """Each of the five is read by three, and the cane by nobody who is tied to its makers."""
    turn(READ)
    cane = admitted[0]
    run = experts.assign(by=world.agent, at=CLOSES + DAY, programme=world.programme,
                         load=(1, 3), seed=9)  # fmt: skip
    experts.give_out(by=world.agent, at=CLOSES + DAY, run=run)
    tasks = ReviewTask.objects.select_related("expert__person", "application__call__case")
    assert tasks.count() == 3 * ADMITTED
    assert not tasks.filter(application=cane, expert__person=former).exists()

    # For the former employee there is no cane at all: in no list, no count, under no address.
    own = tasks.filter(expert__person=former)
    assert own.exists()
    client, number = of(former), cane.case.number
    for path in ("reviews/", "work/", "decided/", "", f"calls/{cane.call.case.number}/"):
        body = read(client, path)
        assert TITLE not in body and number not in body, path
    for path in (f"applications/{number}/", f"trials/{number}/", f"evaluations/{number}/"):
        read(client, path, 404)
    for path in ("desk/", f"search/?q={TITLE}", f"log/{number}/", "notices/"):
        assert TITLE not in client.get(f"/en/{path}").content.decode(), path

    codes = list(Criterion.objects.filter(call=cane.call).values_list("code", flat=True))
    for task in tasks:
        mark = 5 if task.application_id == cane.pk else 2
        submit_review(
            by=task.expert.person, at=READ, task=task, summary="Read whole, and thought about.",
            marks=dict.fromkeys(codes, (mark, "That is what was measured.")),
        )  # fmt: skip
    (reader, *_others) = tasks.filter(application=cane)
    assert TITLE in read(of(reader.expert.person), "reviews/")


def chosen(world: World, admitted: list[Application], turn: Turn) -> None:
    """The panel meets; one who is tied sees no such item; three are for the cane alone."""
    chair, *others = world.panel
    Tie.objects.create(
        person=others[-1], organisation=world.company.organisation, kind="kin", source="declared",
        since=START, declared_at=START,
    )  # fmt: skip
    panel = panels.call_panel(
        by=world.agent, at=READ, programme=world.programme, titles=three("January"),
        meets_at=READ + DAY, members=world.panel, chair=chair, quorum=3,
    )  # fmt: skip
    for one in admitted:
        panels.bring(by=world.agent, at=READ, application=one, panel=panel)
    at = READ + DAY
    turn(at)
    panels.open_panel(by=chair, at=at, panel=panel)
    for who in world.panel:
        panels.come(by=who, at=at, panel=panel)
    page = f"panels/{panel.pk}/"
    assert TITLE not in read(of(others[-1]), page) and TITLE in read(of(chair), page)
    for item in PanelItem.objects.filter(panel=panel).select_related("application"):
        first = item.application_id == admitted[0].pk
        for who in (chair, *others[:3]):
            panels.vote(by=who, at=at, item=item, choice="select" if first else "decline")
        panels.decide(by=world.agent, at=at, item=item, reason="Only it was measured outdoors.")
    panels.close_panel(by=chair, at=at, panel=panel, minutes="We chose the one that was measured.")
    assert PanelVote.objects.filter(choice="recused").count() == 1
    states = Application.objects.filter(pk__in=[one.pk for one in admitted])
    assert sorted(states.values_list("case__state", flat=True)) == ["matching"] + ["rejected"] * 4

    # Decided, hence public: the marks, the votes as numbers, and no name of an expert.
    public = read(of(), f"applications/{admitted[0].case.number}/")
    assert TITLE in public and "Only it was measured outdoors." in public and "Expert 1" in public
    assert not any(one.person.name in public for one in world.experts)


def placed(world: World, cane: Application) -> None:
    """The matching proposes the school, the owner accepts, the place is booked for 90 days."""
    window = sites.add_window(
        by=world.keeper, at=START, site=world.site, begins=START, ends=START + 300 * DAY
    )
    during = (PLACED, PLACED + 90 * DAY)
    run = matching.match(by=world.agent, at=PLACED - 2 * DAY, programme=world.programme)
    assert [one["site"] for one in run.result["matches"]] == [world.site.code]
    held = booking.hold(
        by=world.agent, at=PLACED - 2 * DAY, application=cane, site=world.site, window=window,
        during=during,
    )  # fmt: skip
    booking.book(by=world.keeper, at=PLACED - DAY, booking=held)
    matching.place(
        by=world.agent, at=PLACED - HOUR, application=cane, site=world.site, window=window,
        during=during,
    )  # fmt: skip


def signed(world: World, cane: Application, turn: Turn) -> Trial:
    """Three sign one text. The third signature over another text is refused, with the reason."""
    turn(SIGNED)
    three_ = Three(world, START)
    number = cane.case.number
    page, old = f"/en/pilots/agreements/{number}/", three_.written(cane, PLACED)
    former = agreements.draw_up(by=world.agent, at=PLACED, application=cane, language="en")
    agreements.send_back(
        by=world.agent, at=PLACED + HOUR, application=cane, because="Rain must stop the test."
    )
    given = type(CANE)(**{**vars(CANE), "safety": "A companion walks along; rain stops the test."})
    new = methodologies.write_methodology(
        by=world.founder, at=PLACED + 2 * HOUR, application=cane, given=given, seen=old.version
    )
    methodologies.approve(by=world.agent, at=PLACED + 3 * HOUR, methodology=new)
    current = agreements.draw_up(
        by=world.agent, at=PLACED + 4 * HOUR, application=cane, language="en"
    )
    for minute, part in enumerate(("company", "site")):
        three_.sign(current, part, SIGNED - HOUR + minute * MINUTE)

    # The agency signs what it has kept from before: another text.
    agent, signer = of(world.agent), three_.signers["agency"]
    wrong = signer.sign_pdf(bytes(former.text), SIGNED, place="agency")
    answer: Any = agent.post(
        f"{page}sign/agency/", {"file": SimpleUploadedFile("agreement.pdf", wrong)}
    )
    assert answer.status_code == 422
    assert str(NotAccepted(why="other-text")) in said(answer)
    current.refresh_from_db()
    assert current.complete_at is None
    with pytest.raises(trials.NotAgreed):
        trials.start_trial(by=world.agent, at=SIGNED, application=cane)
    right = signer.sign_pdf(bytes(current.signed or b""), SIGNED, place="agency")
    sent = {"file": SimpleUploadedFile("agreement.pdf", right)}
    assert agent.post(f"{page}sign/agency/", sent).status_code == 302
    assert Agreement.objects.get(application=cane, ended_at=None).complete_at == SIGNED
    public = read(of(), f"agreements/{number}/")
    assert "All three have signed" in public and "Rain must stop the test." in public
    frozen = Indicator.objects.filter(methodology=new).order_by("place")
    assert [(one.threshold, one.unit) for one in frozen][:2] == [(50, "g"), (3, "m")]
    with pytest.raises(methodologies.NotNow):
        methodologies.write_methodology(
            by=world.founder, at=SIGNED, application=cane, given=CANE, seen=new.version
        )
    return trials.start_trial(by=world.agent, at=TRIED, application=cane)


def in_trial(world: World, cane: Application, trial: Trial, turn: Turn) -> None:
    """Sixty residents join by the sheet at the school, and say how easy it was."""
    at = TRIED + 10 * DAY
    turn(at)
    sheet = f"/en/pilots/test/{trial.key}/"
    testers.set_quota(by=world.agent, at=TRIED, trial=trial, wanted={"old": 20, "disabled": 60})
    client = of(world.town.resident)
    joined = {"consent": "on", "version": CONSENT, "age": "65+", "disability": "yes"}
    assert client.post(sheet, joined).status_code == 302
    answered = {"value-ease": "5", "words-ease": "I found the kerb before my foot did."}
    assert client.post(f"{sheet}answer/", answered).status_code == 302
    for number in range(1, TESTED):
        who = person(f"Tester{number}")
        testers.enrol(
            by=who, at=at, trial=trial, consent=CONSENT, age="65+" if number < 30 else "25-44",
            disability=True,
        )  # fmt: skip
        testers.answer(by=who, at=at, trial=trial, given={"ease": Given(4 + number % 2)})
    assert Resident.objects.filter(trial=trial, left_at=None).count() == TESTED

    # It grew heavier with the rain cover: 54 g and 56 g; it sees a little farther than promised.
    names = {one.name: one for one in Indicator.objects.filter(methodology=trial.methodology)}
    for name, values in (("Weight", (54.0, 56.0)), ("Obstacles seen", (2.9, 3.1, 3.2))):
        for hour, value in enumerate(values):
            measurements.measure(
                by=world.officer, at=at, trial=trial, indicator=names[name], value=value,
                measured_at=at - hour * HOUR,
            )  # fmt: skip
    shown = read(of(), f"trials/{cane.case.number}/")
    assert "Roads office" in shown  # it supervises and may buy: said, not hidden
    assert "kerb before my foot" not in shown


def reported(world: World, cane: Application, trial: Trial, turn: Turn) -> None:
    """The report says what was missed and why; without the why it cannot be published."""
    turn(REPORTED)
    trials.end_trial(by=world.agent, at=trial.ends_at + HOUR, application=cane)
    told: dict[str, Any] = {
        "by": world.agent, "at": REPORTED, "application": cane, "recommendation": "buy",
        "summary": "It warns in time and is easy; the rain cover made it too heavy.",
        "cost": Decimal(380_000),
    }  # fmt: skip
    evaluations.write_evaluation(**told)
    with pytest.raises(evaluations.WhyMissing):
        evaluations.publish_evaluation(by=world.agent, at=REPORTED, application=cane)
    weight = Indicator.objects.get(methodology=trial.methodology, name="Weight")
    evaluations.write_evaluation(**told, said={weight.code: "The rain cover weighs 5 g."}, seen=1)
    done = evaluations.publish_evaluation(by=world.agent, at=REPORTED, application=cane)
    found = {one.indicator.name: (one.value, one.count, one.met) for one in results_of(done)}
    assert found["Weight"] == (55, 2, False)
    assert found["Obstacles seen"] == (3.1, 3, True)
    assert found["Ease"] == (pytest.approx((31 * 5 + 29 * 4) / 60), TESTED, True)
    public = read(of(), f"evaluations/{cane.case.number}/")
    assert "res-missed" in public and "The rain cover weighs 5 g." in public
    deliver()
    told_of_it = Notice.objects.filter(kind="pilot.testers-report", case=cane.case_id)
    assert told_of_it.count() == TESTED
    assert told_of_it.filter(person=world.town.resident).exists()
    assert f"{TESTED} residents tested." in read(of(), f"trials/{cane.case.number}/")


def bought(world: World, cane: Application, turn: Turn) -> None:
    """The department buys, says where it goes, signs a contract and pays the first part."""
    turn(BOUGHT)
    evaluations.answer(
        by=world.officer, at=BOUGHT, application=cane, answer="buy",
        because="Forty people wait for it, and five grams can be taken off.",
        rollout=RollOutGiven(
            scope="Canes for 40 blind people", territory=world.town.west, since=BOUGHT.date(),
            units=40,
        ),
    )  # fmt: skip
    contract = contracts.add_contract(
        by=world.officer, at=BOUGHT, application=cane, number="K-7", title="Canes for the blind",
        method="direct", amount=Decimal("1500000.00"), signed_on=BOUGHT.date(),
    )  # fmt: skip
    contracts.pay(
        by=world.officer, at=BOUGHT, contract=contract, number="1", amount=Decimal(500_000),
        on=BOUGHT.date(),
    )  # fmt: skip


def told_to_everybody(world: World, cane: Application, turn: Turn) -> None:
    """The public figures: one of forty, and the money that followed."""
    turn(BOUGHT + DAY)
    found = statistics(BOUGHT + DAY)
    assert dict(found.funnel) == {
        "decided": 40, "admitted": 5, "chosen": 1, "tested": 1, "evaluated": 1, "rolled_out": 1,
    }  # fmt: skip
    assert (found.rolled.part, found.rolled.of, found.testers) == (1, 1, TESTED)
    assert (found.money, found.contracted) == (1_500_000, 1)
    assert found.whole.median == pytest.approx((REPORTED - START) / DAY, abs=0.05)
    assert [(one.code, one.rolled_out) for one in found.technologies] == [("sensing", 1)]
    page = read(of(), "")
    for words in ("100%", "1,500,000", "1 of 1 tested solution", "passed the first check"):
        assert words in page, words
    assert TITLE in read(of(), "decided/?state=rolled_out")
    contract = Contract.objects.get()
    answer = of().get(f"/en/pilots/ocds/{contract.ocid}/record.json")
    (record,) = answer.json()["records"]
    (compiled,) = record["compiledRelease"]["contracts"]
    assert compiled["value"] == {"amount": 1_500_000, "currency": "RUB"}
    assert compiled["implementation"]["transactions"][0]["value"]["amount"] == 500_000
    csv = read(of(), "contracts/contracts.csv")
    assert "Canes for the blind" in csv and "1500000" in csv
