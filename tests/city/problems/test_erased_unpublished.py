"""Of what an erased person sent in vain nothing is kept: no word and no byte of a photograph."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.cast import START, SmallTown, small_town
from veche.city.problems import operations as problems
from veche.city.problems import pending
from veche.city.problems.models import Problem
from veche.core.cases.models import Case, CaseFile
from veche.core.files.models import StoredFile
from veche.core.files.operations import finish_withdrawals
from veche.core.files.photographs import Photograph, Rectangle, clean
from veche.core.files.queries import original_path, path_of
from veche.core.moderation import operations as moderation
from veche.core.organisations.operations import appoint
from veche.core.people.operations import add_person
from veche.core.people.operations.erasure import erase_person

HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = settings.FILES_DIR = tmp_path
    return tmp_path


@pytest.fixture
def town() -> SmallTown:
    return small_town()


def photo(red: int) -> Photograph:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), (red, 90, 90)).save(out, "JPEG")
    return clean(out.getvalue())


def everything(folder: Path) -> dict[Path, bytes]:
    """Every file below the folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def reject(town: SmallTown, problem: Problem) -> Case:
    return problems.reject(
        by=town.moderator, at=START + HOUR, case=problem.case, reason="unclear",
        text="Say which house it is.",
    )  # fmt: skip


def test_no_byte_of_what_was_never_published_stays_on_the_disk(
    town: SmallTown, folder: Path
) -> None:
    public = town.report(photographs=[photo(1)])
    problems.accept(by=town.moderator, at=START + HOUR, case=public.case)
    shown = everything(folder)
    turned_down, covered, unread = (
        town.report(text=f"Something private {n}", photographs=[photo(n)]) for n in (20, 40, 60)
    )
    file = CaseFile.objects.get(case=covered.case).file
    moderation.cover_photograph(
        by=town.moderator, at=START + HOUR, case=covered.case, file=file,
        rectangles=[Rectangle(10, 10, 30, 30)],
    )  # fmt: skip
    assert original_path(file.digest).exists()
    reject(town, turned_down)
    reject(town, covered)
    pending.put(photo(80), town.resident)
    assert len(everything(folder)) > len(shown) + 6
    erase_person(by=town.resident, at=START + 2 * HOUR, person=town.resident)
    assert everything(folder) == shown, "what is public stays, and nothing else"
    unread.case.refresh_from_db()
    assert unread.case.state == "dropped", "what nobody has read is taken back"
    never = Problem.objects.exclude(pk=public.pk)
    assert set(never.values_list("text", "address")) == {("", "")}
    assert not CaseFile.objects.exclude(case=public.case).exists()
    assert CaseFile.objects.filter(case=public.case).exists()


def test_the_same_picture_in_a_public_matter_of_another_stays(
    town: SmallTown, folder: Path
) -> None:
    picture = photo(1)
    theirs = town.report(by=town.neighbour, photographs=[picture])
    problems.accept(by=town.moderator, at=START + HOUR, case=theirs.case)
    reject(town, town.report(photographs=[picture]))
    before = everything(folder)
    erase_person(by=town.resident, at=START + 2 * HOUR, person=town.resident)
    assert everything(folder) == before
    assert StoredFile.objects.get().withdrawn_at is None


def test_what_a_crash_left_goes_and_the_same_picture_can_be_sent_anew(
    town: SmallTown, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = photo(1)
    reject(town, town.report(photographs=[picture]))
    with monkeypatch.context() as patch:  # the process dies after the commit
        patch.setattr("veche.core.files.operations._forget", lambda digests: None)
        erase_person(by=town.resident, at=START + 2 * HOUR, person=town.resident)
    assert everything(folder)
    assert finish_withdrawals(at=START + 3 * HOUR) == 1
    assert not everything(folder)
    again = town.report(by=town.neighbour, photographs=[picture])
    file = CaseFile.objects.get(case=again.case).file
    assert file.withdrawn_at is None and path_of(file.digest).read_bytes() == picture.data
    assert finish_withdrawals(at=START + 4 * HOUR) == 0


def test_an_objection_turned_down_after_the_erasure_leaves_nothing(
    town: SmallTown, folder: Path
) -> None:
    second = add_person(by=None, at=START, name="Second", email="second@example.org")
    appoint(by=None, at=START, person=second, role="moderator", territory=town.city)
    case = reject(town, town.report(photographs=[photo(1)]))
    moderation.appeal(
        by=town.resident, at=START + 2 * HOUR, case=case, text="It is house 9, as I wrote."
    )
    erase_person(by=town.resident, at=START + 3 * HOUR, person=town.resident)
    assert everything(folder), "somebody still decides on it"
    moderation.judge(
        by=second, at=START + 4 * HOUR, case=case, overturn=False, text="It is still not clear."
    )
    assert not everything(folder)
    assert Problem.objects.get(case=case).text == ""
