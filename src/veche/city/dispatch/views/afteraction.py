"""The pages of after-action: the course of an incident, its review, and the lessons of all."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from veche import clock
from veche.city.dispatch import access
from veche.city.dispatch.forms.afteraction import HoldForm, LessonForm, ToldForm, WordForm
from veche.city.dispatch.models import Incident, Lesson, Review
from veche.city.dispatch.operations import afteraction, lessons
from veche.city.dispatch.operations.looks import look
from veche.city.dispatch.queries import lessons as queries
from veche.city.dispatch.queries.timeline import Story, as_json, story
from veche.core.organisations.choices import offices
from veche.core.organisations.middleware import asker
from veche.core.organisations.queries import organisation_by_code
from veche.core.people.models import Person
from veche.errors import Invalid, NotFound, Refused
from veche.look.http import sent, sign_in
from veche.tables import csv_answer, csv_whole
from veche.texts import readable

MOST = 200
"""Lines of a list on one page; the table file has all."""


def _incident(request: HttpRequest, number: str) -> tuple[Incident, bool]:
    """The incident, and whether whoever asks reads its inner log; a look at it is written down.

    Raises:
        veche.city.dispatch.access.UnknownIncident: there is none, or not for them.
    """
    who = asker(request)
    held = who.holdings
    found = access.incident_for(number, held)
    inside = bool(held) and access.inside(held, found)
    if inside and who.person is not None and look(by=who.person, at=clock.now(), incident=found):
        found = access.incident_for(number, held)
    if found.drill and not inside and not access.tells(held):
        raise access.UnknownIncident(asked=number)
    return found, inside


@require_safe
def course(request: HttpRequest, number: str) -> HttpResponse:
    """The course of one incident: the picture, what was late and whose, where the time went."""
    incident, inside = _incident(request, number)
    at = clock.now()
    found = story(incident, at, inside=inside)
    review = queries.review_of(number)
    shown = review if review is not None and (review.held_at is not None or inside) else None
    mine = list(Lesson.objects.filter(review=shown).select_related("organisation")) if shown else []
    words = shown.words.select_related("lesson__organisation") if shown else ()
    person = asker(request).person
    context: dict[str, Any] = {
        "incident": incident,
        "case": incident.case,
        "story": found,
        "late": found.late,
        "over": incident.case.state in afteraction.REVIEWED,
        "inside": inside,
        "stones": stones(found),
        "dispatchers": _("the dispatchers"),
        "review": shown,
        "lessons": mine,
        "words": words,
        "may": person is not None and afteraction.reviews_there(person, at, incident),
    }
    return render(request, "dispatch/afteraction/course.html", context)


def stones(found: Story) -> list[dict[str, Any]]:
    """The milestones; those that are known have the number they bear in the picture."""
    rows, n = [], 0
    for one in found.milestones:
        n += one.at is not None
        rows.append({"stone": one, "n": n if one.at is not None else None})
    return rows


@require_safe
def table(request: HttpRequest, number: str) -> HttpResponse:
    """Every moment of the course as a table file."""
    incident, inside = _incident(request, number)
    rows: list[list[object]] = [["at", "matter", "kind", "what", "office", "text"]]
    for one in story(incident, clock.now(), inside=inside).moments:
        rows.append([one.at.isoformat(), one.number, one.kind, one.title, one.whose, one.text])
    return csv_whole(f"after-action-{number}", rows)


@require_safe
def machine(request: HttpRequest, number: str) -> HttpResponse:
    """The course for machines."""
    incident, inside = _incident(request, number)
    return JsonResponse(as_json(story(incident, clock.now(), inside=inside)))


@require_POST
def begin(request: HttpRequest, number: str) -> HttpResponse:
    """Begin to look back."""
    person = asker(request).person
    if person is None:
        return sign_in(request)
    incident, _inside = _incident(request, number)
    with suppress(afteraction.ReviewThere):
        afteraction.open_review(by=person, at=clock.now(), incident=incident)
    return redirect("dispatch:review", number=number)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, number: str) -> HttpResponse:
    """The review while it is open: the lessons of before, new ones, and its end.

    Raises:
        NotFound: there is no open one.
        NotAReviewer: somebody else looks.
    """
    person = asker(request).person
    if person is None:
        return sign_in(request)
    incident, _inside = _incident(request, number)
    afteraction.check_reviewer(person, clock.now(), incident)
    found = queries.review_of(number)
    if found is None or found.held_at is not None:
        raise NotFound
    found.incident = incident
    if request.method != "POST":
        return _review_page(request, found)
    data = sent(request)
    act = {"word": _word, "lesson": _lesson, "hold": _hold}.get(str(data.get("do")), _lesson)
    return act(request, person, found, data)


def _review_page(
    request: HttpRequest, found: Review, *, status: int = 200, about: int = 0, **made: Any
) -> HttpResponse:
    carried = list(queries.carried(found))
    said = {word.lesson_id: word for word in found.words.all()}
    before = queries.words_of([one.pk for one in carried])
    forms = {"lesson": LessonForm(), "hold": HoldForm()} | made
    rows = [
        {
            "lesson": one,
            "word": said.get(one.pk),
            "before": [w for w in before.get(one.pk, ()) if w.review_id != found.pk],
            "form": made["word"] if one.pk == about else WordForm(prefix=f"w{one.pk}"),
        }
        for one in carried
    ]
    context: dict[str, Any] = {
        "review": found,
        "incident": found.incident,
        "case": found.incident.case,
        "rows": rows,
        "left": sum(row["word"] is None for row in rows),
        "mine": Lesson.objects.filter(review=found).select_related("organisation"),
        "form": forms["lesson"],
        "hold": forms["hold"],
    }
    return render(request, "dispatch/afteraction/review.html", context, status=status)


def _word(request: HttpRequest, person: Person, found: Review, data: Any) -> HttpResponse:
    asked = str(data.get("lesson") or "")
    lesson = Lesson.objects.filter(pk=int(asked) if asked.isdecimal() else 0).first()
    if lesson is None:
        raise NotFound
    form = WordForm(data, prefix=f"w{lesson.pk}")
    if form.is_valid():
        values = form.cleaned_data
        try:
            lessons.say_word(
                by=person, at=clock.now(), review=found, lesson=lesson, said=values["said"],
                text=values["text"], due_on=values["due_on"],
            )  # fmt: skip
        except Invalid as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("The word of this review is written down."))
            return redirect("dispatch:review", number=found.incident.case.number)
    return _review_page(request, found, status=422, about=lesson.pk, word=form)


def _lesson(request: HttpRequest, person: Person, found: Review, data: Any) -> HttpResponse:
    form = LessonForm(data)
    if form.is_valid():
        values = form.cleaned_data
        try:
            lessons.add_lesson(
                by=person, at=clock.now(), review=found, text=values["text"],
                organisation=organisation_by_code(values["office"]), due_on=values["due_on"],
            )  # fmt: skip
        except Invalid as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("The lesson is written down."))
            return redirect("dispatch:review", number=found.incident.case.number)
    return _review_page(request, found, status=422, lesson=form)


def _hold(request: HttpRequest, person: Person, found: Review, data: Any) -> HttpResponse:
    form = HoldForm(data)
    if form.is_valid():
        try:
            afteraction.hold_review(
                by=person, at=clock.now(), review=found, summary=form.cleaned_data["summary"]
            )
        except Refused as refusal:
            form.add_error("summary", str(refusal))
        else:
            messages.success(request, _("The review was held. Its lessons stand now."))
            return redirect("dispatch:after-action", number=found.incident.case.number)
    return _review_page(request, found, status=422, hold=form)


def _chosen(request: HttpRequest) -> tuple[str, str, bool]:
    state = request.GET.get("state", "")
    state = state if state in Lesson.State.values else ""
    inside = access.tells(asker(request).holdings)
    return readable(request.GET.get("office", ""))[:80], state, inside


@require_safe
def all_lessons(request: HttpRequest) -> HttpResponse:
    """All lessons: whose, until when, and how each went on."""
    office, state, inside = _chosen(request)
    rows = list(queries.lessons(office=office, state=state, public_only=not inside)[:MOST])
    words = queries.words_of([one.pk for one in rows])
    at = clock.now()
    mine = access.offices(asker(request).holdings)
    context: dict[str, Any] = {
        "rows": [
            {
                "lesson": one,
                "words": words.get(one.pk, ()),
                "late": one.state == Lesson.State.OPEN and one.due_on < at.date(),
                "mine": one.organisation_id in mine and one.state == Lesson.State.OPEN,
            }
            for one in rows
        ],
        "office": office,
        "state": state,
        "offices": offices(),
        "states": [("", _("all")), ("open", _("still open")), ("done", _("it is done")),
                   ("dropped", _("it was dropped"))],
        "open": sum(one.state == Lesson.State.OPEN for one in rows),
    }  # fmt: skip
    return render(request, "dispatch/afteraction/lessons.html", context)


@require_safe
def lessons_csv(request: HttpRequest) -> HttpResponseBase:
    """All lessons as a table file."""
    office, state, inside = _chosen(request)
    rows = queries.lessons(office=office, state=state, public_only=not inside)
    head: list[object] = ["incident", "office", "lesson", "state", "first_due", "due", "ended"]
    return csv_answer(
        "lessons",
        [
            head,
            *(
                [
                    one.review.incident.case.number,
                    one.organisation.code,
                    one.text,
                    one.state,
                    one.first_due_on.isoformat(),
                    one.due_on.isoformat(),
                    one.ended_at.isoformat() if one.ended_at else "",
                ]
                for one in rows
            ),
        ],
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest, lesson: int) -> HttpResponse:
    """The office says what it has done.

    Raises:
        NotFound: there is no such lesson.
    """
    person = asker(request).person
    if person is None:
        return sign_in(request)
    found = Lesson.objects.select_related("organisation", "review__incident__case").filter(
        pk=lesson, review__held_at__isnull=False
    )
    one = found.first()
    if one is None:
        raise NotFound
    if one.organisation_id not in access.offices(asker(request).holdings):
        raise lessons.NotItsOffice
    form = ToldForm(sent(request)) if request.method == "POST" else ToldForm()
    if form.is_bound and form.is_valid():
        lessons.tell_lesson(by=person, at=clock.now(), lesson=one, text=form.cleaned_data["text"])
        messages.success(request, _("Written down. The next review looks whether it is so."))
        return redirect("dispatch:lessons")
    context = {"lesson": one, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "dispatch/afteraction/tell.html", context, status=status)
