"""Packages of releases and of records (OCDS 1.1), and the record of one process."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from veche.city.pilots.engines.ocds_build import stamp
from veche.city.pilots.engines.ocds_merge import compile_release, in_turn, version_release

VERSION = "1.1"


@dataclass(frozen=True)
class PublisherTold:
    """Who publishes the packages, and under what."""

    name: str
    uri: str
    license: str
    policy: str


def release_package(
    releases: Iterable[Mapping[str, Any]], *, uri: str, at: dt.datetime, publisher: PublisherTold
) -> dict[str, Any]:
    """A release package. ``at`` is when its newest release was published."""
    return {**_package(uri, at, publisher), "releases": list(releases)}


def record_package(
    records: Iterable[Mapping[str, Any]], *, uri: str, at: dt.datetime, publisher: PublisherTold
) -> dict[str, Any]:
    """A record package."""
    return {**_package(uri, at, publisher), "records": list(records)}


def _package(uri: str, at: dt.datetime, publisher: PublisherTold) -> dict[str, Any]:
    return {
        "uri": uri,
        "version": VERSION,
        "publishedDate": stamp(at),
        "publisher": {"name": publisher.name, "uri": publisher.uri},
        "license": publisher.license,
        "publicationPolicy": publisher.policy,
    }


def record_of(releases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The record of one process: its releases, how it stands, and how it came to stand so."""
    rows = in_turn(releases)
    return {
        "ocid": rows[0]["ocid"],
        "releases": [dict(one) for one in rows],
        "compiledRelease": compile_release(rows),
        "versionedRelease": version_release(rows),
    }
