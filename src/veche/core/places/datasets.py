"""What is published about territories."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.figures import Column, Dataset, Figure, count

TERRITORIES = Dataset(
    name="territories",
    title=_("Territories"),
    description=_("Cities, districts and neighbourhoods with their outlines."),
    columns=(
        Column("code", "text", _("Code of the territory.")),
        Column("kind", "text", _("city, district or neighbourhood.")),
        Column("name_en", "text", _("Name in English."), nullable=True),
        Column("name_ru", "text", _("Name in Russian."), nullable=True),
        Column("name_zh", "text", _("Name in Chinese."), nullable=True),
        Column("parent", "text", _("Code of the territory it lies in."), nullable=True),
        Column("outline", "text", _("Outline as a GeoJSON geometry, WGS 84.")),
        Column("imported", "boolean", _("Whether it was met in an import only.")),
        Column(
            "drawn_around",
            "boolean",
            _("Whether the outline was drawn around the records of an import."),
        ),
    ),
    sql="""SELECT t.code, t.kind, t.names->>'en' AS name_en, t.names->>'ru' AS name_ru,
        t.names->>'zh' AS name_zh, p.code AS parent, t.outline::text AS outline, t.imported,
        t.drawn_around
        FROM places_territory t LEFT JOIN places_territory p ON p.id = t.parent_id""",
    key=("code",),
)
DATASETS = (TERRITORIES,)
FIGURES = (
    Figure(
        name="territories_by_kind",
        title=_("How many territories of each kind are there?"),
        dataset="territories",
        by=("kind", "imported"),
        measures=(count("territories", _("territories")),),
    ),
)
