"""The landing page: the sets, what is kept of the standard, and how."""

from __future__ import annotations

from typing import Any, Final

from veche.city.pulse.operations.entities import MOST
from veche.city.pulse.sensorthings import batch, geometry
from veche.city.pulse.sensorthings.entities import SETS
from veche.city.pulse.sensorthings.grammar import DEEPEST_EXPAND

_SPEC: Final = "http://www.opengis.net/spec/iot_sensing/1.1"

CONFORMANCE: Final[dict[str, str]] = (
    {
        f"{_SPEC}/req/datamodel": "test_reading.py::test_sets_and_their_properties",
        f"{_SPEC}/req/resource-path/resource-path-to-entities": "test_reading.py::test_paths",
        f"{_SPEC}/req/request-data": "test_reading.py::test_options",
        f"{_SPEC}/req/request-data/order": "test_reading.py::test_expand",
        f"{_SPEC}/req/request-data/expand": "test_reading.py::test_expand",
        f"{_SPEC}/req/request-data/select": "test_reading.py::test_options",
        f"{_SPEC}/req/request-data/orderby": "test_reading.py::test_pages_follow_one_another",
        f"{_SPEC}/req/request-data/top": "test_reading.py::test_options",
        f"{_SPEC}/req/request-data/skip": "test_reading.py::test_options",
        f"{_SPEC}/req/request-data/count": "test_reading.py::test_options",
        f"{_SPEC}/req/request-data/filter": "test_vectors.py::test_vector",
        f"{_SPEC}/req/request-data/built-in-filter-operations": "test_vectors.py::test_vector",
        f"{_SPEC}/req/request-data/built-in-query-functions": "test_vectors.py::test_vector",
        f"{_SPEC}/req/request-data/pagination": (
            "test_reading.py::test_pages_of_readings_follow_one_another"
        ),
        f"{_SPEC}/req/request-data/status-code": "test_reading.py::test_what_cannot_be_asked",
        f"{_SPEC}/req/data-array/data-array": "test_writes.py::test_arrays_are_answered_row_by_row",
    }
    | {
        f"{_SPEC}/req/create-update-delete/{name}": f"test_writes.py::{test}"
        for name, test in (
            ("create-entity", "test_a_deep_insert_makes_everything_at_once"),
            ("link-to-existing-entities", "test_links_lead_to_what_is_there"),
            ("deep-insert", "test_what_is_inside_out_is_made_as_well"),
            ("deep-insert-status-code", "test_what_cannot_be_is_refused_in_words"),
            ("update-entity", "test_a_patch_merges_and_takes_away"),
            ("update-entity-put", "test_a_put_is_the_whole_entity"),
            ("update-entity-jsonpatch", "test_a_json_patch_changes_what_it_points_at"),
            ("delete-entity", "test_removing_takes_what_cannot_be_without_it"),
            ("historical-location-auto-creation", "test_a_new_location_makes_the_old_one_history"),
            ("historical-location-manual-creation", "test_a_newer_history_says_where_the_thing_is"),
        )
    }
    | {
        f"{_SPEC}/req/multi-datastream/{name}": "test_writes.py::test_streams_of_several_results"
        for name in ("properties", "relations", "constraints")
    }
)
"""What is claimed, and the test that vouches for it: without one nothing may be claimed."""


def page(base: str) -> dict[str, Any]:
    """The landing page of the service at ``base``."""
    return {
        "value": [{"name": name, "url": f"{base}/{name}"} for name in SETS],
        "serverSettings": {
            "conformance": list(CONFORMANCE),
            "geometry": (
                "Boxes in the database, then the exact shape of every candidate"
                f" (at most {geometry.MOST} a question). Distances and lengths are in degrees."
            ),
            "expand": {"levels": DEEPEST_EXPAND},
            "writing": {
                "key": "Basic (the source's code and its key) or Bearer (the key).",
                "entities": MOST,
                "batch": f"The JSON form, at most {batch.MOST} requests.",
                "description": f"{base}/api",
            },
        },
    }
