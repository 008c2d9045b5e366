"""Publishing and the pages, over a small dataset of literal rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from veche import figures as f
from veche import module
from veche.core.opendata import commands, operations, publish
from veche.core.opendata.checked_rows import sha256

AT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
LAMPS = f.Dataset(
    "lamps",
    "Lamps",
    "Every street lamp.",
    (
        f.Column("id", "integer", "its number"),
        f.Column("street", "text", "where it stands", nullable=True),
        f.Column("lit", "moment", "when it was lit"),
        f.Column("took", "duration", "how long a repair took", nullable=True),
    ),
    """SELECT * FROM (VALUES
        (1, 'ул. Мостовая, 9', timestamptz '2026-01-01 10:00:00.5+00', 86400 * 3),
        (2, 'say "hi"', timestamptz '2026-01-02 10:00+00', null),
        (3, '', timestamptz '2026-02-02 10:00+00', 3600)
    ) AS v (id, street, lit, took) WHERE street NOT LIKE '%nothing%'""",
    ("id",),
)
FIGURE = f.Figure(
    "lamps_by_month",
    "How many lamps were lit each month?",
    "lamps",
    (
        f.count("lamps", title="Lamps"),
        f.share("repaired", f.not_null("took")),
        f.median("half", "took"),
        f.mean("mean", "took"),
    ),
    by=("lit:month",),
)


@pytest.fixture(autouse=True)
def _declared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "datasets", lambda: (LAMPS,))
    monkeypatch.setattr(module, "figures", lambda: (FIGURE,))


@pytest.mark.django_db
def test_publish_verifies_and_leaves_a_record(tmp_path: Path) -> None:
    from veche.core.journal.models import Record

    folder = tmp_path / "publication"
    result = operations.publish(by=None, at=AT, folder=folder)
    assert result["ok"] and result["rows"] == 3
    record = Record.objects.get(kind="opendata.published")
    assert record.public["checksums_sha256"] == sha256(folder / "checksums.sha256")
    assert sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.*")) == [
        "README.txt", "catalogue.json", "checksums.sha256", "data/lamps.csv",
        "figures/lamps_by_month.json", "verify.py",
    ]  # fmt: skip
    text = (folder / "data/lamps.csv").read_bytes().decode()
    assert text.splitlines() == [
        "id,street,lit,took",
        '1,"ул. Мостовая, 9",2026-01-01T10:00:00Z,259200',
        '2,"say ""hi""",2026-01-02T10:00:00Z,',
        "3,,2026-02-02T10:00:00Z,3600",
    ]
    assert text.count("\r\n") == 4
    for command in (
        ["sha256sum", "-c", "--quiet", "checksums.sha256"],
        [sys.executable, "-I", "verify.py", "."],
    ):
        assert subprocess.run(command, cwd=folder, check=False).returncode == 0
    # A later publication takes its place; nothing is left beside it.
    operations.publish(by=None, at=AT + dt.timedelta(days=1), folder=folder)
    catalogue = json.loads((folder / "catalogue.json").read_text())
    assert catalogue["published_at"] == "2026-03-02T12:00:00Z"
    assert set(catalogue["title"]) == {"en", "ru", "zh"}
    assert [p.name for p in tmp_path.iterdir()] == ["publication"]


@pytest.mark.django_db
def test_what_others_wrote_is_never_overwritten(tmp_path: Path) -> None:
    from veche.core.journal.models import Record

    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(publish.NotEmpty, match=r"letters\.txt"):
        operations.publish(by=None, at=AT, folder=tmp_path)
    folder = tmp_path / "p"
    operations.publish(by=None, at=AT, folder=folder)
    (folder / "data/notes.txt").write_text("mine")
    with pytest.raises(publish.NotEmpty, match=r"notes\.txt"):
        operations.publish(by=None, at=AT, folder=folder)
    with pytest.raises(publish.NotEmpty):
        operations.publish(by=None, at=AT, folder=tmp_path / "letters.txt")
    with pytest.raises(publish.CannotWrite):
        operations.publish(by=None, at=AT, folder=tmp_path / "letters.txt" / "below")
    assert Record.objects.filter(kind="opendata.published").count() == 1


@pytest.mark.django_db
def test_nothing_appears_that_does_not_verify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = f.Dataset(
        "lamps", "", "", LAMPS.columns, str(LAMPS.sql).replace("(2, ", "(1, "), ("id",)
    )
    monkeypatch.setattr(module, "datasets", lambda: (wrong,))
    with pytest.raises(publish.DoesNotVerify, match="repeat the key"):
        operations.publish(by=None, at=AT, folder=tmp_path / "p")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_the_commands(tmp_path: Path, capsys: Any) -> None:
    import argparse

    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    folder = str(tmp_path / "p")
    for line in (["opendata", "publish", folder], ["verify", folder, "--json"]):
        args = parser.parse_args(line)
        assert args.run(args) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["ok"] is True


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ru", "zh-hans"])
def test_the_pages(client: Client, language: str) -> None:
    start = f"/{language}/opendata/"
    index = client.get(start).content.decode()
    assert "Every street lamp." in index and "verify.py" in index
    assert "how long a repair took" in client.get(f"{start}lamps/").content.decode()
    page = client.get(f"{start}figures/lamps_by_month/").content.decode()
    assert "2026-01" in page and FIGURE.title in page
    response = client.get(f"{start}lamps.csv")
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    assert [row["id"] for row in csv.DictReader(io.StringIO(text))] == ["1", "2", "3"]
    exact = client.get(f"{start}figures/lamps_by_month.json").json()
    assert exact["cells"][0] == {"group": ["2026-01"], "values": [2, [1, 2], 259200, [259200, 1]]}
    for missing in ("nothing/", "nothing.csv", "figures/nothing/", "figures/nothing.json"):
        assert client.get(start + missing).status_code == 404


@pytest.mark.django_db
def test_every_condition_and_measure_has_words() -> None:
    from veche.core.opendata import words

    listed = (
        f.eq("street", "x"), f.ne("street", "x"), f.lt("took", 1), f.le("took", 1),
        f.gt("took", 1), f.ge("took", f.Col("id")), f.one_of("street", "a", "b"),
        f.between("took", 1, 2), f.is_null("street"), f.not_null("street"),
    )  # fmt: skip
    with translation.override("en"):
        assert "took is at least id" in words.conditions(listed)
    for kind in f.MEASURES:
        m = f.Measure("m", kind, "took", (listed[0],), (listed[1],), p=90, per=1000, base=5)
        assert "%" not in words.measure(m)
    with translation.override("en"):
        assert words.value(f.rate("r", per=1000), LAMPS, [1500, 1000]) == "1.5"
    assert words.value(f.most("m", "lit"), LAMPS, "2026-01-01T10:00:00Z")
    assert words.value(f.median("m", "took"), LAMPS, None) == "–"
    with translation.override("en"):
        assert words.value(f.mean("m", "took"), LAMPS, [450_000, 1]) == "5.2 days"


@pytest.mark.django_db
def test_rows_about_persons_cannot_be_taken(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = f.Dataset("lamps", "", "", LAMPS.columns, LAMPS.sql, ("id",), persons=True)
    monkeypatch.setattr(module, "datasets", lambda: (people,))
    assert client.get("/en/opendata/lamps.csv").status_code == 404


@pytest.mark.django_db
def test_without_datasets_the_page_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "datasets", tuple)
    monkeypatch.setattr(module, "figures", tuple)
    page = client.get("/en/opendata/").content.decode()
    assert "Nothing is published yet" in page
