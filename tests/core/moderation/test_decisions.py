"""Decisions, one appeal, hiding, redaction with its access log, sweeps: by a problem."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.cast import START, SmallTown, small_town

from veche.city.problems import operations as problems
from veche.city.problems.models import Problem
from veche.core.cases.models import Case, CaseFile
from veche.core.cases.operations import NoRoleForMove
from veche.core.files.photographs import Rectangle, clean
from veche.core.files.queries import original_path, path_of
from veche.core.journal.models import Record, Secret
from veche.core.moderation import operations as moderation
from veche.core.moderation import queries
from veche.core.moderation.access import SameModerator
from veche.core.moderation.models import Decision, Original, OriginalLook
from veche.core.moderation.personal import collect, erase
from veche.core.moderation.personal_data import find, mark
from veche.core.notices.models import Notice
from veche.core.organisations.operations import appoint
from veche.core.people.models import Person
from veche.core.people.operations import add_person
from veche.texts import UnknownReason

HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db
_colours = itertools.count(1)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = settings.FILES_DIR = tmp_path


@pytest.fixture
def town() -> SmallTown:
    return small_town()


@pytest.fixture
def second(town: SmallTown) -> Person:
    early = START - dt.timedelta(days=10)
    person = add_person(by=None, at=early, name="Second", email="second@example.org")
    appoint(by=None, at=early, person=person, role="moderator", territory=town.city)
    return person


def rejected(town: SmallTown, **more: Any) -> Problem:
    problem = town.report(**more)
    problems.reject(
        by=town.moderator, at=START + HOUR, case=problem.case, reason="unclear",
        text="Say which house it is.",
    )  # fmt: skip
    return problem


def photo() -> Any:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), (next(_colours) * 7 % 256, 90, 90)).save(out, "JPEG")
    return clean(out.getvalue())


# Appeals --------------------------------------------------------------------------------------


def test_a_rejection_stands_in_the_log_and_its_author_objects_once(
    town: SmallTown, second: Person
) -> None:
    case = rejected(town).case
    assert queries.may_appeal(queries.case_of(case.number))
    moderation.appeal(
        by=town.resident, at=START + 2 * HOUR, case=case, text="It is house 9, as I wrote."
    )
    decision = queries.last_rejection(case)
    assert decision is not None and decision.appeal == "open"
    assert decision.appeal_due_at is not None and decision.appeal_due_at > START
    with pytest.raises(SameModerator):
        moderation.judge(
            by=town.moderator, at=START + 3 * HOUR, case=case, overturn=False,
            text="I still do not see it.",
        )  # fmt: skip
    moderation.judge(
        by=second,
        at=START + 3 * HOUR,
        case=case,
        overturn=False,
        text="The house is still missing.",
    )
    case.refresh_from_db()
    assert case.state == "rejected"
    assert not queries.may_appeal(case)
    with pytest.raises(moderation.AlreadyAppealed):
        moderation.appeal(by=town.resident, at=START + 4 * HOUR, case=case, text="Once more please")
    kinds = Notice.objects.filter(case=case).values_list("kind", flat=True)
    assert "moderation.upheld" in kinds


def test_an_overturned_rejection_is_published_and_goes_to_the_office(
    town: SmallTown, second: Person
) -> None:
    case = rejected(town, anonymous=True).case
    moderation.appeal(by=None, at=START + 2 * HOUR, case=case, text="It is house 9, as I wrote.")
    moderation.judge(
        by=second, at=START + 3 * HOUR, case=case, overturn=True, text="The author is right."
    )
    case.refresh_from_db()
    assert (case.state, case.organisation) == ("work", town.roads)
    row = Decision.objects.get(case=case)
    assert (row.appeal, row.judge) == ("overturned", second)
    assert queries.totals(queries.Asked())["overturned"] == 1


def test_the_database_itself_refuses_one_judge_of_their_own(town: SmallTown) -> None:
    from django.db import IntegrityError

    case = rejected(town).case
    with pytest.raises(IntegrityError, match="moderation_judged_by_another"):
        Decision.objects.filter(case=case).update(judge=town.moderator)


# Words ----------------------------------------------------------------------------------------

TEXT = "Яма у дома 9, звоните мне +7 912 345-67-89, Иванов И. И. Каждый день спотыкаюсь."


def test_parts_of_the_words_are_hidden_and_the_original_is_kept_apart(town: SmallTown) -> None:
    problem = town.report(text=TEXT)
    shown = moderation.hide_words(
        by=town.moderator, at=START + HOUR, case=problem.case, field="text",
        findings=[*find(TEXT), *mark(TEXT, "спотыкаюсь")],
    )  # fmt: skip
    assert shown == "Яма у дома 9, звоните мне [телефон], [имя] Каждый день [скрыто]."
    problem.refresh_from_db()
    assert problem.text == shown
    assert Original.objects.get().text == TEXT
    assert "912" not in str(list(Record.objects.values_list("public", flat=True)))


def test_every_look_at_an_original_is_noted_and_shown_to_its_author(town: SmallTown) -> None:
    problem = town.report(text=TEXT)
    moderation.hide_words(
        by=town.resident, at=START + HOUR, case=problem.case, field="text", findings=find(TEXT),
        as_author=True,
    )  # fmt: skip
    original = Original.objects.get()
    with pytest.raises(NoRoleForMove):
        moderation.look_at_original(
            by=town.officer, at=START, original=original.pk, why="curious about it"
        )
    seen = moderation.look_at_original(
        by=town.moderator, at=START + 2 * HOUR, original=original.pk, why="the appeal of the author"
    )
    assert seen.text == TEXT
    look = OriginalLook.objects.get()
    assert (look.person, look.why) == (town.moderator, "the appeal of the author")
    assert queries.looks(problem.case) == [look]
    assert queries.log(queries.Asked()).count() == 0  # what authors do is no decision


def test_originals_and_what_the_journal_kept_of_them_go_when_the_term_is_over(
    town: SmallTown,
) -> None:
    problem = town.report(text=TEXT)
    moderation.hide_words(
        by=town.moderator, at=START, case=problem.case, field="text", findings=find(TEXT)
    )
    assert moderation.forget_originals(at=START + dt.timedelta(days=29)) == 0
    assert moderation.forget_originals(at=START + dt.timedelta(days=31)) == 1
    original = Original.objects.get()
    assert original.text == "" and original.gone_at is not None
    assert not [one for one in Secret.objects.all() if "912" in str(one.personal)]


def test_a_city_decides_on_its_reasons(town: SmallTown) -> None:
    problem = town.report(text=TEXT)
    with pytest.raises(UnknownReason):
        moderation.hide_words(
            by=town.moderator, at=START, case=problem.case, field="text", findings=find(TEXT),
            reason="whim",
        )  # fmt: skip
    moderation.set_reason(
        by=None, at=START, code="whim", names={"en": "whim"}, sentences={"en": "Whim."},
        used_for=["redact"],
    )  # fmt: skip
    moderation.hide_words(
        by=town.moderator, at=START, case=problem.case, field="text", findings=find(TEXT),
        reason="whim",
    )  # fmt: skip


# Photographs ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_covered_photograph_reaches_every_matter_that_shows_it(town: SmallTown) -> None:
    picture = photo()
    one, other = town.report(photographs=[picture]), town.report(photographs=[picture])
    file = CaseFile.objects.get(case=one.case).file
    covered = moderation.cover_photograph(
        by=town.moderator, at=START + HOUR, case=one.case, file=file,
        rectangles=[Rectangle(10, 10, 30, 30)],
    )  # fmt: skip
    assert {c.file_id for c in CaseFile.objects.all()} == {covered.pk}
    assert queries.pictures(other.case) == [covered]
    assert not path_of(file.digest).exists() and original_path(file.digest).exists()
    original = Original.objects.get()
    looked = moderation.look_at_original(
        by=town.moderator, at=START + HOUR, original=original.pk, why="a court asks for it"
    )
    assert looked.picture == picture.data
    assert moderation.forget_originals(at=START + dt.timedelta(days=31)) == 1
    assert not original_path(file.digest).exists()


# Hiding and sweeps ----------------------------------------------------------------------------


def test_a_published_matter_is_hidden_with_a_reason_and_shown_again(town: SmallTown) -> None:
    problem = town.report()
    problems.accept(by=town.moderator, at=START, case=problem.case)
    case = moderation.hide_matter(
        by=town.moderator, at=START + HOUR, case=problem.case, reason="law"
    )
    hidden = queries.hidden(case)
    assert hidden is not None and hidden.since == START + HOUR
    assert hidden.reason == "a law or a court asks for it"
    moderation.show_matter(by=town.moderator, at=START + 2 * HOUR, case=case)
    assert queries.hidden(queries.case_of(case.number)) is None


def test_everything_of_one_sender_is_taken_away_after_time_to_think(town: SmallTown) -> None:
    waiting = [town.report(text=f"Buy my pills, number {n}") for n in range(3)]
    public = town.report(text="Buy my pills here as well")
    problems.accept(by=town.moderator, at=START, case=public.case)
    alike = queries.alike(public.case)
    assert set(alike["person"]) == {p.case_id for p in (*waiting, public)}
    told = Notice.objects.count()
    made = moderation.sweep(
        by=town.moderator, at=START + HOUR, cases=alike["person"], by_what="person",
        reason="advertising", text="Goods are not offered here.",
    )  # fmt: skip
    assert Case.objects.filter(hidden_at__isnull=False).count() == 4
    assert Notice.objects.count() == told
    moderation.carry_out_sweeps(at=START + HOUR)  # too early: nothing happens
    public.case.refresh_from_db()
    assert public.case.state == "work"
    moderation.carry_out_sweeps(at=made.acts_at)
    states = Case.objects.order_by("id").values_list("state", flat=True)
    assert list(states) == ["rejected"] * 3 + ["removed"]
    assert Notice.objects.count() > told
    with pytest.raises(moderation.TooLate):
        moderation.undo_sweep(by=town.moderator, at=made.acts_at, sweep=made.pk)


def test_a_sweep_undone_leaves_everything_as_it_was(town: SmallTown) -> None:
    one, other = town.report(text="Buy my pills, one"), town.report(text="Buy my pills, two")
    problems.accept(by=town.moderator, at=START, case=other.case)
    moderation.hide_matter(by=town.moderator, at=START, case=other.case, reason="law")
    made = moderation.sweep(
        by=town.moderator, at=START + HOUR, cases=[one.case_id, other.case_id], by_what="key",
        reason="spam", text="One report is enough.",
    )  # fmt: skip
    moderation.undo_sweep(by=town.moderator, at=START + HOUR, sweep=made.pk)
    moderation.carry_out_sweeps(at=START + 10 * HOUR)
    one.case.refresh_from_db()
    other.case.refresh_from_db()
    assert (one.case.state, one.case.hidden_at) == ("moderation", None)
    assert other.case.hidden_at == START  # it was hidden before, for another reason


def test_a_sweep_is_undone_before_its_hour_only_and_shows_nothing_hidden_by_law(
    town: SmallTown,
) -> None:
    """From its hour on matters are taken away one by one: an undoing would undo the rest alone."""
    one, other = town.report(text="Buy my pills, one"), town.report(text="Buy my pills, two")
    problems.accept(by=town.moderator, at=START, case=other.case)
    wish: dict[str, Any] = {
        "by": town.moderator, "at": START + HOUR, "by_what": "person", "reason": "spam",
        "text": "One report is enough.",
    }  # fmt: skip
    made = moderation.sweep(cases=[one.case_id, other.case_id], **wish)
    with pytest.raises(moderation.TooLate):
        moderation.undo_sweep(by=town.moderator, at=made.acts_at, sweep=made.pk)
    moderation.hide_matter(
        by=town.moderator, at=START + HOUR, case=other.case, reason="law", tell=False
    )
    moderation.undo_sweep(by=town.moderator, at=START + HOUR, sweep=made.pk)
    hidden = Case.objects.filter(hidden_at__isnull=False)
    assert list(hidden.values_list("pk", flat=True)) == [other.case_id]


def test_a_sweep_stays_in_its_moderators_territory(town: SmallTown) -> None:
    early = START - dt.timedelta(days=1)
    local = add_person(by=None, at=early, name="Local", email="local@example.org")
    appoint(by=None, at=early, person=local, role="moderator", territory=town.east)
    west = town.report()
    with pytest.raises(moderation.NothingToSweep):
        moderation.sweep(
            by=local, at=START, cases=[west.case_id], by_what="person", reason="spam",
            text="One report is enough.",
        )  # fmt: skip


# People ---------------------------------------------------------------------------------------


def test_what_is_held_about_a_person_is_told_and_erased(town: SmallTown) -> None:
    problem = town.report(text=TEXT, sender={"address": "192.0.2.1"})
    moderation.hide_words(
        by=town.moderator, at=START, case=problem.case, field="text", findings=find(TEXT)
    )
    held = collect(town.resident)
    assert held["originals"][0]["words"] == TEXT
    assert held["network_addresses_kept_as_digests"] == 1
    erase(by=town.resident, at=START + HOUR, person=town.resident)
    held = collect(town.resident)
    assert held["originals"][0]["words"] == ""
    assert held["network_addresses_kept_as_digests"] == 0
    assert len(held["decisions"]) == 1


def test_digests_and_counts_are_pruned(town: SmallTown) -> None:
    town.report(sender={"address": "192.0.2.1"})
    assert moderation.prune(at=START + dt.timedelta(days=7)) == 0
    assert moderation.prune(at=START + dt.timedelta(days=29)) == 3  # person, place, address
    assert moderation.prune(at=START + dt.timedelta(days=31)) == 1  # where it came from


def test_words_of_a_step_are_shown_redacted_though_the_step_never_changes(town: SmallTown) -> None:
    from veche.city.problems.queries.matter import matter
    from veche.core.cases.models import CaseEvent

    problem = town.report()
    problems.accept(by=town.moderator, at=START, case=problem.case)
    said = "Готово, спасибо Иванову И. И., телефон +7 912 345-67-89."
    problems.answer(by=town.officer, at=START + HOUR, case=problem.case, text=said)
    seq = CaseEvent.objects.get(move="answer").seq
    moderation.hide_words(
        by=town.moderator, at=START + HOUR, case=problem.case, field=f"step:{seq}",
        findings=find(said),
    )  # fmt: skip
    problem.refresh_from_db()
    shown = [step.text for step in matter(problem, None, START + HOUR).steps]
    assert "Готово, спасибо [имя], телефон [телефон]." in shown
    assert CaseEvent.objects.get(move="answer").public["text"] == said
    moderation.hide_words(
        by=town.moderator, at=START + HOUR, case=problem.case, field=f"step:{seq}",
        findings=mark("Готово, спасибо [имя], телефон [телефон].", "спасибо"),
    )  # fmt: skip
    assert "[скрыто]" in matter(problem, None, START + HOUR).steps[0].text


def test_what_was_removed_can_be_objected_to_as_well(town: SmallTown, second: Person) -> None:
    problem = town.report()
    problems.accept(by=town.moderator, at=START, case=problem.case)
    from veche.city.problems.operations.removal import remove

    remove(by=town.moderator, at=START + HOUR, case=problem.case, reason="spam", text="It is spam.")
    case = queries.case_of(problem.case.number)
    assert queries.may_appeal(case)
    moderation.appeal(by=town.resident, at=START + HOUR, case=case, text="It is not spam at all.")
    moderation.judge(
        by=second, at=START + 2 * HOUR, case=case, overturn=True, text="It is no spam, indeed."
    )
    case.refresh_from_db()
    assert case.state == "work"
