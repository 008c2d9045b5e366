"""What a PATCH or a PUT makes of an entity: a merge, a JSON Patch (RFC 6902), or all of it anew."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from veche.city.pulse.operations.things import Patched
from veche.city.pulse.sensorthings import write_words as words
from veche.city.pulse.sensorthings.bodies import object_of, read_json
from veche.city.pulse.sensorthings.documents import entity_document

MOST_STEPS = 200
"""Steps of one JSON Patch."""
LARGEST = 1_000_000
"""Signs of a document of which a part is copied: two hundred steps that copy all of it into itself
would fill any memory."""


def sent(document: Mapping[str, Any]) -> Patched:
    """What was sent, whatever the entity is."""
    return lambda _entity: document


def stepped(kind: str, steps: object) -> Patched:
    """What a JSON Patch makes of the entity's properties.

    Raises:
        words.BadPatch: these are no steps. When it is called: they do not fit the entity.
    """
    if not isinstance(steps, list) or not all(isinstance(one, dict) for one in steps):
        raise words.BadPatch
    if len(steps) > MOST_STEPS:
        raise words.BadPatch

    def patched(entity: Any) -> Mapping[str, Any]:
        import jsonpatch  # type: ignore[import-untyped,unused-ignore]

        whole = entity_document(kind, entity, "")
        before = {name: value for name, value in whole.items() if "@" not in name}
        try:
            after = copy.deepcopy(before)
            for step in steps:
                if step.get("op") == "copy" and len(json.dumps(after)) > LARGEST:
                    raise words.BadPatch
                after = jsonpatch.apply_patch(after, [step], in_place=True)
            after = read_json(json.dumps(after).encode())
        except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as fault:
            raise words.BadPatch from fault
        except (TypeError, KeyError, ValueError, IndexError, AttributeError) as fault:
            raise words.BadPatch from fault  # steps of an unexpected kind
        except RecursionError as fault:
            raise words.BadPatch from fault  # copied into itself, deeper than is read
        return object_of(after)

    return patched
