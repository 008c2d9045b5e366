"""The programme goes to another city and back: the same files, no change twice, faults by path."""

from __future__ import annotations

import argparse
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.cast import START, small_town
from tests.city.pilots.world import World, organisation, pilot_world, three
from veche.city.pilots.access.companies import NotASetter
from veche.city.pilots.commands import bundle as commands
from veche.city.pilots.models import Call, Programme
from veche.city.pilots.operations.bundle import BundleBroken, NoAgency, import_bundle
from veche.city.pilots.operations.forms_of_calls import add_form_version
from veche.city.pilots.operations.matching import set_weights
from veche.city.pilots.operations.settings import set_demand_theme
from veche.city.pilots.queries.bundle import files_of
from veche.city.pilots.rules import bundle as rules
from veche.core.organisations.models import Organisation
from veche.errors import Refused

QUESTION = {
    "code": "why", "kind": "choice", "names": three("Why?"), "hints": {}, "needed": True,
    "choices": [{"code": "a", "names": three("A")}, {"code": "b", "names": three("B")}],
}  # fmt: skip


@pytest.fixture
def bundle(world: World) -> dict[str, bytes]:
    """The files of a programme in which everything is set."""
    return whole(world)


def whole(world: World) -> dict[str, bytes]:
    """Set everything, and give its files."""
    add_form_version(by=world.agent, at=START, code="main", questions=[QUESTION])
    weights = {"fit": Decimal("0.5"), "reach": Decimal("0.25")}
    set_weights(by=world.agent, at=START, programme=world.programme, weights=weights)
    set_demand_theme(
        by=world.agent, at=START, theme="roads", technologies=[world.technology],
        targets=[world.target], words=["kerb"],
    )  # fmt: skip
    return files_of(world.programme)


def changed(files: dict[str, bytes], name: str, change: Any) -> dict[str, bytes]:
    """The same bundle with one file changed and sealed anew."""
    data = json.loads(files[name])
    change(data)
    rest = {one: text for one, text in files.items() if one != rules.MANIFEST}
    rest[name] = rules.written(data)
    return {**rest, rules.MANIFEST: rules.sealed(rest)}


def run(*words: str) -> int:
    """What the command line does, on the connection of the test."""
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    args = parser.parse_args(["bundle", *words])
    try:
        return int(args.run(args))
    except Refused as refusal:  # the command line prints its sentence
        print(refusal, file=sys.stderr)
        return 1


@pytest.fixture
def elsewhere(db: None) -> tuple[dict[str, bytes], Organisation]:
    """The files of a programme, in another city in which nothing of it is."""
    with transaction.atomic():
        files = whole(pilot_world())
        transaction.set_rollback(True)
    small_town()
    return files, organisation("other-agency")


