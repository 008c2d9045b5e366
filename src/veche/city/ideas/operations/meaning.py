"""Ideas that say the same in another language are linked, where the extra is installed.

Called by the worker's step that keeps the index (`similar`), never by a page: the model is loaded
by the worker alone, with the first idea that it reads.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet

from veche.city.ideas.models import SimilarLink, SimilarMeaning, SimilarText
from veche.operation import inside

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Embed = Callable[[list[str]], NDArray[np.float32]]

AT_ONCE = 50
"""Ideas whose meaning is read in one step: about three seconds of the model."""


def waits() -> bool:
    """Whether the meaning of any public idea is still to be read."""
    return _unread().exists()


def _unread() -> QuerySet[SimilarText]:
    read = SimilarMeaning.objects.filter(idea=OuterRef("idea"))
    return SimilarText.objects.filter(~Exists(read), measured__gt=0)


@inside
def read_meanings(most: int = AT_ONCE, embed: Embed | None = None) -> int:
    """Read the meaning of some ideas, the newest first, and link them to those of other languages.

    Returns how many were read; ``embed`` stands in for the model in tests.

    Raises:
        veche.operation.OutsideOperation: no operation is under way.
    """
    import numpy as np

    from veche.city.ideas.similar.meaning import language_of, partners, vectors

    some = list(
        _unread().order_by("-idea").values_list("idea_id", "idea__title", "idea__text")[:most]
    )
    if not some:
        return 0
    texts = [f"{title} {text}" for _pk, title, text in some]
    SimilarMeaning.objects.bulk_create(
        [
            SimilarMeaning(
                idea_id=pk,
                script=language_of(text),
                vector=vector.astype(np.float16).tobytes(),
            )
            for (pk, _title, _text), text, vector in zip(
                some, texts, vectors(texts, embed), strict=True
            )
        ]
    )
    every = list(
        SimilarMeaning.objects.filter(idea__public=True, idea__into__isnull=True)
        .order_by("idea")
        .values_list("idea_id", "script", "vector")
    )
    given = np.frombuffer(b"".join(bytes(one[2]) for one in every), np.float16)
    table = given.reshape(len(every), -1).astype(np.float32)
    places = {pk: place for place, (pk, _script, _vector) in enumerate(every)}
    asked = [places[pk] for pk, _title, _text in some if pk in places]
    links: dict[tuple[int, int], float] = {}
    for one, other, score in partners(table, [script for _pk, script, _v in every], asked):
        links[every[one][0], every[other][0]] = links[every[other][0], every[one][0]] = score
    SimilarLink.objects.bulk_create(
        [
            SimilarLink(idea_id=one, other_id=other, score=score, across=True)
            for (one, other), score in links.items()
        ],
        ignore_conflicts=True,
    )
    return len(some)
