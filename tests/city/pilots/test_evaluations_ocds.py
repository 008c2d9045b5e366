"""Contracts as OCDS: merged as the standard says, judged by another's reader, read in and out."""

from __future__ import annotations

import argparse
import copy
import datetime as dt
import json
import socket
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cast import START
from tests.city.pilots.world import DAY, World
from veche.city.pilots import commands, ocds
from veche.city.pilots.engines import ocds_check as checker
from veche.city.pilots.engines.ocds_merge import compile_release, version_release
from veche.city.pilots.models import Amendment, Contract, ImportedPackage, ImportedRelease, Payment
from veche.city.pilots.operations.contracts import (
    add_contract,
    amend_contract,
    import_releases,
    pay,
)
from veche.city.pilots.operations.refusals_evaluations import BrokenPackage, NoMoreToImport, NotJson

DATA = Path(__file__).parents[4] / "shared/data/services/ocds"
SCHEMA = DATA / "standard-1__1__5-schema.zip"
SAMPLES = sorted((DATA / "example").rglob("*.json"))
there = pytest.mark.skipif(not SCHEMA.exists(), reason="the samples of OCDS are not here")

RELEASE: dict[str, Any] = {
    "ocid": "ocds-abc123-1",
    "id": "1",
    "date": "2020-01-01T00:00:00Z",
    "tag": ["tender", "award", "contract"],
    "initiationType": "tender",
    "parties": [
        {"id": "B", "name": "Roads", "roles": ["buyer"]},
        {"id": "S", "name": "Canes", "identifier": {"scheme": "XX-REG", "id": 17}},
    ],
    "buyer": {"id": "B", "name": "Roads"},
    "tender": {"id": "t", "title": "Canes", "title_ru": "Трости", "procurementMethod": "direct"},
    "awards": [{"id": "a", "suppliers": [{"id": "S"}]}],
    "contracts": [
        {
            "id": "k",
            "awardID": "a",
            "value": {"amount": 12.5, "currency": "EUR"},
            "dateSigned": "2020-01-01T00:00:00+03:00",
            "status": "active",
            "implementation": {
                "transactions": [
                    {"id": "p", "date": "2020-02-01T00:00:00Z", "value": {"amount": 2}}
                ]
            },
        }
    ],
}
PACKAGE: dict[str, Any] = {
    "uri": "https://example.org/1",
    "version": "1.1",
    "publishedDate": "2020-01-02T00:00:00Z",
    "publisher": {"name": "Another city"},
    "releases": [RELEASE],
}


def veche(*words: str) -> int:
    """The command line, without its start and its end of the program."""
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    args = parser.parse_args(words)
    return int(args.run(args))


def said(package: Any) -> bytes:
    return json.dumps(package).encode()


