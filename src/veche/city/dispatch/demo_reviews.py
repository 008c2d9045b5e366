"""What was learned in the demo town: reviews with lessons, packets of two months, assessments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from types import ModuleType

from veche.city.dispatch import rules_assessment
from veche.city.dispatch import rules_packets as rules
from veche.city.dispatch.models import (
    AssessmentRound,
    FollowUp,
    Incident,
    Lesson,
    Packet,
    Review,
)
from veche.city.dispatch.operations.afteraction import answerers, hold_review, open_review
from veche.city.dispatch.operations.assessment import close_round, open_round
from veche.city.dispatch.operations.assessment_loading import Given, load_marks
from veche.city.dispatch.operations.lessons import add_lesson, say_word
from veche.city.dispatch.operations.packets import (
    answer_followup,
    answer_packet,
    make_packets,
    write_memo,
)
from veche.city.dispatch.queries import assessment as queries
from veche.core.cases.terms import city_zone
from veche.core.organisations.models import Holding
from veche.core.people.models import Person

DAY = dt.timedelta(days=1)
PACKETS = 4
SUMMARIES = (
    "Бригада приехала быстро, но ждала ключи от подвала: номер дежурного был старый.",
    "Диспетчеры и служба работали вместе с первой минуты. Насос привезли через час.",
)
LESSONS = (
    "Сверить телефоны дежурных управляющих компаний и повторять раз в месяц.",
    "Держать второй насос в каждом районе с ноября по апрель.",
    "Сообщать жителям дома о ходе работ каждые два часа.",
)
ANSWERS = (
    "В две ночи дежурил один экипаж вместо двух. Со следующей недели их снова два.",
    "Задержались из-за гололёда. Договорились с дорожной службой о посыпке подъездов.",
    "Заявки приходили в конце смены. Передача смены теперь начинается на полчаса раньше.",
)
MEMO = "Показать, как изменилось время принятия происшествий ночью."
CRITERIA = (
    ("speed", {"en": "Speed", "ru": "Быстрота", "zh": "速度"}),
    ("clear", {"en": "Clear words", "ru": "Понятные ответы", "zh": "答复清楚"}),
    ("whole", {"en": "The matter was settled", "ru": "Дело решено до конца", "zh": "事情彻底解决"}),
)


def load(*, town: ModuleType, at: dt.datetime, report: Callable[[str], None]) -> None:
    """Reviews, packets and an assessment, each by its own operations."""
    del town
    _reviews(at)
    packets = _packets(at)
    marks = _assessment(at)
    report(f"reviews: {Review.objects.count()}, packets: {packets}, marks of offices: {marks}")


def _over(at: dt.datetime) -> list[Incident]:
    """Three grave incidents of the last months that took longest, the earliest first."""
    rows = Incident.real.filter(
        case__state__in=("closed", "evaluated"),
        kind__public=True,
        ended_at__gte=at - 120 * DAY,
        ended_at__lte=at - 3 * DAY,
    )
    chosen = rows.select_related("case__organisation").order_by("-severity", "-ended_at")[:3]
    return sorted(chosen, key=lambda one: one.ended_at or at)


def _reviews(at: dt.datetime) -> None:
    """Two reviews that were held and one that is open; lessons go from one to the next."""
    lessons: list[Lesson] = []
    for n, incident in enumerate(_over(at)):
        office = incident.case.organisation
        if office is None or incident.ended_at is None:
            continue
        moment = min(incident.ended_at + DAY, at - dt.timedelta(hours=2))
        review = open_review(by=None, at=moment, incident=incident)
        if n == len(SUMMARIES):
            break
        held = moment + dt.timedelta(hours=1)
        for m, old in enumerate(lessons):
            if m:
                due = (held + 30 * DAY).date()
                say_word(by=None, at=held, review=review, lesson=old, said="not_done",
                         text="Закупка объявлена, насосов ещё нет.", due_on=due)  # fmt: skip
            else:
                say_word(by=None, at=held, review=review, lesson=old, said="done",
                         text="Список сверен и висит у каждого пульта.")  # fmt: skip
        for text in LESSONS[2 * n : 2 * n + 2]:
            lessons.append(
                add_lesson(
                    by=None,
                    at=held,
                    review=review,
                    organisation=office,
                    text=text,
                    due_on=(held + 21 * DAY).date(),
                )
            )
        hold_review(by=None, at=held, review=review, summary=SUMMARIES[n])


def _packets(at: dt.datetime) -> int:
    """The packets of four fortnights; all heads answered but one, and the newest wait."""
    zone = city_zone()
    last = rules.ends(at, zone)
    people = {one.pk: one for one in Person.objects.filter(pk__in=_heads(at))}
    controller = Holding.objects.filter(role="controller", until=None).select_related("person")
    keeper = controller.order_by("pk").first()
    made = 0
    for back in reversed(range(PACKETS)):
        until = rules.midnight(last - back * rules.FORTNIGHT, zone)
        moment = until + dt.timedelta(hours=1)
        if moment > at:
            continue
        packets = make_packets(by=None, at=moment, until=until)
        made += len(packets)
        if back == 0:
            break
        for n, packet in enumerate(sorted(packets, key=lambda one: one.unit)):
            _answer(packet, n, moment + 2 * DAY, people)
        if keeper is not None and packets and moment + 5 * DAY < at:
            items = [(MEMO, True)]
            write_memo(by=keeper.person, at=moment + 5 * DAY, packet=packets[-1],
                       met_on=(moment + 4 * DAY).date(), items=items)  # fmt: skip
    return made


def _heads(at: dt.datetime) -> set[int]:
    rows = Holding.objects.filter(role__in=("head", "officer", "dispatcher"), since__lte=at)
    return set(rows.exclude(until__lte=at).values_list("person_id", flat=True))


def _answer(packet: Packet, n: int, at: dt.datetime, people: dict[int, Person]) -> None:
    """The head answers, but of every seventh unit."""
    if n % 7 == 5:
        return
    if packet.organisation_id is not None:
        keys = answerers({packet.organisation_id}, at)
    else:
        rows = Holding.objects.filter(role="dispatcher", territory__kind="city", until=None)
        keys = list(rows.order_by("pk").values_list("person_id", flat=True))
    head = next((people[key] for key in keys if key in people), None)
    if head is None:
        return
    text = ANSWERS[n % len(ANSWERS)]
    for one in FollowUp.objects.filter(packet=packet, answered_at=None).order_by("pk"):
        answer_followup(by=head, at=at, followup=one, text=text)
    answer_packet(by=head, at=at, packet=packet, text=text)


def _assessment(at: dt.datetime) -> int:
    """A round that was closed a month ago, and one that is open now."""
    begun, over = at - 60 * DAY, at - 30 * DAY
    past = open_round(
        by=None, at=begun, code="autumn", since=at - 300 * DAY, closes_at=over, criteria=CRITERIA,
        names={"en": "Autumn assessment", "ru": "Осенняя оценка", "zh": "秋季评议"},
    )  # fmt: skip
    count = load_marks(by=None, at=begun + DAY, row=past, given=_marks(past))
    close_round(by=None, at=over, row=past)
    open_round(
        by=None, at=at - DAY, code="winter", since=at - 300 * DAY, closes_at=at + 20 * DAY,
        criteria=CRITERIA,
        names={"en": "Winter assessment", "ru": "Зимняя оценка", "zh": "冬季评议"},
    )  # fmt: skip
    return count


def _marks(row: AssessmentRound) -> Iterator[Given]:
    """Marks of invented people: of residents, of dispatchers, of the control department, of heads.
    Of some offices too few residents had a matter: that must be seen too."""
    asked = queries.criteria(row)
    offices = {one.pk for one in queries.assessed()}
    work = set(Holding.objects.values_list("person_id", flat=True))
    residents = Person.objects.exclude(pk__in=work).order_by("pk").values_list("pk", flat=True)
    people = list(residents[:400])
    said: dict[tuple[int, int], str] = {}
    for one in offices:
        for n in range((one * 5) % 13 if people else 0):
            said[one, people[(one * 17 + n * 29) % len(people)]] = "residents"
    held = Holding.objects.filter(until=None, role__in=("head", "dispatcher", "controller"))
    for role, office, person in held.values_list("role", "organisation_id", "person_id"):
        if role == "head" and office in offices:
            said[office, person] = rules_assessment.SELF
        elif role != "head":
            group = "dispatchers" if role == "dispatcher" else "inspectors"
            said |= {(one, person): group for one in offices}
    for (one, person), group in said.items():
        for criterion in asked:
            turn = (one * 7 + person * 13 + criterion.place * 3) % (3 if one % 3 else 4)
            yield criterion.pk, one, person, group, 5 - turn
