"""Tampering and garbage: every change is found, and no folder makes the verifier stumble."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from veche.core.opendata import checking, standalone, verifier

COLUMNS = [
    {"name": "id", "type": "integer", "nullable": False, "description": {"en": "number"}},
    {"name": "district", "type": "text", "nullable": True, "description": {"en": "district"}},
    {"name": "opened", "type": "moment", "nullable": False, "description": {"en": "opened"}},
    {"name": "took", "type": "duration", "nullable": True, "description": {"en": "seconds"}},
]
ROWS = [
    "1,Центр,2026-01-01T10:00:00Z,600",
    '2,"Север, юг",2026-01-02T10:00:00Z,900',
    "3,Центр,2026-02-01T10:00:00Z,",
    "4,,2026-02-03T10:00:00Z,1200",
]
FIGURE = {
    "title": {"en": "How long did it take?"},
    "measures": {"n": {"en": "all"}, "half": {"en": "median"}},
    "file": "figures/times.json",
    "definition": {
        "name": "times",
        "dataset": "things",
        "where": [{"column": "id", "is": "lt", "value": 100}],
        "by": ["district"],
        "measures": [
            {"name": "n", "measure": "count"},
            {"name": "half", "measure": "median", "column": "took"},
        ],
    },
    "cells": [
        {"group": ["Север, юг"], "values": [1, 900]},
        {"group": ["Центр"], "values": [2, 600]},
        {"group": [None], "values": [1, 1200]},
    ],
}
Change = Callable[[Path], None]


def seal(folder: Path) -> None:
    """Write the checksums of what lies there now, as a forger would."""
    lines = [
        f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}\n"
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != "checksums.sha256"
    ]
    (folder / "checksums.sha256").write_text("".join(lines))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small publication written by hand, from the description of the format alone."""
    return lay(tmp_path / "publication")


def lay(folder: Path) -> Path:
    """Write the publication."""
    (folder / "data").mkdir(parents=True)
    (folder / "figures").mkdir()
    text = "\r\n".join([",".join(str(c["name"]) for c in COLUMNS), *ROWS]) + "\r\n"
    (folder / "data/things.csv").write_bytes(text.encode())
    dataset = {
        "name": "things", "persons": False, "cells_min": 5, "key": ["id"], "columns": COLUMNS,
        "file": "data/things.csv", "rows": len(ROWS),
    }  # fmt: skip
    catalogue = {"format": verifier.FORMAT, "datasets": [dataset], "figures": [FIGURE]}
    (folder / "catalogue.json").write_text(json.dumps(catalogue))
    (folder / "figures/times.json").write_text(json.dumps(FIGURE))
    seal(folder)
    return folder


def both(folder: Path, change: Callable[[Any], None]) -> None:
    """Change a figure in the catalogue and in its own file alike."""
    catalogue = json.loads((folder / "catalogue.json").read_text())
    change(catalogue["figures"][0])
    (folder / "catalogue.json").write_text(json.dumps(catalogue))
    (folder / "figures/times.json").write_text(json.dumps(catalogue["figures"][0]))


def rows(folder: Path, old: str, new: str) -> None:
    """Change the rows."""
    path = folder / "data/things.csv"
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())


def test_an_honest_publication_agrees(folder: Path) -> None:
    result = verifier.verify_publication(folder)
    assert result["differences"] == []
    assert (result["rows"], result["figures"], result["cells"]) == (4, 1, 6)