def faults_of(package: Any) -> list[str]:
    """What libcoveocds, another's reader, finds wrong, with no network."""
    from libcoveocds.api import ocds_json_output
    from libcoveocds.config import LibCoveOCDSConfig
    from libcoveocds.exceptions import OCDSVersionError

    config = LibCoveOCDSConfig()
    config.config["standard_zip"] = f"file://{SCHEMA}"
    config.config["context"] = "api"
    try:
        told = ocds_json_output(json_data=package, lib_cove_ocds_config=config)
    except OCDSVersionError as fault:
        return [str(fault)]
    assert not told.get("json_deref_error")
    return [*map(str, told["validation_errors"]), *told["additional_closed_codelist_values"]]


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for an address of the network is refused; schemas of the standard come from the
    file that holds them."""
    import requests

    def refused(*_args: Any, **_kwargs: Any) -> Any:
        raise OSError("there is no network in this test")

    def from_file(url: str, *_args: Any, **_kwargs: Any) -> Any:
        base = "https://standard.open-contracting.org/schema/1__1__5/"
        assert url.startswith(base), url
        name = f"standard-1__1__5/schema/{url.removeprefix(base)}"
        response = requests.Response()
        response.status_code = 200
        response._content = zipfile.ZipFile(SCHEMA).read(name)
        return response

    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.setattr(requests, "get", from_file)
    monkeypatch.setattr(requests.Session, "get", lambda _self, url, **_kw: from_file(url))


@there
def test_releases_are_merged_as_the_standard_says() -> None:
    rows = json.loads((DATA / "example/ocds-213czf-000-00001.json").read_text())["releases"]
    name = "example/record/ocds-213czf-000-00001-withversions.json"
    told = json.loads((DATA / name).read_text())["records"][0]
    # In whatever turn they come.
    assert compile_release(rows[::-1]) == told["compiledRelease"]
    assert version_release(rows[::-1]) == told["versionedRelease"]


def test_null_takes_away_and_lists_are_matched_by_their_identifiers() -> None:
    first = {
        **RELEASE,
        "tender": {"id": "t", "title": "x", "tenderers": [{"id": "1"}, {"id": "2"}]},
    }
    second = {
        **RELEASE,
        "id": "2",
        "date": "2020-01-02T00:00:00Z",
        "tender": {"id": "t", "title": None, "tenderers": [{"id": "2", "name": "B"}]},
        "parties": [{"id": "S", "additionalIdentifiers": [{"id": "9"}], "roles": ["supplier"]}],
    }
    made = compile_release([first, second])
    assert made["tender"] == {"id": "t", "tenderers": [{"id": "1"}, {"id": "2", "name": "B"}]}
    assert made["parties"][1]["additionalIdentifiers"] == [{"id": "9"}]
    assert made["parties"][1]["name"] == "Canes"
    assert (made["tag"], made["date"]) == (["compiled"], "2020-01-02T00:00:00Z")
    title = version_release([first, second])["tender"]["title"]
    assert [one["value"] for one in title] == ["x", None]


def _without(*path: Any) -> Callable[[Any], None]:
    def change(package: Any) -> None:
        for step in path[:-1]:
            package = package[step]
        del package[path[-1]]

    return change


def _with(value: Any, *path: Any) -> Callable[[Any], None]:
    def change(package: Any) -> None:
        for step in path[:-1]:
            package = package[step]
        package[path[-1]] = value

    return change


_R = ("releases", 0)
_K = (*_R, "contracts", 0)
BROKEN = {
    "/releases/0/ocid": _without(*_R, "ocid"),
    "/releases/0/id": _with("", *_R, "id"),
    "/releases/0/tag": _with("tender", *_R, "tag"),
    "/releases/0/tag/1": _with(["tender", "bargain"], *_R, "tag"),
    "/releases/0/date": _with("2020-02-30T00:00:00Z", *_R, "date"),
    "/releases/0/contracts/0/dateSigned": _with("1 May 2020", *_K, "dateSigned"),
    "/releases/0/contracts/0/value/amount": _with("12.5", *_K, "value", "amount"),
    "/releases/0/contracts/0/value/currency": _with("COINS", *_K, "value", "currency"),
    "/releases/0/contracts/0/status": _with("signed", *_K, "status"),
    "/releases/0/contracts/0/awardID": _without(*_K, "awardID"),
    "/releases/0/tender/procurementMethod": _with("secret", *_R, "tender", "procurementMethod"),
    "/releases/0/tender/title_ru": _with(5, *_R, "tender", "title_ru"),
    "/releases/0/awards": _with({}, *_R, "awards"),
    "/releases/0/parties/1": _with([{"id": "B"}, {"id": "B"}], *_R, "parties"),
    "/publisher/name": _with({}, "publisher"),
    "/version": _with("1", "version"),
    "/releases": _with([], "releases"),
    "": _without("releases"),
    "/releases/0/buyer/name": _with("a\x00b", *_R, "buyer", "name"),
}


@pytest.mark.parametrize("pointer", BROKEN)
def test_a_broken_package_is_told_by_the_place_of_its_fault(pointer: str) -> None:
    package = copy.deepcopy(PACKAGE)
    assert checker.check(package) == []
    BROKEN[pointer](package)
    assert [one.pointer for one in checker.check(package)] == [pointer]


@there
def test_what_another_reader_finds_wrong_is_found_here(offline: None) -> None:
    for sample in SAMPLES:
        document = json.loads(sample.read_text())
        assert checker.check(document) == [], sample
    assert faults_of(PACKAGE) == []
    for pointer, change in BROKEN.items():
        package = copy.deepcopy(PACKAGE)
        change(package)
        # The other reader looks at no translations, and keeps nothing in a database.
        if pointer and not pointer.endswith(("title_ru", "buyer/name")):
            assert faults_of(package), pointer


def make_contract(world: World, **given: Any) -> Contract:
    """A contract over 1,500,000 that follows a pilot."""
    pilot = world.application("rolled_out")
    made: dict[str, Any] = {
        "number": "44-ФЗ/7", "title": "Canes for the blind", "method": "direct",
        "amount": Decimal("1500000.50"), "signed_on": START.date() + dt.timedelta(days=1),
        "ends_on": START.date() + dt.timedelta(days=200), **given,
    }  # fmt: skip
    return add_contract(by=world.officer, at=START + 2 * DAY, application=pilot, **made)


@there
def test_what_the_city_publishes_passes_another_reader(
    world: World, offline: None, tmp_path: Path
) -> None:
    contract = make_contract(world)
    at = START + 3 * DAY
    wrong = pay(
        by=world.agent, at=at, contract=contract, number="1", amount=Decimal(700_000),
        on=at.date(),
    )  # fmt: skip
    pay(
        by=world.agent, at=at + DAY, contract=contract, number="1", amount=Decimal(70_000),
        on=at.date(), instead=wrong.pk, because="A nought too many was written.",
    )  # fmt: skip
    amend_contract(
        by=world.officer, at=at + 2 * DAY, contract=contract, on=at.date(),
        because="Ten more canes are needed.", amount=Decimal(1_700_000),
    )  # fmt: skip
    amend_contract(
        by=world.officer, at=at + 3 * DAY, contract=contract, on=at.date(),
        because="The company cannot deliver them.", standing="terminated",
    )  # fmt: skip
    import_releases(by=None, at=at, data=said(PACKAGE))

    assert veche("pilots", "ocds", "--output", str(tmp_path)) == 0
    releases, records = (
        json.loads((tmp_path / name).read_text()) for name in ("releases.json", "records.json")
    )
    assert faults_of(releases) == []
    assert faults_of(records) == []
    assert checker.check(releases) == checker.check(records) == []
    tags = [one["tag"] for one in releases["releases"]]
    assert tags == [
        ["tender", "award", "contract"], ["planning", "tender", "award", "contract"],
        ["implementation"], ["implementationUpdate"], ["contractAmendment"],
        ["contractTermination"],
    ]  # fmt: skip
    now = next(one for one in records["records"] if one["ocid"] == contract.ocid)
    told = now["compiledRelease"]["contracts"][0]
    assert (told["status"], told["value"]["amount"]) == ("terminated", 1_700_000)
    paid = told["implementation"]["transactions"]
    assert [one["value"]["amount"] for one in paid] == [70_000]
    amounts = next(one for one in now["versionedRelease"]["contracts"])["value"]["amount"]
    assert [one["value"] for one in amounts] == [1500000.5, 1_700_000]
    # The same rows give the same file.
    made = ocds.releases_package(ocds.published(), releases["uri"])
    assert made is not None and made.package == releases


@there
def test_what_others_published_comes_out_as_it_came(world: World, tmp_path: Path) -> None:
    for sample in SAMPLES:
        import_releases(by=None, at=START, data=sample.read_bytes())
    assert veche("pilots", "ocds", "--output", str(tmp_path)) == 0
    out = json.loads((tmp_path / "releases.json").read_text())["releases"]
    kept = [json.loads(path.read_text()) for path in (tmp_path / "imported").iterdir()]
    for sample in SAMPLES:
        package = json.loads(sample.read_text())
        assert package in kept
        for one in package.get("releases", ()):
            assert one in out
    contract = Contract.objects.get()
    value = out[-1]["contracts"][0]["value"]
    assert (contract.amount, contract.currency) == (value["amount"], value["currency"])
    assert contract.source == out[-1]
    assert (str(contract.buyer), contract.buyer.imported) == ("London Borough of Barnet", True)
    assert [one.amount for one in contract.payments.order_by("pk")]
    with pytest.raises(NoMoreToImport):
        import_releases(by=None, at=START, data=SAMPLES[0].read_bytes())


def test_what_others_tell_of_our_own_contracts_changes_nothing_we_publish(world: World) -> None:
    make_contract(world)
    before = ocds.published()
    mine = copy.deepcopy(dict(before.releases[-1]))
    assert mine["contracts"]
    wrong = {**mine, "id": "another", "date": (START + 900 * DAY).isoformat()}
    wrong["contracts"] = [{**mine["contracts"][0], "value": {"amount": 1, "currency": "RUB"}}]
    import_releases(by=None, at=START, data=said({**PACKAGE, "releases": [wrong, RELEASE]}))
    after = ocds.published()
    own = [one for one in after.releases if one["ocid"] == mine["ocid"]]
    assert own == [one for one in before.releases if one["ocid"] == mine["ocid"]]
    assert RELEASE["ocid"] in {one["ocid"] for one in after.records}
    assert Contract.objects.get(ocid=mine["ocid"]).amount > 1


def test_an_import_follows_what_others_change_and_keeps_nothing_broken(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_releases(by=world.agent, at=START, data=b"\xef\xbb\xbf" + said(PACKAGE))
    later = copy.deepcopy(PACKAGE)
    later["releases"][0] |= {"id": "2", "date": "2020-03-01T00:00:00Z", "tag": ["contractUpdate"]}
    one = later["releases"][0]["contracts"][0]
    one |= {"status": "terminated", "value": {"amount": 20, "currency": "EUR"}}
    one["implementation"]["transactions"][0]["value"]["amount"] = 3
    # A record that holds its releases tells the same as the releases.
    record = {
        **{key: value for key, value in later.items() if key != "releases"},
        "records": [{"ocid": RELEASE["ocid"], "releases": [RELEASE, later["releases"][0]]}],
    }
    done = import_releases(by=world.agent, at=START, data=said(record))
    assert (done.releases, done.known, done.contracts) == (1, 1, 1)
    contract = Contract.objects.get()
    assert (contract.amount, contract.standing, contract.method) == (20, "terminated", "direct")
    assert Amendment.objects.get().amount_before == Decimal("12.50")
    paid = Payment.objects.filter(superseded_by=None)
    assert [one.amount for one in paid] == [3]
    assert contract.source == later["releases"][0]

    wrong = copy.deepcopy(PACKAGE)
    wrong["releases"] = [{**RELEASE, "id": "3"}, {**RELEASE, "id": "4", "date": "soon"}]
    with pytest.raises(BrokenPackage) as refused:
        import_releases(by=world.agent, at=START, data=said(wrong))
    assert refused.value.details["pointers"] == ["/releases/1/date"]
    assert "/releases/1/date" in str(refused.value)
    assert (ImportedPackage.objects.count(), ImportedRelease.objects.count()) == (2, 2)
    for garbage in (b"\xff\xfe", b"{", b"[" * 100_000, b"", b'{"releases": NaN}'):
        with pytest.raises((NotJson, BrokenPackage)):
            import_releases(by=world.agent, at=START, data=garbage)
    file = tmp_path / "broken.json"
    file.write_bytes(said(wrong))
    assert veche("pilots", "ocds", "--import", str(file)) == 1
    assert "/releases/1/date" in capsys.readouterr().err
