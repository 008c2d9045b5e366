"""The problems of the demo town: a year of them in bulk, and stories told by operations."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from veche.city.problems import operations
from veche.city.problems.bulk import Kind, Life, Terms, load_history, set_categories
from veche.city.problems.bulk.drawings import attach_drawings
from veche.city.problems.demo_checks import check
from veche.city.problems.demo_contract import call_by_contract
from veche.city.problems.demo_moderation import moderate
from veche.core.cases.models import Case
from veche.core.cases.operations import climb
from veche.core.cases.terms import calendar, city_zone
from veche.core.files.photographs import Photograph, clean
from veche.core.organisations.models import Holding, Organisation
from veche.core.people.models import Person
from veche.core.places.models import Territory

if TYPE_CHECKING:
    from veche.town.problems import PastProblem
    from veche.town.stories import Step, Story

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)

REJECTIONS: Mapping[str, tuple[str, str]] = {
    "duplicate": ("duplicate", "Об этом уже сообщили: следите за первым сообщением рядом."),
    "no_place": ("unclear", "Не удалось понять, где это. Отметьте место точнее и отправьте снова."),
    "no_problem": ("unclear", "Из текста не видно, что нужно исправить. Опишите подробнее."),
    "private": ("not-city", "Этим занимается собственник, город здесь решать не вправе."),
    "insult": ("insult", "Опишите то же самое без оскорблений — и мы примем сообщение."),
    "personal_data": (
        "personal-data",
        "В тексте имя или телефон другого человека. Уберите их и отправьте снова.",
    ),
}
"""Reason of the story → the code of the rules, and what the moderator wrote."""
REFUSALS: Mapping[str, str] = {
    "no_fault_found": "no-fault-found",
    "private_land": "private-land",
    "planned_later": "planned-later",
    "no_money": "no-money",
    "rule_forbids": "not-ours-by-law",
}


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Set the categories, load a year of problems, tell the stories."""
    from veche.town.problems import history

    known = set_categories(by=None, at=at - 400 * DAY, kinds=list(_kinds()))
    teller = _Teller(at, known)
    # The last quarter of an hour is left to the living: nothing of the past may lie after `at`.
    end = at - 15 * MINUTE
    count = load_history(
        by=None,
        at=at,
        lives=(teller.life(past, end) for past in history(end=end)),
        public={"town": town.__name__.rpartition(".")[2]},
    )
    attach_drawings(by=None, at=at, drawings=_drawings(), lives=teller.pictured)
    told = tell_stories(at)
    moderate(at, lambda: drawn("bench", mended=False, variant=97))
    check(at)
    _dispute(at)
    call_by_contract(at)
    climb(by=None, at=at - 2 * HOUR)  # of a past year: nobody is told now
    report(f"problems: {count + told}")


def _kinds() -> Iterator[Kind]:
    from veche.town.categories import categories, groups
    from veche.town.objects import CATEGORIES

    for group in groups():
        yield Kind(group.code, group.names, active=False)
    for kind in categories():
        questions: list[dict[str, Any]] = [
            {
                "code": q.code,
                "kind": q.kind,
                "names": q.label,
                "choices": [{"code": c.code, "names": c.names} for c in q.choices],
                "required": q.required,
            }
            for q in kind.questions
        ]
        yield Kind(
            kind.code,
            kind.names,
            group=kind.group,
            questions=questions,
            urgent_words=kind.urgent_words,
            anonymous_allowed=kind.anonymous_allowed,
            object_kind=CATEGORIES.get(kind.code, ""),
        )


def _said(details: Mapping[str, str | int | bool]) -> dict[str, str]:
    """Answers to questions as the form would send them."""
    words = {True: "yes", False: "no"}
    return {
        code: words[value] if isinstance(value, bool) else str(value)
        for code, value in details.items()
        if value != ""
    }


