"""Three years of calls and applications in the demo town, as rows and courses of cases."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from typing import Any

from django.db.models import Model

from veche.city.pilots.demo.setup import Ground
from veche.city.pilots.demo.trials import Signers, trial_rows
from veche.city.pilots.models import (
    Agreement,
    Answer,
    Application,
    Booking,
    Call,
    CallAnchor,
    Contract,
    Criterion,
    Evaluation,
    Hypothesis,
    Indicator,
    Measurement,
    Methodology,
    Panel,
    PanelItem,
    PanelMember,
    PanelVote,
    Party,
    Payment,
    Result,
    Review,
    ReviewMark,
    ReviewTask,
    RollOut,
    Signature,
    SiteNeeds,
    Tester,
    TesterAnswer,
    TesterQuota,
    Trial,
    TrustedRoot,
)
from veche.city.pilots.operations.history import Rows, load_past
from veche.core.cases.operations.past import Course, numbers, past_case
from veche.town import pilots as told
from veche.town.geometry import SEED
from veche.town.pilots_past import LAST_MEETING, MEETINGS, applications

DAY = dt.timedelta(days=1)
ORDER: tuple[type[Model], ...] = (
    TrustedRoot, Call, Criterion, CallAnchor, Application, Answer, SiteNeeds, ReviewTask, Review,
    ReviewMark, Panel, PanelMember, PanelItem, PanelVote, Booking, Methodology, Hypothesis,
    Indicator, Agreement, Party, Signature, Trial, TesterQuota, Tester, TesterAnswer, Measurement,
    Evaluation, Result, RollOut, Contract, Payment,
)  # fmt: skip
SECONDS = 24 * 3600
AGENCY_ACTS = frozenset({
    "ask", "admit", "turn_down", "bring", "select", "decline", "place", "find_none", "approve",
    "start", "end_trial", "publish",
})  # fmt: skip
DECIDES = frozenset({"turn_down", "decline", "select"})
MONTHS = {"ru": "Через месяц после ответа", "en": "A month after the answer", "zh": "答复后一个月"}
NEEDS = {
    "sensing": ({"power": True}, {"network": True}, "everybody"),
    "data": ({"network": True}, {"power": True}, "everybody"),
    "water": ({"power": True}, {"staff": True}, "everybody"),
    "assistive": ({"step_free": True}, {"lit": True}, "disabled"),
    "mobility": ({"step_free": True}, {"lit": True}, "passengers"),
    "learning": ({"network": True}, {"roofed": True}, "children"),
}
"""Technology → what a trial needs of a site, what it wishes for, and whom it is for."""
SCREENED = ("not-the-task", "not-ready", "no-evidence", "unclear")
"""Why the screening turned some down."""


def load(ground: Ground) -> int:
    """Load all of it; how many applications."""
    rows = Rows()
    calls = _calls(ground, rows)
    _applications(ground, rows, calls)
    for model in ORDER:
        # Numbers are given here, so that rows can name each other before they are written.
        rows.tables.setdefault(model, [])
    return load_past(by=None, at=ground.at, rows=rows, order=ORDER)


# Calls -------------------------------------------------------------------------------------------


def _calls(ground: Ground, rows: Rows) -> dict[str, tuple[Call, list[Criterion]]]:
    found = {}
    many = told.calls()
    for one, pk, number in zip(many, *numbers(len(many)), strict=True):
        opened = ground.at - one.opened * DAY
        closes = opened + 45 * DAY if one.department else None
        case = past_case("pilot_call", "pilot_call", ground.city.pk, opened - 3 * DAY, pk, number)
        course = Course(case)
        course.step("draft", opened - 3 * DAY, None, ground.agency.pk)
        course.step("open", opened, ground.agent, ground.agency.pk)
        if closes is not None and closes < ground.at:
            course.step("close_by_time", closes, None, ground.agency.pk)
            if one.opened > 300:
                finished = closes + 60 * DAY
                course.step("finish", finished, ground.agent, ground.agency.pk)
        call = rows.add(
            Call(
                case=case, programme=ground.programme, form=ground.form,
                department=ground.offices.get(one.department), titles=one.titles, tasks=one.tasks,
                standing=not one.department, opens_at=opened, closes_at=closes, wanted=one.wanted,
            )
        )  # fmt: skip
        criteria = []
        for place, mark in enumerate(told.criteria(), 1):
            criterion = rows.add(
                Criterion(
                    call=call, code=mark.code, names=mark.names, weight=mark.weight, place=place
                )
            )
            criteria.append(criterion)
            for value, words in enumerate(mark.anchors):
                rows.add(CallAnchor(criterion=criterion, mark=value, words=words))
        rows.calls.append(course)
        found[one.code] = (call, criteria)
    return found


# Applications ------------------------------------------------------------------------------------


class _Writer:
    """Turns one application of the town after the other into rows."""

    def __init__(self, ground: Ground, rows: Rows) -> None:
        self.ground, self.rows = ground, rows
        self.rng = random.Random(f"{SEED}pilot-rows")
        self.asked = random.Random(f"{SEED}pilot-answers")
        self.signers = Signers(ground)
        rows.add(self.signers.row())
        self.places: dict[int, list[tuple[int, dt.datetime, dt.datetime]]] = {}
        """Site → its places that are taken, from when to when."""
        self.people = ground.testers
        self.panels: dict[float, tuple[Panel, list[PanelMember]]] = {}
        self.items: dict[float, int] = defaultdict(int)
        self.read_by_cast = 0

    def moment(self, days: float) -> dt.datetime:
        """So many days before now, in whole seconds."""
        return self.ground.at - dt.timedelta(seconds=round(days * SECONDS))

    def application(
        self, one: told.TownApplication, call: Call, criteria: list[Criterion], pk: int, number: int
    ) -> None:
        """The application, its course, and everything that hangs on it."""
        ground = self.ground
        sent = self.moment(one.sent)
        begun = sent - dt.timedelta(seconds=round(SECONDS * self.rng.uniform(0.01, 2)))
        case = past_case("pilot", "pilot", ground.city.pk, begun, pk, number)
        company, product = ground.companies[one.company], ground.products[one.company]
        town_company = told.companies()[one.company]
        department = call.department or ground.offices[_department(town_company.technology)]
        steps = dict(one.steps)
        row = Application(
            case=case, programme=ground.programme, call=call, company=company, product=product,
            department=department, title=one.title, text=one.text, language=one.language,
            profile=_profile(town_company, company), readiness=town_company.readiness,
            created_at=begun, submitted_at=sent, reason=one.reason,
        )  # fmt: skip
        if "turn_down" in steps:
            row.reason_code = self.rng.choice(SCREENED)
        decided = [days for move, days in one.steps if move in DECIDES]
        if decided:
            row.decided_at = self.moment(decided[0])
        if "publish" in steps:
            row.evaluated_at = self.moment(steps["publish"])
        self.rows.add(row)
        self._answered(one, row)
        if steps and one.steps[-1][0] == "select":
            self._needed(town_company.technology, row, self.moment(one.steps[-1][1]))
        self.rows.applications.append(self._course(one, row))
        self._read(one, row, criteria)
        if one.trial is not None:
            trial_rows(self, one, row)

    def _answered(self, one: told.TownApplication, row: Application) -> None:
        """What the company answered to the questions of the form, and what it sent beside it."""
        said = {
            "cost": str(self.asked.randrange(120_000, 2_400_000, 20_000)),
            "month": MONTHS[row.language],
        }
        if row.decided_at is None:  # another revision may follow, and is compared with this one
            said |= {"_title": row.title, "_text": row.text, "_readiness": str(row.readiness)}
        for question, text in said.items():
            self.rows.add(Answer(application=row, question=question, text=text))

    def _needed(self, technology: str, row: Application, at: dt.datetime) -> None:
        """What the trial of an application that looks for its site needs."""
        needs, wishes, group = NEEDS.get(technology, ({"power": True}, {}, "everybody"))
        self.rows.add(
            SiteNeeds(
                application=row, needs=needs, wishes=wishes, target_group=group, days=60,
                at=at + DAY,
            )
        )  # fmt: skip

    def _course(self, one: told.TownApplication, row: Application) -> Course:
        ground = self.ground
        agency = ground.agency.pk
        founder = ground.founders[one.company]
        course = Course(row.case)
        course.step("begin", row.created_at, None, agency)
        course.step("submit", row.submitted_at or row.created_at, founder, agency)
        assert row.department is not None
        for move, days in one.steps:
            if move in AGENCY_ACTS:
                office = row.department.pk if move == "publish" else agency
                said = {"text": one.reason} if move in ("turn_down", "decline", "find_none") else {}
                course.step(move, self.moment(days), ground.agent, office, **said)
            elif move == "withdraw":
                course.step(move, self.moment(days), founder, agency, text=one.reason)
            else:
                officer = ground.officers[row.department.code]
                assert one.trial is not None
                course.step(
                    move, self.moment(days), officer, row.department.pk, text=one.trial.because
                )
                row.answer, row.because = one.trial.answer, one.trial.because
                row.answered_at = self.moment(days)
        return course

    # Reviews and the panel -----------------------------------------------------------------------

    def _read(self, one: told.TownApplication, row: Application, criteria: list[Criterion]) -> None:
        steps = dict(one.steps)
        if "admit" not in steps:
            return
        given = self.moment(steps["admit"])
        if not one.marks:
            self._reading_now(row, given)
            return
        done = self.moment(steps["bring"] + 0.2)
        for who, marks, words in one.marks:
            task = self.rows.add(
                ReviewTask(
                    application=row, expert=self.ground.experts[who], standing="done",
                    given_at=given, due_at=given + 14 * DAY, ended_at=done,
                )
            )  # fmt: skip
            review = self.rows.add(Review(task=task, summary=words, at=done))
            for criterion, mark in zip(criteria, marks, strict=True):
                self.rows.add(
                    ReviewMark(
                        review=review, criterion=criterion, mark=mark,
                        reason=criterion_words(criterion.code, mark),
                    )
                )  # fmt: skip
        self._before_panel(one, row)

    def _reading_now(self, row: Application, given: dt.datetime) -> None:
        """Three experts have it; the cast's expert has the first two."""
        chosen = self.rng.sample(range(told.EXPERTS - 1), told.REVIEWS)
        if self.read_by_cast < 2:
            self.read_by_cast += 1
            chosen[0] = told.EXPERTS - 1
        for who in chosen:
            self.rows.add(
                ReviewTask(
                    application=row, expert=self.ground.experts[who], standing="accepted",
                    given_at=given, due_at=given + 14 * DAY,
                )
            )  # fmt: skip

    def _before_panel(self, one: told.TownApplication, row: Application) -> None:
        steps = dict(one.steps)
        decided = next((move for move in ("select", "decline") if move in steps), "")
        day = steps[decided] if decided else LAST_MEETING - MEETINGS
        panel, members = self._panel(day)
        self.items[day] += 1
        item = self.rows.add(
            PanelItem(
                panel=panel, application=row, place=self.items[day],
                decision=decided,
                reason="" if not decided else _why(one, decided),
                decided_at=self.moment(day) if decided else None,
            )
        )  # fmt: skip
        if not decided:
            return
        for member in members[: 5 + row.case_id % 4]:
            against = self.rng.random() < 0.15
            choice = decided if not against else ("decline" if decided == "select" else "select")
            self.rows.add(PanelVote(item=item, member=member, choice=choice, at=self.moment(day)))

    def _panel(self, day: float) -> tuple[Panel, list[PanelMember]]:
        if day not in self.panels:
            at = self.moment(day)
            over = day >= 0
            panel = self.rows.add(
                Panel(
                    programme=self.ground.programme, meets_at=at,
                    titles={"ru": "Заседание совета", "en": "Meeting of the panel", "zh": "评审会"},
                    quorum=self.ground.programme.quorum, opened_at=at if over else None,
                    closed_at=at + dt.timedelta(hours=3) if over else None,
                    closed_by=self.ground.panel[0] if over else None,
                    minutes=told.told().minutes if over else "",
                )
            )  # fmt: skip
            members = [
                self.rows.add(
                    PanelMember(
                        panel=panel, person=person, chairs=not place, came_at=at if over else None
                    )
                )
                for place, person in enumerate(self.ground.panel)
            ]
            self.panels[day] = panel, members
        return self.panels[day]


