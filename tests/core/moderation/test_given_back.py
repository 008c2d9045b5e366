"""What is given back: earlier decisions are open again, photographs come back, nothing hangs."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cast import START, SmallTown, small_town
from tests.core.moderation.test_decisions import photo
from tests.core.moderation.test_objections import (
    DAY,
    HOUR,
    SAID,
    WHY,
    as_,
    found_undone,
    hide,
    second,
    text,
)

from veche import clock
from veche.city.problems import operations as problems
from veche.city.problems.models import CheckTask
from veche.core.cases.models import Case, CaseFile
from veche.core.files.models import StoredFile
from veche.core.files.photographs import Rectangle
from veche.core.files.queries import original_path, path_of
from veche.core.moderation import operations as moderation
from veche.core.moderation import queries
from veche.core.moderation.models import Decision, Original
from veche.core.moderation.operations.objections import objectionable
from veche.core.moderation.personal import erase
from veche.core.notices.models import Notice
from veche.core.organisations.operations import appoint
from veche.core.organisations.queries import holdings
from veche.core.people.operations import add_person

CORNER, OTHER = Rectangle(10, 10, 30, 30), Rectangle(60, 60, 20, 20)


@pytest.fixture
def town(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> SmallTown:
    settings.MEDIA_ROOT = settings.FILES_DIR = tmp_path
    monkeypatch.setattr(clock, "now", lambda: START + 10 * DAY)
    return small_town()


@pytest.mark.django_db
def test_the_earlier_hiding_is_open_again_when_the_later_is_given_back(town: SmallTown) -> None:
    problem, task = found_undone(town)
    first = hide(town, problem, f"check:{task.pk}")
    last = hide(town, problem, f"check:{task.pk}", "hole")
    assert not objectionable(first)
    judge = second(town)
    for one in (last, first):
        one.refresh_from_db()
        assert objectionable(one)
        moderation.object_to_hiding(
            by=task.volunteer, at=START + 6 * HOUR, decision=one.pk, text=WHY
        )
        moderation.judge_hiding(
            by=judge, at=START + 7 * HOUR, decision=one.pk, overturn=True, text=WHY
        )
    assert CheckTask.objects.get(pk=task.pk).text == SAID


@pytest.mark.django_db
def test_the_erased_writers_objection_ends_and_hangs_on_nobody(town: SmallTown) -> None:
    problem, task = found_undone(town)
    decision = hide(town, problem, f"check:{task.pk}")
    moderation.object_to_hiding(
        by=task.volunteer, at=START + 6 * HOUR, decision=decision.pk, text=WHY
    )
    judge = second(town)
    waiting = queries.to_judge(judge, holdings(judge, START + 7 * HOUR))
    assert [one.decision.pk for one in waiting] == [decision.pk]
    erase(by=None, at=START + 7 * HOUR, person=town.resident)
    decision.refresh_from_db()
    assert (decision.appeal, decision.appeal_text) == ("open", WHY), "it was not the author's"
    erase(by=None, at=START + 7 * HOUR, person=task.volunteer)
    decision.refresh_from_db()
    assert (decision.appeal, decision.judge_id) == ("dropped", None)
    assert not queries.to_judge(judge, holdings(judge, START + 8 * HOUR))
    assert moderation.climb_objections(at=START + 90 * DAY) == 0
    assert "its author was erased" in text(as_().get("/en/moderation/?outcome=dropped"))


@pytest.mark.django_db
def test_an_erased_authors_hidden_matter_is_still_judged(town: SmallTown) -> None:
    problem, _task = found_undone(town)
    moderation.hide_matter(by=town.moderator, at=START + 5 * HOUR, case=problem.case, reason="law")
    decision = Decision.objects.get(kind="hide")
    moderation.object_to_hiding(
        by=town.resident, at=START + 6 * HOUR, decision=decision.pk, text=WHY
    )
    erase(by=None, at=START + 7 * HOUR, person=town.resident)
    moderation.judge_hiding(
        by=second(town), at=START + 8 * HOUR, decision=decision.pk, overturn=True, text=WHY
    )
    problem.case.refresh_from_db()
    assert problem.case.hidden_at is None


@pytest.mark.django_db
def test_a_moderator_of_a_district_sees_theirs_behind_300_of_others(town: SmallTown) -> None:
    here, there = town.report(), town.report()
    district = here.case.territory
    elsewhere = town.east if district == town.west else town.west
    Case.objects.filter(pk=there.case.pk).update(territory=elsewhere)
    rows = [
        Decision(
            case=there.case, kind="hide", role="moderator", at=START, appeal="open",
            appeal_due_at=START + n * HOUR,
        )
        for n in range(300)
    ]  # fmt: skip
    Decision.objects.bulk_create(rows)
    mine = Decision.objects.create(
        case=here.case, kind="hide", role="moderator", at=START, appeal="open",
        appeal_due_at=START + 40 * DAY,
    )  # fmt: skip
    local = add_person(by=None, at=START - DAY, name="Local", email="local@example.org")
    appoint(by=None, at=START - DAY, person=local, role="moderator", territory=district)
    waiting = queries.to_judge(local, holdings(local, START + DAY))
    assert [one.decision.pk for one in waiting] == [mine.pk]
    assert not queries.to_judge(town.officer, holdings(town.officer, START + DAY))
    Decision.objects.filter(pk=mine.pk).update(climbed_at=START + DAY)
    assert not queries.to_judge(local, holdings(local, START + DAY)), "it is above them now"
    chief = queries.to_judge(town.controller, holdings(town.controller, START + DAY))
    assert [one.decision.pk for one in chief] == [mine.pk]


# Photographs -----------------------------------------------------------------------------------


def covered(town: SmallTown, *parts: Rectangle) -> tuple[Any, StoredFile, list[Decision]]:
    """A matter whose photograph a moderator covered in steps: it, its first picture, and the
    decisions."""
    problem = town.report(photographs=[photo()])
    first = CaseFile.objects.get(case=problem.case).file
    for n, part in enumerate(parts):
        moderation.cover_photograph(
            by=town.moderator, at=START + (n + 1) * HOUR, case=problem.case,
            file=CaseFile.objects.get(case=problem.case).file, rectangles=[part],
        )  # fmt: skip
    return problem, first, list(Decision.objects.filter(kind="photograph").order_by("id"))


@pytest.mark.django_db(transaction=True)
def test_a_covered_photograph_is_objected_to_and_shown_as_it_was(town: SmallTown) -> None:
    problem, first, (decision,) = covered(town, CORNER)
    before, small = path_of(first.digest), path_of(first.digest, small=True)
    assert not before.exists()
    told = Notice.objects.filter(reader__person=town.resident).values_list("kind", flat=True)
    assert "moderation.photograph-covered" in told
    new = CaseFile.objects.get(case=problem.case).file
    author = as_(town.resident)
    path = f"/en/moderation/decisions/{decision.pk}/object/"
    assert path in text(author.get("/en/moderation/mine/"))
    assert path in text(author.get(f"/en/problems/{problem.case.number}/"))
    picture = f"/en/moderation/{problem.case.number}/photographs/{new.address}.jpg"
    assert picture in text(author.get(path))
    assert author.get(picture)["Content-Type"] == "image/jpeg"
    assert as_(town.officer).get(picture).status_code == 403
    assert author.post(path, {"text": WHY}).status_code == 302
    # Nothing is deleted while it is judged, however long that takes.
    assert moderation.forget_originals(at=START + 90 * DAY) == 0
    judge = as_(second(town))
    page = f"/en/moderation/decisions/{decision.pk}/judge/"
    assert picture in text(judge.get(page))
    assert judge.post(page, {"outcome": "overturn", "text": WHY}).status_code == 302
    link = CaseFile.objects.get(case=problem.case)
    assert link.file_id == first.pk and before.exists() and small.exists()
    assert not path_of(new.digest).exists() and not original_path(first.digest).exists()
    public = f"/en/problems/{problem.case.number}/photographs/{new.address}-large.jpg"
    assert as_(town.moderator).get(public).status_code == 410
    assert Original.objects.get().gone_at is not None
    told = Notice.objects.filter(reader__person=town.resident).values_list("kind", flat=True)
    assert "moderation.photograph-overturned" in told
    # It may be covered anew, for another reason.
    again = moderation.cover_photograph(
        by=town.moderator, at=START + 20 * DAY, case=problem.case, file=link.file,
        rectangles=[CORNER],
    )  # fmt: skip
    assert again.pk == new.pk and path_of(new.digest).exists() and not before.exists()


@pytest.mark.django_db(transaction=True)
def test_a_photograph_covered_in_two_steps_comes_back_in_two(town: SmallTown) -> None:
    problem, first, (one, two) = covered(town, CORNER, OTHER)
    middle = StoredFile.objects.get(digest=Original.objects.latest("id").digest)
    assert (objectionable(one), objectionable(two)) == (False, True)
    judge = second(town)
    for decision, shown in ((two, middle), (one, first)):
        decision = Decision.objects.select_related("original", "case").get(pk=decision.pk)
        assert objectionable(decision)
        moderation.object_to_hiding(
            by=town.resident, at=START + 6 * HOUR, decision=decision.pk, text=WHY
        )
        moderation.judge_hiding(
            by=judge, at=START + 7 * HOUR, decision=decision.pk, overturn=True, text=WHY
        )
        link = CaseFile.objects.select_related("file").get(case=problem.case)
        assert link.file_id == shown.pk and link.file.withdrawn_at is None
        assert path_of(shown.digest).exists()


@pytest.mark.django_db(transaction=True)
def test_what_an_office_photographed_is_objected_to_by_the_office(town: SmallTown) -> None:
    problem = town.report(photographs=[photo()])
    problems.accept(by=town.moderator, at=START + HOUR, case=problem.case)
    problems.answer(
        by=town.officer, at=START + 2 * HOUR, case=problem.case, text="Filled and rolled.",
        photographs=[photo()],
    )  # fmt: skip
    link = CaseFile.objects.select_related("file").filter(case=problem.case).latest("id")
    moderation.cover_photograph(
        by=town.moderator, at=START + 9 * HOUR, case=problem.case, file=link.file,
        rectangles=[CORNER],
    )  # fmt: skip
    decision = Decision.objects.get(kind="photograph")
    with pytest.raises(moderation.NotTheWriter):
        moderation.object_to_hiding(
            by=town.resident, at=START + 10 * HOUR, decision=decision.pk, text=WHY
        )
    moderation.object_to_hiding(
        by=town.officer, at=START + 10 * HOUR, decision=decision.pk, text=WHY
    )
    with pytest.raises(moderation.NotTheWriter):
        moderation.cover_photograph(
            by=town.resident, at=START + 11 * HOUR, case=problem.case,
            file=CaseFile.objects.get(pk=link.pk).file, rectangles=[OTHER], as_author=True,
        )  # fmt: skip