TAMPERED: dict[str, tuple[Change, str]] = {
    "a changed cell": (lambda d: rows(d, "600", "660"), "published 600, recomputed 660"),
    "a changed group": (lambda d: rows(d, "3,Центр", "3,Центр "), "not published"),
    "a removed row": (lambda d: rows(d, ROWS[3] + "\r\n", ""), "published 4 rows, found 3"),
    "a row twice": (lambda d: rows(d, ROWS[3], ROWS[3] + "\r\n" + ROWS[3]), "found 5"),
    "a repeated key": (lambda d: rows(d, "4,,", "3,,"), "repeat the key"),
    "a changed figure": (
        lambda d: both(d, lambda f: f["cells"][1]["values"].__setitem__(0, 12)),
        "Figure times, group (district = Центр), n: published 12, recomputed 2.",
    ),
    "true for 1": (
        lambda d: both(d, lambda f: f["cells"][0]["values"].__setitem__(0, True)),
        "published true, recomputed 1",
    ),
    "a removed group": (lambda d: both(d, lambda f: f["cells"].pop()), "not published"),
    "an invented group": (
        lambda d: both(d, lambda f: f["cells"].append({"group": ["Луна"], "values": [1, 1]})),
        "no row gives this group",
    ),
    "a group twice": (
        lambda d: both(d, lambda f: f["cells"].append(f["cells"][0])),
        "published twice",
    ),
    "another order": (lambda d: both(d, lambda f: f["cells"].reverse()), "order"),
    "a changed filter": (
        lambda d: both(d, lambda f: f["definition"]["where"][0].update(value=3)),
        "recomputed",
    ),
    "a changed measure": (
        lambda d: both(d, lambda f: f["definition"]["measures"][1].update(measure="mean")),
        "recomputed",
    ),
    "a figure unlike its copy": (
        lambda d: (d / "figures/times.json").write_text("{}") and None,
        "does not say the same",
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_tampering_is_found(folder: Path, name: str) -> None:
    change, words = TAMPERED[name]
    change(folder)
    first = verifier.verify_publication(folder)["first_difference"]
    assert "checksum" in first
    seal(folder)  # a forger mends the checksums: the figures still tell
    result = verifier.verify_publication(folder)
    assert not result["ok"]
    assert any(words in d for d in result["differences"]), result["differences"]


BROKEN: dict[str, tuple[Change, str]] = {
    "no rows file": (lambda d: (d / "data/things.csv").unlink(), "data/things.csv"),
    "another header": (lambda d: rows(d, "id,", "no,"), "header"),
    "an empty file": (lambda d: (d / "data/things.csv").write_bytes(b"") and None, "header"),
    "too few cells": (lambda d: rows(d, ROWS[2], "3,Центр"), "row 4: 2 cells for 4 columns"),
    "a bad number": (lambda d: rows(d, ",600", ",6OO"), "row 2: took is no duration: '6OO'"),
    "a bad moment": (lambda d: rows(d, "2026-02-01", "2026-02-31"), "row 4: opened is no moment"),
    "an empty cell": (lambda d: rows(d, "2026-02-01T10:00:00Z", ""), "empty and may not be"),
    "not UTF-8": (
        lambda d: (d / "data/things.csv").write_bytes(b"id,district,opened,took\r\n\xff") and None,
        "not UTF-8",
    ),
    "an open quote": (lambda d: rows(d, "4,,", '4,"'), "not CSV"),
    "a folder for a file": (
        lambda d: (d / "data/things.csv").rename(d / "x") and (d / "data/things.csv").mkdir(),
        "cannot be read",
    ),
    "a way out": (
        lambda d: (d / "checksums.sha256").write_text("0" * 64 + "  ../secret\n") and None,
        "leads out",
    ),
    "a missing checksum": (
        lambda d: (d / "checksums.sha256").write_text("") and None,
        "has no checksum",
    ),
    "garbage for checksums": (
        lambda d: (d / "checksums.sha256").write_text("what?\n") and None,
        "line 1",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_differences(folder: Path, name: str) -> None:
    change, words = BROKEN[name]
    change(folder)
    result = verifier.verify_publication(folder)
    assert any(words in d for d in result["differences"]), result["differences"]


def catalogue(change: Callable[[Any], object]) -> Change:
    """A change of the catalogue."""

    def run(folder: Path) -> None:
        path = folder / "catalogue.json"
        value = json.loads(path.read_text())
        change(value)
        path.write_text(json.dumps(value))

    return run


NOT_PUBLICATIONS: dict[str, Change] = {
    "nothing": lambda d: (d / "catalogue.json").unlink(),
    "no checksums": lambda d: (d / "checksums.sha256").unlink(),
    "not JSON": lambda d: (d / "catalogue.json").write_text("{") and None,
    "a list": lambda d: (d / "catalogue.json").write_text("[]") and None,
    "deep nesting": lambda d: (d / "catalogue.json").write_text("[" * 100_000) and None,
    "a floating number": catalogue(lambda c: c["figures"][0].update(x=0.5)),
    "another format": catalogue(lambda c: c.update(format="other/1")),
    "no datasets": catalogue(lambda c: c.pop("datasets")),
    "an unknown type": catalogue(lambda c: c["datasets"][0]["columns"][0].update(type="blob")),
    "an unknown measure": catalogue(
        lambda c: c["figures"][0]["definition"]["measures"][0].update(measure="eval")
    ),
    "an unknown condition": catalogue(
        lambda c: c["figures"][0]["definition"]["where"][0].update({"is": "like"})
    ),
    "an unknown column": catalogue(lambda c: c["figures"][0]["definition"].update(by=["x"])),
    "a lost figure": catalogue(lambda c: c["figures"][0]["definition"].update(dataset="x")),
}


@pytest.mark.parametrize("name", NOT_PUBLICATIONS)
def test_what_is_not_a_publication(folder: Path, name: str, capsys: Any) -> None:
    NOT_PUBLICATIONS[name](folder)
    assert checking.main([str(folder)]) == 2
    assert capsys.readouterr().out.startswith("Not a publication: ")


def test_it_runs_alone(folder: Path) -> None:
    """The file needs the standard library only, and says what it does not prove."""

    alone = folder.parent / "alone.py"
    alone.write_text(standalone.build(), encoding="utf-8")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-I", "-S", str(alone), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    good = run(str(folder))
    assert (good.returncode, good.stderr) == (0, "")
    assert "Everything agrees." in good.stdout and "does not show" in good.stdout
    rows(folder, "600", "660")
    bad = run(str(folder), "--json")
    assert (bad.returncode, bad.stderr) == (1, "")
    found = json.loads(bad.stdout)
    assert set(found) >= {
        "ok", "datasets", "rows", "figures", "cells", "first_difference", "seconds",
    }  # fmt: skip
    assert found["ok"] is False and "checksum" in found["first_difference"]
    none = run(str(folder / "nowhere"), "--json")
    assert (none.returncode, none.stderr) == (2, "")
    assert json.loads(none.stdout)["ok"] is False


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_catalogue_ends_in_a_sentence(folder: Path, capsys: Any, data: st.DataObject) -> None:
    """Put anything anywhere into the catalogue: exit 0, 1 or 2, never a traceback."""
    path = folder / "catalogue.json"
    original = path.read_text()
    value = json.loads(original)
    place: Any = value
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        deeper = isinstance(place[key], dict | list) and place[key]
        if not deeper or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(json_values)
    path.write_text(json.dumps(value))
    try:
        assert checking.main([str(folder)]) in (0, 1, 2)
    finally:
        path.write_text(original)
        capsys.readouterr()