def _why(one: told.TownApplication, decided: str) -> str:
    return one.reason if decided == "decline" and one.reason else "Оценки и польза убедили совет."


def criterion_words(code: str, mark: int) -> str:
    """The reason of a mark of the past: what the mark means, as the call says it."""
    return next(one for one in told.criteria() if one.code == code).anchors[mark]["ru"]


def _department(technology: str) -> str:
    """Who supervises a solution that came by the standing intake."""
    for call in told.calls():
        if call.department and technology in call.technologies:
            return call.department
    return "city-access"


def _profile(row: told.TownCompany, company: Any) -> dict[str, Any]:
    return {
        "company": {
            "names": row.names, "legal_name": company.legal_name, "scheme": row.scheme,
            "identifier": row.identifier, "country": row.country, "size": row.size,
            "women_led": row.women_led, "founded": row.founded, "website": "", "text": "",
            "confirmed": True,
        },
        "product": {
            "name": row.product, "text": row.text, "readiness": row.readiness,
            "evidence": row.evidence, "serves": row.serves, "accessibility": row.accessibility,
            "technologies": [row.technology], "targets": [],
        },
    }  # fmt: skip


def _applications(
    ground: Ground, rows: Rows, calls: dict[str, tuple[Call, list[Criterion]]]
) -> None:
    many = applications()
    writer = _Writer(ground, rows)
    for one, pk, number in zip(many, *numbers(len(many)), strict=True):
        call, criteria = calls[one.call]
        writer.application(one, call, criteria, pk, number)
