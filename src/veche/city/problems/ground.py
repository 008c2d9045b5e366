"""The ground of maps is drawn in `veche.core.places.ground`; pages of problems name it here."""

from __future__ import annotations

from veche.core.places.ground import (
    PICTURE_SIDE,
    Ground,
    clicked,
    collection,
    ground,
    picture,
    plan,
)

__all__ = ["PICTURE_SIDE", "Ground", "clicked", "collection", "ground", "picture", "plan"]
