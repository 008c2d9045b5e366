"""What reviews, packets and assessments hold about a person, and how it is erased."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from veche.operation import inside

if TYPE_CHECKING:
    from veche.core.people.models import Person


def collect(person: Person) -> dict[str, Any]:
    """The marks of rounds that are open, and what was answered and said in an office."""
    from veche.city.dispatch.models import AssessmentMark, FollowUp, LessonWord, Review

    marks = AssessmentMark.objects.filter(person=person).select_related(
        "criterion__round", "organisation"
    )
    reviews = Review.objects.filter(held_by=person).select_related("incident__case")
    answers = FollowUp.objects.filter(answered_by=person)
    words = LessonWord.objects.filter(by=person)
    return {
        "marks of offices": [
            {
                "round": one.criterion.round.code,
                "criterion": one.criterion.code,
                "office": one.organisation.code,
                "mark": one.value,
                "at": one.at.isoformat(),
            }
            for one in marks.order_by("id")
        ],
        "reviews held": [
            {"incident": one.incident.case.number, "summary": one.summary}
            for one in reviews.order_by("id")
        ],
        "answers to packets": [
            {"unit": one.unit, "answer": one.answer} for one in answers.order_by("id")
        ],
        "words about lessons": [
            {"at": one.at.isoformat(), "said": one.said, "text": one.text}
            for one in words.order_by("id")
        ],
    }


@inside
def erase(*, person: Person) -> None:
    """Marks of open rounds go with the person; official words stay, under a number.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    from veche.city.dispatch.operations.assessment import forget_marks

    forget_marks(person)
