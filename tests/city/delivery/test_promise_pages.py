"""Pages of offices: every act by its form, the desk, moderation, forgetting."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import START, SmallTown, small_town
from tests.city.delivery.promises import DAY, asked, make, on, said_done, state, with_steps
from veche.city.delivery import personal
from veche.city.delivery.acts import ACTS, acts_for
from veche.city.delivery.models import AcceptanceRule, Amount, Asked, Promise, Step, Verdict
from veche.city.delivery.moderation import WRITTEN
from veche.city.delivery.operations import acceptance
from veche.city.delivery.procedure import PROMISE, STEP
from veche.core.cases.models import Case, CaseFile
from veche.core.desk.adapter import actions_for
from veche.core.moderation.operations import hide_words
from veche.core.moderation.personal_data import Finding, Kind
from veche.core.moderation.written import words_of
from veche.core.organisations.operations import appoint
from veche.core.organisations.queries import holdings

FAR = 40_000
"""Days after the start of the small town: later than any day on which these tests run."""


@pytest.fixture
def town(db: None) -> SmallTown:
    return small_town()


def test_every_act_belongs_to_declared_moves() -> None:
    declared = {"promise": PROMISE, "promise_step": STEP}
    for act in ACTS:
        names = {move.name for move in declared[act.procedure].moves}
        assert set(act.moves) <= names, act.code


def test_an_officer_writes_steps_begins_finishes_and_asks(town: SmallTown, client: Client) -> None:
    promise = make(town)
    number = promise.case.number
    page = f"/en/promises/{number}/"
    assert client.get(f"{page}steps/").status_code == 302
    client.force_login(town.light_officer)
    assert client.get(f"{page}steps/").status_code == 403
    client.force_login(town.officer)
    assert client.get(f"{page}steps/").status_code == 200
    wrong = client.post(f"{page}steps/", {"title_1": "Ask for offers"})
    assert wrong.status_code == 422
    assert "Choose the date." in wrong.content.decode()
    assert client.post(f"{page}steps/", {}).status_code == 422
    given = {"title_1": "Ask for offers", "due_1": on(FAR).isoformat()}
    assert client.post(f"{page}steps/", given).status_code == 302
    assert client.post(f"{page}start/", {}).status_code == 302
    step = Step.objects.get(promise=promise)
    own = reverse("delivery:promise", args=[step.case.number])
    text = "The offers are in the room."
    assert client.post(f"{own}finish/", {"text": text}).status_code == 302
    money = {"kind": "spent", "amount": "12.50", "on": on(1).isoformat(), "text": "Paper"}
    assert client.post(f"{page}money/", money).status_code == 302
    assert Amount.objects.get().by == town.officer
    target = {"indicator": "Accidents", "target": "3", "text": "As the police counts them."}
    assert client.post(f"{page}target/", target).status_code == 302
    value = {"value": "4", "on": on(1).isoformat()}
    assert client.post(f"{page}measure/", value).status_code == 302
    done = {"text": "Everything stands as promised."}
    assert client.post(f"{page}say-done/", done).status_code == 302
    assert state(promise) == "acceptance"
    shown = client.get(page).content.decode()
    for word in (text, "Accidents", "12.50", "0 said yes and 0 no"):
        assert word in shown, word


def test_with_a_missed_step_the_page_offers_only_to_explain(
    town: SmallTown, client: Client
) -> None:
    promise, (late, other) = with_steps(town, 1, FAR)
    client.force_login(town.officer)
    page = client.get(f"/en/promises/{promise.case.number}/").content.decode()
    assert "nobody has said why" in page
    assert f"{late.case.number}/explain/" in page
    for code in ("finish", "explain", "postpone", "drop"):
        assert f"{other.case.number}/{code}/" not in page
    address = reverse("delivery:promise", args=[other.case.number])
    refused = client.post(f"{address}finish/", {"text": "It is finished now."})
    assert refused.status_code == 409
    assert "Step 1 was due on" in refused.content.decode()
    assert "It is finished now." in refused.content.decode()
    why = {"text": "The supplier was late."}
    own = reverse("delivery:promise", args=[late.case.number])
    assert client.post(f"{own}explain/", why).status_code == 302
    after = client.get(f"/en/promises/{promise.case.number}/").content.decode()
    assert "The supplier was late." in after
    assert f"{other.case.number}/finish/" in after


def test_the_desk_offers_what_the_pages_do(town: SmallTown, client: Client) -> None:
    promise, (late, _other) = with_steps(town, 1, FAR)
    held = holdings(town.officer, START)
    for row in (promise.case, Case.objects.get(pk=late.pk)):
        pages = {f"delivery:{one.code}" for one in acts_for(row, held, late=True)}
        offered = {one.address for one in actions_for(row, held)}
        assert offered
        assert offered <= pages
    client.force_login(town.officer)
    queue = client.get("/en/desk/").content.decode()
    assert promise.title in queue
    for case in (promise.case, late.case):
        panel = client.get("/en/desk/", {"open": case.number}).content.decode()
        assert "It was promised." in panel
        assert f"{late.case.number}/explain/" in panel or case == promise.case


def test_a_planner_writes_down_a_word(town: SmallTown, client: Client) -> None:
    client.force_login(town.officer)
    assert client.get("/en/promises/make/").status_code == 403
    appoint(by=None, at=START, person=town.neighbour, role="planner", territory=town.city)
    client.force_login(town.neighbour)
    assert client.get("/en/promises/make/").status_code == 200
    given = {
        "submission": str(uuid.uuid4()),
        "kind": "word",
        "source": "The mayor on the square, 3 March",
        "title": "Ten new benches",
        "text": "Ten benches along the river until the summer.",
        "territory": "west",
        "office": "roads",
    }
    assert client.post("/en/promises/make/", {**given, "kind": ""}).status_code == 422
    assert client.post("/en/promises/make/", given).status_code == 302
    assert client.post("/en/promises/make/", given).status_code == 409
    made = Promise.objects.get(title="Ten new benches")
    page = client.get(f"/en/promises/{made.case.number}/").content.decode()
    assert "The mayor on the square, 3 March" in page


def test_a_keeper_of_rules_sets_when_it_counts_as_refused(town: SmallTown, client: Client) -> None:
    address = "/en/promises/acceptance-rules/"
    client.force_login(town.resident)
    assert client.get(address).status_code == 403
    appoint(by=None, at=START, person=town.neighbour, role="administrator", territory=None)
    client.force_login(town.neighbour)
    assert client.get(address).status_code == 200
    rule = {"kind": "district", "least": 9, "percent": 2, "most": 5, "share": 40}
    assert client.post(address, rule).status_code == 422
    assert client.post(address, {**rule, "most": 90}).status_code == 302
    assert AcceptanceRule.objects.get().share == 40
    promise = said_done(town, asked=asked(*[town.resident]))
    assert acceptance.asked_by(promise.case)["share"] == 40


def test_words_of_a_refusal_can_be_hidden_in_part(town: SmallTown) -> None:
    promise = said_done(town, asked=asked(town.resident))
    acceptance.give_verdict(
        by=town.resident, at=START + 6 * DAY, case=promise.case, accepts=False, reason="badly",
        text="Ivan Petrov of house 9 drove over it.",
    )  # fmt: skip
    (words,) = [one for one in words_of(promise.case) if one.field.startswith("verdict:")]
    assert words.writer == town.resident.pk
    hide_words(
        by=town.moderator, at=START + 7 * DAY, case=promise.case, field=words.field,
        findings=[Finding(Kind.NAME, 0, 11, "Ivan Petrov")],
    )  # fmt: skip
    assert "Ivan" not in Verdict.objects.get().text
    assert WRITTEN.words(promise.case)[0].text.endswith("of house 9 drove over it.")


def test_who_is_forgotten_stays_counted_without_a_name(town: SmallTown) -> None:
    promise = said_done(town, asked=asked(town.resident))
    acceptance.give_verdict(
        by=town.resident, at=START + 6 * DAY, case=promise.case, accepts=False, reason="badly",
        text="The step by my door is too high.",
    )  # fmt: skip
    held = personal.collect(town.resident)
    assert held["asked"] == [{"promise": promise.case.number, "why": "supported"}]
    assert held["answers"][0]["text"] == "The step by my door is too high."
    personal.erase(by=None, at=START + 8 * DAY, person=town.resident)
    row = Verdict.objects.get(promise=promise)
    assert (row.person, row.text, row.accepts, row.reason) == (None, "", False, "badly")
    assert not Asked.objects.filter(person=town.resident).exists()
    assert not CaseFile.objects.filter(case=promise.case, kind="check").exists()