class _Teller:
    """Turns what the town tells of a problem into the steps that its procedure allows."""

    def __init__(self, at: dt.datetime, categories: Mapping[str, int]) -> None:
        from veche.town.people import residents

        self.categories = categories
        self.pictured: list[tuple[Life, str]] = []
        """Every problem reported with a picture, and the kind of the picture."""
        self.terms = Terms()
        self.places = dict(Territory.objects.filter(imported=False).values_list("code", "pk"))
        self.offices = dict(Organisation.objects.values_list("code", "pk"))
        emails = dict(Person.objects.filter(email__isnull=False).values_list("email", "pk"))
        self.residents = [emails[resident.email] for resident in residents()]
        held = Holding.objects.filter(until__isnull=True).order_by("-id")
        self.moderator = held.filter(role="moderator").values_list("pk", "person").first()
        self.officers = {
            office: (pk, person)
            for pk, person, office in held.filter(role="officer").values_list(
                "pk", "person", "organisation"
            )
        }
        self.dispatchers = {
            place: (pk, person)
            for pk, person, place in held.filter(role="dispatcher").values_list(
                "pk", "person", "territory"
            )
        }

    def life(self, past: PastProblem, end: dt.datetime) -> Life:
        """The life of one past problem, as it stands at ``end``."""
        author = None if past.author is None else self.residents[past.author]
        life = Life(
            category=self.categories[past.category],
            theme=past.category,
            territory=self.places[past.neighbourhood],
            opened_at=past.reported_at,
            author=author,
            text=past.text,
            address=past.address,
            longitude=past.lon,
            latitude=past.lat,
            answers=_said(past.details),
        )
        life.step(
            "report",
            past.reported_at,
            self.terms,
            actor=author,
            public={"category": past.category},
        )
        self._moderated(life, past, end)
        life.until(end)
        if past.photograph is not None:
            self.pictured.append((life, past.photograph))
        return life

    def _moderated(self, life: Life, past: PastProblem, end: dt.datetime) -> None:
        """A moderator comes, or the term passes without one."""
        if self.moderator is None:
            return
        holding, moderator = self.moderator
        over = past.reported_at + dt.timedelta(hours=24, seconds=20)
        at = past.moderated_at
        if past.verdict == "rejected" and past.rejection:
            reason, text = REJECTIONS[past.rejection]
            when = min(at or over, over - MINUTE)
            said = {"reason": reason, "text": text}
            life.step("reject", when, self.terms, actor=moderator, holding=holding, public=said)
            return
        if at is not None and at < over:
            life.step("accept", at, self.terms, actor=moderator, holding=holding)
        elif over <= end:
            at = over
            life.step("pass", at, self.terms)
        else:
            return
        self._routed(life, past, at, end)

    def _routed(self, life: Life, past: PastProblem, at: dt.datetime, end: dt.datetime) -> None:
        """The rule names the office, or a dispatcher chooses it."""
        from veche.town.offices import responsible

        office = self.offices[past.organisation or responsible(past.category, past.district)]
        by_hand = past.routed_at != past.moderated_at
        if not by_hand:
            life.step("route", at, self.terms, office=office)
        else:
            if past.routed_at is None:
                return
            at = max(at, past.routed_at)
            holding, person = self.dispatchers[self.places[past.district]]
            life.step("assign", at, self.terms, office=office, actor=person, holding=holding)
        if past.answered_at is None or past.answer is None:
            return
        self._answered(life, past, max(at + MINUTE, past.answered_at), office, end)

    def _answered(
        self, life: Life, past: PastProblem, at: dt.datetime, office: int, end: dt.datetime
    ) -> None:
        """The office answers or refuses, the author looks."""
        if at > end:
            return
        holding, officer = self.officers[office]
        said = {"text": past.answer}
        if past.outcome == "refused" and past.refusal:
            said = {"reason": REFUSALS[past.refusal], **said}
            life.step("refuse", at, self.terms, actor=officer, holding=holding, public=said)
            return
        life.step("answer", at, self.terms, actor=officer, holding=holding, public=said)
        if past.check not in ("confirmed", "returned") or past.checked_at is None:
            self._lapse(life, end)
            return
        looked = max(at + MINUTE, past.checked_at)
        if looked > end:
            return
        if past.check == "confirmed":
            life.step("confirm", looked, self.terms, actor=life.author)
            return
        life.step(
            "return",
            looked,
            self.terms,
            actor=life.author,
            public={"text": past.return_reason},
        )
        again = past.second_answered_at
        if again is None or again <= looked:
            return
        said = {"text": past.second_answer}
        life.step("answer", again, self.terms, actor=officer, holding=holding, public=said)
        if past.second_check == "confirmed" and past.second_checked_at:
            life.step("confirm", past.second_checked_at, self.terms, actor=life.author)
        else:
            self._lapse(life, end)

    def _lapse(self, life: Life, end: dt.datetime) -> None:
        """Nobody looked: after the term it stays unconfirmed."""
        assert life.due_at is not None
        over = life.due_at + dt.timedelta(seconds=20)
        if over <= end:
            life.step("lapse", over, self.terms)


def tell_stories(at: dt.datetime) -> int:
    """Tell the stories by operations, each ended not long before ``at``; how many."""
    from veche.town.people import cast, heads, staff
    from veche.town.stories import stories

    people = {p.email: p for p in Person.objects.filter(email__isnull=False)}
    actors = {m.key: people[m.email] for m in (*cast(), *staff(), *heads())}
    for story in stories():
        _tell(story, actors, _first_day(story, at))
    return len(stories())


