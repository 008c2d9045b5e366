"""What is published about territories."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from veche.figures import Column, Dataset, Figure, count, count_where, is_null

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
OBJECTS = Dataset(
    name="objects",
    title=_("Objects of the city"),
    description=_(
        "Lamps, stops, playgrounds and other things with an identifier: what the registry says."
    ),
    columns=(
        Column("kind", "text", _("Code of the kind of object.")),
        Column("identifier", "text", _("Identifier, unique within its kind.")),
        Column("name_en", "text", _("Name in English."), nullable=True),
        Column("name_ru", "text", _("Name in Russian."), nullable=True),
        Column("name_zh", "text", _("Name in Chinese."), nullable=True),
        Column("address", "text", _("Where it is, in words."), nullable=True),
        Column("lat", "number", _("Latitude in degrees, WGS 84.")),
        Column("long", "number", _("Longitude in degrees, WGS 84.")),
        Column("outline", "text", _("Outline as a GeoJSON geometry, WGS 84."), nullable=True),
        Column("territory", "text", _("Code of the territory it stands in.")),
        Column("district", "text", _("Code of the district it stands in."), nullable=True),
        Column("owner", "text", _("Code of the organisation it belongs to."), nullable=True),
        Column("since", "date", _("The first day it stands there."), nullable=True),
        Column("until", "date", _("The first day it no longer stands there."), nullable=True),
        Column("source", "text", _("The register it was brought from last."), nullable=True),
    ),
    sql="""SELECT k.code AS kind, b.identifier, b.names->>'en' AS name_en,
        b.names->>'ru' AS name_ru, b.names->>'zh' AS name_zh, nullif(b.address, '') AS address,
        round(b.latitude::numeric, 6) AS lat, round(b.longitude::numeric, 6) AS long,
        b.outline::text AS outline, t.code AS territory, d.code AS district, o.code AS owner,
        b.since, b.until, nullif(b.source, '') AS source
        FROM places_cityobject b JOIN places_objectkind k ON k.id = b.kind_id
        JOIN places_territory t ON t.id = b.territory_id
        LEFT JOIN places_territory d ON d.id = t.district_id
        LEFT JOIN organisations_organisation o ON o.id = b.owner_id""",
    key=("kind", "identifier"),
)
CHANGES = Dataset(
    name="object_changes",
    title=_("Changes of objects"),
    description=_(
        "What was said of each object, when and on whose word: the rows of “Objects” follow "
        "from these."
    ),
    columns=(
        Column("change", "integer", _("Number of the change; later ones are larger.")),
        Column("kind", "text", _("Code of the kind of object.")),
        Column("identifier", "text", _("Identifier, unique within its kind.")),
        Column("what", "text", _("added, changed, ended or restored.")),
        Column("datetime", "moment", _("When it was said.")),
        Column("before", "text", _("What was changed, as it was, in JSON.")),
        Column("after", "text", _("The same as it is from then on, in JSON.")),
        Column("source", "text", _("The register, or correction."), nullable=True),
        Column("matter", "text", _("Number of the correction it answers."), nullable=True),
    ),
    sql="""SELECT h.id AS change, k.code AS kind, b.identifier, h.what, h.at AS datetime,
        h.before::text AS before, h.after::text AS after, nullif(h.source, '') AS source,
        nullif(h.matter, '') AS matter
        FROM places_objectchange h JOIN places_cityobject b ON b.id = h.object_id
        JOIN places_objectkind k ON k.id = b.kind_id""",
    key=("change",),
)
DATASETS = (TERRITORIES, OBJECTS, CHANGES)
FIGURES = (
    Figure(
        name="territories_by_kind",
        title=_("How many territories of each kind are there?"),
        dataset="territories",
        by=("kind", "imported"),
        measures=(count("territories", _("territories")),),
    ),
    Figure(
        name="objects_by_kind",
        title=_("How many objects of each kind does the registry list?"),
        dataset="objects",
        by=("kind",),
        measures=(
            count("objects", _("objects")),
            count_where("standing", is_null("until"), title=_("without a last day")),
            count_where("owner_unknown", is_null("owner"), title=_("owner not known")),
        ),
    ),
    Figure(
        name="objects_by_district",
        title=_("How many objects stand in each district?"),
        dataset="objects",
        by=("district", "kind"),
        where=(is_null("until"),),
        measures=(count("objects", _("objects")),),
    ),
    Figure(
        name="object_changes_by_source",
        title=_("On whose word was the registry changed?"),
        dataset="object_changes",
        by=("source", "what"),
        measures=(count("changes", _("changes")),),
    ),
)
