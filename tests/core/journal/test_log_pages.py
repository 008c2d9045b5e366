"""The log on the command line and on its pages."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.test import Client
from tests.core.journal.sealing import AT, Killed, write

from veche.core.journal.models import Leaf, Record
from veche.core.journal.sealer import Sealer
from veche.core.journal.tlog.note import Checkpoint as Told
from veche.core.journal.tlog.note import Note, VerifierKey
from veche.project import cli

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("places")]


def test_the_command_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "open_database", lambda: lambda: None)
    monkeypatch.setattr(cli, "bring_up_to_date", lambda: None)
    monkeypatch.setattr(cli, "let_go", lambda _done: None)
    assert cli.main(["journal", "checkpoint"]) == 1
    assert "veche journal seal" in capsys.readouterr().err
    write(by=None, at=AT, number=3)
    assert cli.main(["journal", "seal", "--once"]) == 0
    told = capsys.readouterr()
    assert "the log has" in told.out
    assert "A key was made" in told.err
    assert cli.main(["journal", "checkpoint"]) == 0
    text = capsys.readouterr().out
    assert Told.read(Note.read(text.encode()).text).size == Record.objects.count()
    number = Record.objects.order_by("id").values_list("pk", flat=True).first()
    assert cli.main(["journal", "receipt", str(number)]) == 0
    assert capsys.readouterr().out.startswith("c2sp.org/tlog-proof@v1\n")
    assert cli.main(["journal", "audit"]) == 0
    assert cli.main(["journal", "key", "list"]) == 0
    assert " active 0" in capsys.readouterr().out


def test_a_citys_sealer_becomes_the_program_without_django(
    log: VerifierKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "open_database", lambda: lambda: None)
    monkeypatch.setattr(cli, "bring_up_to_date", lambda: None)
    monkeypatch.setattr(cli, "let_go", lambda _done: None)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nowhere/")

    def become(program: str, words: list[str]) -> None:
        assert words == [program, "-m", "veche.project.sealer"]
        raise Killed

    monkeypatch.setattr(os, "execv", become)
    with pytest.raises(Killed):
        cli.main(["journal", "seal"])
    loaded = "import veche.project.sealer, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0


def test_the_files_are_served_as_the_standard_asks(sealer: Sealer, client: Client) -> None:
    assert client.get("/log/journal/checkpoint").status_code == 404
    assert client.get("/en/journal/").status_code == 200
    write(by=None, at=AT, number=300)
    sealer.once()
    found = client.get("/log/journal/checkpoint")
    assert found["Content-Type"] == "text/plain; charset=utf-8"
    assert found.content == sealer.folder.fetch("checkpoint")
    tile = client.get("/log/journal/tile/0/000")
    assert (len(tile.content), tile["Content-Type"]) == (8192, "application/octet-stream")
    assert "immutable" in tile["Cache-Control"]
    for wrong in ("0/../../keys", "0/1", "64/000", "0/000.p/0", "x/000", "0/999", "0/000/"):
        assert client.get(f"/log/journal/tile/{wrong}").status_code == 404, wrong
    for language in ("en", "ru", "zh-hans"):
        page = client.get(f"/{language}/journal/")
        assert page.status_code == 200
        assert "town.example/log/journal" in page.content.decode()
    number = Leaf.objects.order_by("place").values_list("pk", flat=True).first()
    assert client.get(f"/en/journal/receipts/{number}.tlog-proof").status_code == 200
    assert client.get("/en/journal/receipts/999999999.tlog-proof").status_code == 404