def _first_day(story: Story, at: dt.datetime) -> dt.datetime:
    """Midnight of the last Monday from which the whole story lies before ``at``."""
    today = at.astimezone(city_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - today.weekday() * DAY
    while monday + story.steps[-1].after >= at:
        monday -= 7 * DAY
    return monday


def _tell(story: Story, actors: Mapping[str, Person], begin: dt.datetime) -> None:
    case: Case | None = None
    for step in story.steps:
        by, when = actors[step.who], begin + step.after
        text = step.text.get("ru", "")
        if step.act == "report":
            case = operations.report(
                by=by,
                at=when,
                submission=uuid.uuid5(uuid.NAMESPACE_URL, f"story:{story.key}"),
                category=story.category,
                text=text,
                longitude=story.lon,
                latitude=story.lat,
                address=story.address,
                answers=_said(story.details),
                photographs=drawn(story.photograph, mended=False),
            ).case
            continue
        assert case is not None
        match step.act:
            case "accept":
                operations.accept(by=by, at=when, case=case)
            case "reject":
                reason = REJECTIONS[story.rejection or "no_problem"][0]
                operations.reject(by=by, at=when, case=case, reason=reason, text=text)
            case "answer":
                pictures = drawn(story.photograph, mended=True)
                operations.answer(by=by, at=when, case=case, text=text, photographs=pictures)
            case "refuse":
                reason = REFUSALS[story.refusal or "planned_later"]
                operations.refuse(by=by, at=when, case=case, reason=reason, text=text)
            case "confirm":
                operations.confirm(by=by, at=when, case=case, text=text)
            case "return":
                operations.send_back(by=by, at=when, case=case, text=text)
            case _:
                case = _argue(step, case, by, begin, text)


def _argue(step: Step, case: Case, by: Person, begin: dt.datetime, text: str) -> Case:
    """A step of responsibility: whose it is, a later date, opening again."""
    who_when: dict[str, Any] = {"by": by, "at": begin + step.after, "case": case}
    office = Organisation.objects.get(code=step.office) if step.office else None
    match step.act:
        case "hand_back" | "dispute":
            away = operations.hand_back if step.act == "hand_back" else operations.dispute
            return away(**who_when, reason=step.reason, text=text, proposed=office)
        case "reassign" | "settle":
            assert office is not None
            if step.act == "reassign":
                return operations.reassign(**who_when, organisation=office, text=text)
            return operations.settle(**who_when, organisation=office, text=text)
        case "ask_later":
            until = _working_day(begin + step.until * DAY)
            operations.ask_prolongation(**who_when, reason=step.reason, text=text, until=until)
            return case
        case "sign_later":
            return operations.sign_prolongation(**who_when)
        case _:
            return operations.reopen(**who_when, text=text)


def _working_day(moment: dt.datetime) -> dt.date:
    """The day of a moment, or the next that is worked."""
    days = calendar()
    day = moment.astimezone(days.zone).date()
    while not days.works(day):
        day += DAY
    return day


def _dispute(at: dt.datetime) -> None:
    """The cast's officer has just said that a matter is not theirs, and asked a later date for
    another: an arbiter decides, and the head."""
    officer = Person.objects.get(cast="officer")
    office = Holding.objects.get(person=officer, role="officer").organisation
    mine = Case.objects.filter(
        procedure="problem", state="work", organisation=office, moved_at__lt=at - 2 * HOUR
    )
    case, other = [*mine.order_by("-moved_at")[:2], None, None][:2]
    if other is not None and other.promised_at is not None:
        operations.ask_prolongation(
            by=officer,
            at=at - HOUR,
            case=other,
            reason="parts-ordered",
            text="Материалы заказаны, поставщик обещает привезти их на следующей неделе.",
            until=_working_day(max(at, other.promised_at) + 7 * DAY),
        )
    if case is not None:
        operations.dispute(
            by=officer,
            at=at - HOUR,
            case=case,
            reason="private-owner",
            text="Это двор дома: по договору его содержит управляющая компания, не служба.",
        )


def _drawings() -> dict[tuple[str, str], list[Photograph]]:
    """Two streets of every kind, before and after."""
    from veche.town.photographs import KINDS

    return {
        (kind, moment): [_drawn(kind, moment == "after", variant) for variant in (0, 1)]
        for kind in KINDS
        for moment in ("before", "after")
    }


def drawn(kind: str | None, *, mended: bool, variant: int = 0) -> list[Photograph]:
    """The drawing that stands for a photograph, as a list of one or none."""
    return [] if kind is None else [_drawn(kind, mended, variant)]


@cache
def _drawn(kind: str, mended: bool, variant: int) -> Photograph:
    from veche.town.photographs import photograph

    return clean(photograph(kind, mended, variant))