def test_another_city_takes_it_over_and_gives_the_same_files(
    elsewhere: tuple[dict[str, bytes], Organisation],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bundle, agency = elsewhere
    folder = str(tmp_path / "out")
    commands.write(Path(folder), bundle)
    with pytest.raises(NoAgency):
        import_bundle(by=None, at=START, files=bundle)
    assert run("import", folder, "--agency", agency.code, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["added"], told["changed"], told["left"]) == (8, 0, 0)
    programme = Programme.objects.get()
    assert programme.agency == agency
    call = Call.objects.get()
    assert (call.case.state, call.department, call.closes_at) == ("draft", agency, None)
    assert files_of(programme) == bundle
    # Once more: nothing is done, and nothing is doubled.
    again = import_bundle(by=None, at=START, files=bundle)
    assert set(again.counts().values()) == {0, len(again.told)} and again.counts()["same"]
    assert files_of(programme) == bundle
    # What is changed there is told.
    other = changed(bundle, "programme.json", lambda data: data.update(quorum=4))
    done = import_bundle(by=None, at=START, files=other)
    assert [row for row in done.told if row[2] != "same"] == [("programme", "main", "changed")]
    programme.refresh_from_db()
    assert programme.quorum == 4


def test_who_may_take_one_over(world: World, bundle: dict[str, bytes]) -> None:
    with pytest.raises(NotASetter):
        import_bundle(by=world.founder, at=START, files=bundle)
    done = import_bundle(by=world.agent, at=START, files=bundle)
    assert done.counts() == {"added": 0, "changed": 0, "same": len(done.told), "left": 0}
    assert Call.objects.count() == 1  # a city that takes its own over has it already


BROKEN = (
    ("programme.json", lambda d: d.update(days=0), "programme.json.days"),
    ("programme.json", lambda d: d.update(names={}), "programme.json.names"),
    ("programme.json", lambda d: d.update(currency="rub"), "programme.json"),
    ("stages.json", lambda d: d.update(party=3), "stages.json.party"),
    ("stages.json", lambda d: d.update(trial=300), "programme.json"),  # longer than the whole
    ("technologies.json", lambda d: d.append({"code": "a b"}), "technologies.json[1].code"),
    ("targets.json", lambda d: d[1].update(goal="99"), "targets.json[1].goal"),
    ("forms.json", lambda d: d[1]["questions"][0].update(kind="dance"), "forms.json[1]"),
    ("forms.json", lambda d: d[1]["questions"].append(3), "forms.json[1].questions[1]"),
    ("demand.json", lambda d: d[0].update(targets=["77"]), "demand.json[0].targets[0]"),
    ("sites.json", lambda d: d["weights"].update(luck="1"), "sites.json.weights.luck"),
    ("sites.json", lambda d: d["weights"].update(fit="NaN"), "sites.json.weights.fit"),
    ("calls.json", lambda d: d[0]["form"].update(number=9), "calls.json[0].form"),
    ("calls.json", lambda d: d[0].update(standing=None), "calls.json[0].standing"),
    ("calls.json", lambda d: d[0]["criteria"][1].update(weight="-1"),
     "calls.json[0].criteria[1].weight"),
    ("calls.json", lambda d: d[0]["criteria"][0]["anchors"].update({"6": {"en": "x"}}),
     "calls.json[0].criteria[0].anchors.6"),
    ("calls.json", lambda d: d[0]["titles"].update(fr="x"), "calls.json[0].titles.fr"),
)  # fmt: skip


def test_a_broken_one_is_refused_whole_with_the_path_of_the_fault(
    world: World, bundle: dict[str, bytes]
) -> None:
    before = files_of(world.programme)
    for name, change, where in BROKEN:
        with pytest.raises(BundleBroken) as fault:
            import_bundle(
                by=world.agent, at=START,
                files=changed(
                    changed(bundle, "technologies.json", lambda d: d[0].update(names={"en": "N"})),
                    name, change,
                ),
            )  # fmt: skip
        assert fault.value.details["where"] == where, fault.value
        assert files_of(world.programme) == before
    text = bundle["calls.json"]
    for files, where in (
        ({}, "manifest.json"),
        ({**bundle, "calls.json": text + b" "}, "calls.json"),
        ({**bundle, "more.json": b"1"}, "more.json"),
        ({name: one for name, one in bundle.items() if name != "sites.json"}, "sites.json"),
        ({**bundle, "manifest.json": b"["}, "manifest.json"),
        ({**bundle, "manifest.json": b'{"format": "x"}'}, "manifest.json.format"),
        ({**bundle, "manifest.json": bundle["manifest.json"].replace(b"calls.json", b"../x.json")},
         "manifest.json"),
    ):  # fmt: skip
        with pytest.raises(BundleBroken) as fault:
            import_bundle(by=world.agent, at=START, files=files)
        assert fault.value.details["where"] == where


def test_the_command_reads_only_what_lies_in_the_folder(
    bundle: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    assert run("export", str(folder)) == 0
    (folder / "sites.json").write_text('{"weights": {"fit": "1.00"}}')
    assert run("import", str(folder)) == 1
    assert "sites.json: was changed" in capsys.readouterr().err
    assert run("seal", str(folder)) == 0
    assert run("import", str(folder)) == 0
    assert "changed: weights sites" in capsys.readouterr().out
    (folder / "sites.json").unlink()
    (folder / "sites.json").symlink_to("/etc/hostname")
    assert run("import", str(folder)) == 1
    assert "no plain file" in capsys.readouterr().err
    assert run("import", str(tmp_path / "nowhere")) == 1
    assert "manifest.json: is missing" in capsys.readouterr().err


def test_a_town_without_a_programme_has_nothing_to_export(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small_town()
    assert run("export", str(tmp_path)) == 1
    assert "no pilot programme" in capsys.readouterr().err
