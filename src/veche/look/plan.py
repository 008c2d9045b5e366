"""Still maps in pure Python: outlines, a few features, marks and clusters become one SVG.

Equirectangular, narrowed by the cosine of the latitude. The ground is drawn in a scaled inner
picture; names and marks are placed in per cent on an unscaled layer, so that letters and targets
keep their size at any width. Every mark is a link (44 px wide to a finger); the list beside the
map says the same for those who cannot see it.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from veche.look.shapes import Feature, Mark, Outline, near
from veche.look.window import (
    RATIOS,
    WIDTH,
    Bounds,
    Cluster,
    Frame,
    Point,
    around,
    cluster,
    frame,
)

__all__ = [
    "Bounds",
    "Cluster",
    "Feature",
    "Mark",
    "Outline",
    "Plan",
    "Point",
    "around",
    "cluster",
    "draw",
    "frame",
]

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in units of the inner picture."""

SHARES = ("share-1", "share-2", "share-3", "share-4")
_SEEN_WIDTH = 360.0  # the width in pixels for which names are kept apart; wider has more room
_CIRCLE_WIDTH = 600.0  # the same for circles, which crowd sooner
_CACHE_SIZE = 64
_MOST_NAMES = 14
# Windows lower than this (degrees) show the names of a kind.
_NAMED = {"river": 1.0, "water": 1.0, "park": 0.05, "rail": 0.03, "road": 0.03, "street": 0.014}
_ALIASES = {"main": "road", "railway": "rail"}
# Where a name may stand instead, in pixels: right and down, nearest first.
_SHIFTS = tuple(
    sorted(
        ((r, d) for r in (0.0, -40.0, 40.0, -75.0, 75.0) for d in (0.0, -22.0, 22.0, -44.0, 44.0)),
        key=lambda move: abs(move[0]) + abs(move[1]),
    )
)

# Where a circle may step aside, in its radii: right and down, nearest first.
_FARTHEST = 2.4
_STEPS = tuple(
    (step * math.cos(turn * math.pi / 4), step * math.sin(turn * math.pi / 4))
    for step in (0.0, 0.5, 0.9, 1.3, 1.8, _FARTHEST)
    for turn in range(8 if step else 1)
)


@dataclass(frozen=True)
class Plan:
    """A map to be drawn.

    ``key`` names outlines and features that do not change (a town, a version): the ground drawn
    for the same key, bounds and ratio is remembered.
    """

    bounds: Bounds
    outlines: Sequence[Outline] = ()
    features: Sequence[Feature] = ()
    marks: Sequence[Mark] = ()
    clusters: Sequence[Cluster] = ()
    title: str = ""
    ratio: str = "4x3"
    key: str = ""
    names: bool = True


# Drawing --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Name:
    """A name of the ground, and the free spots it may take: where its middle is, and its box."""

    text: str
    css: str
    spots: tuple[tuple[float, float, Box], ...]
    reach: Box
    """What holds all spots."""


_grounds: OrderedDict[tuple[object, ...], tuple[str, tuple[_Name, ...]]] = OrderedDict()


def draw(view: Plan) -> str:
    """The map as an SVG string; pages put it into ``<div class="map">``."""
    window = frame(view.bounds, view.ratio)
    ground, wanted = _ground(view, window)
    taken: list[Box] = []
    marks = [_mark(m, window, taken) for m in view.marks]
    circles: list[Box] = []
    for one in view.marks:
        _take(circles, *window.place(one.lon, one.lat), *[28 * WIDTH / _CIRCLE_WIDTH] * 2)
    # Clusters give way to marks, small ones to large ones; marks are painted above them.
    ordered = sorted(view.clusters, key=lambda one: -one.count)
    marks = [_cluster(c, window, circles) for c in ordered] + marks
    taken += circles
    names = _names(wanted, window, taken) if view.names else []
    title = escape(view.title)
    shape = view.ratio if view.ratio in RATIOS else "4x3"
    return (
        f'<svg class="plan plan-{shape}" role="group" aria-label="{title}">'
        f'<svg class="geo {window.reach}" viewBox="0 0 {WIDTH:.0f} {window.height:.0f}" '
        f'width="100%" height="100%" preserveAspectRatio="xMidYMid slice" aria-hidden="true">'
        f"{ground}</svg>{''.join(names)}{''.join(marks)}</svg>"
    )


def _ground(view: Plan, window: Frame) -> tuple[str, tuple[_Name, ...]]:
    """What is drawn under the marks, and the names that look for room between them."""
    if not view.key:
        return _draw_ground(view, window), _wanted(view, window)
    key = (view.key, view.bounds, view.ratio)
    known = _grounds.get(key)
    if known is None:
        known = _grounds[key] = _draw_ground(view, window), _wanted(view, window)
        while len(_grounds) > _CACHE_SIZE:
            _grounds.popitem(last=False)
    return known


def _draw_ground(view: Plan, window: Frame) -> str:
    cities = [o for o in view.outlines if o.kind == "city"]
    parts = [_area(o.rings, window, "land") for o in cities or view.outlines]
    parts += [_area(o.rings, window, "focus-land") for o in view.outlines if o.kind == "focus"]
    parts += [_area(o.rings, window, o.kind) for o in view.outlines if o.kind in SHARES]
    by_kind: dict[str, list[str]] = {}
    for feature in near(view.features, window):
        kind = _kind(feature)
        if kind == "lane" and window.reach == "far":
            continue  # from afar lanes would only whiten the land
        if path := _path(feature.points, window, kind in ("park", "water")):
            by_kind.setdefault(kind, []).append(path)
    for kind in ("park", "water", "river", "lane", "street", "road", "rail"):
        if paths := by_kind.get(kind):
            joined = "".join(paths)
            parts.append(f'<path class="{kind}" d="{joined}"/>')
            if kind == "rail":
                parts.append(f'<path class="ties" d="{joined}"/>')
    for outline in view.outlines:
        css = {"city": "rim", "focus": "focus"}.get(outline.kind, "border")
        parts.append(_area(outline.rings, window, css))
    return "".join(parts)


def _kind(feature: Feature) -> str:
    """The kind as it is drawn; a river whose line is closed is an area of water."""
    kind = _ALIASES.get(feature.kind, feature.kind)
    if kind == "river" and len(feature.points) > 3 and feature.points[0] == feature.points[-1]:
        return "water"
    return kind


def _area(rings: Sequence[Sequence[Point]], window: Frame, css: str) -> str:
    path = "".join(_path(ring, window, True) for ring in rings)
    return f'<path class="{css}" fill-rule="evenodd" d="{path}"/>' if path else ""


def _path(points: Sequence[Point], window: Frame, closed: bool) -> str:
    """The path's letters; nothing when it lies outside; points that fall together are left out."""
    placed = [window.place(lon, lat) for lon, lat in points]
    if not placed:
        return ""
    xs, ys = [p[0] for p in placed], [p[1] for p in placed]
    if max(xs) < 0 or min(xs) > WIDTH or max(ys) < 0 or min(ys) > window.height:
        return ""
    kept = [placed[0]]
    least = 2.5 if window.reach == "far" else 1.0
    for point in placed[1:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= least:
            kept.append(point)
    if len(placed) > 1:
        kept.append(placed[-1])
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in kept) + ("Z" if closed else "")


def _at(x: float, y: float, window: Frame) -> str:
    return f'x="{x / WIDTH * 100:.2f}%" y="{y / window.height * 100:.2f}%"'


def _take(taken: list[Box], x: float, y: float, wide: float, tall: float) -> None:
    taken.append((x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2))


def _link(inside: str, href: str, title: str, place: str) -> str:
    name = escape(title)
    if not href:
        return f'<svg {place}><g role="img" aria-label="{name}">{inside}</g></svg>'
    return f'<svg {place}><a href="{escape(href)}" aria-label="{name}">{inside}</a></svg>'


def _mark(mark: Mark, window: Frame, taken: list[Box]) -> str:
    x, y = window.place(mark.lon, mark.lat)
    if not window.holds(x, y):
        return ""
    pixel = WIDTH / _SEEN_WIDTH
    label = escape(mark.label)
    text = f'<text class="pin-text">{label}</text>' if label else ""
    if mark.tone == "me":
        shape = '<circle class="halo" r="30"/><circle class="pin pin-me" r="9"/>'
    elif mark.tone == "late":
        shape = f'<path class="pin pin-late" d="M0-17L17 0 0 17-17 0z"/>{text}'
    elif mark.tone == "hot" and not label:
        shape = (
            '<path class="pin" d="M0 1C-6-9-14-16-14-26a14 14 0 0 1 28 0C14-16 6-9 0 1z"/>'
            '<circle class="pin pin-hot" cy="-26" r="6"/>'
        )
        _take(taken, x, y - 20 * pixel, 36 * pixel, 44 * pixel)
    else:
        shape = f'<circle class="pin{" pin-hot" if mark.tone == "hot" else ""}" r="14"/>{text}'
    _take(taken, x, y, 36 * pixel, 36 * pixel)
    hit = '<circle class="hit" r="22"/>' if mark.href else ""
    spoken = f"{mark.label}. {mark.title}" if mark.label and mark.title else mark.title
    return _link(hit + shape, mark.href, spoken or mark.label, _at(x, y, window))


def _cluster(one: Cluster, window: Frame, taken: list[Box]) -> str:
    x, y = window.place(one.lon, one.lat)
    if not window.holds(x, y):
        return ""
    radius = min(28.0, 11 + 2.2 * math.log2(max(1, one.count)))
    x, y = _aside(x, y, radius * WIDTH / _CIRCLE_WIDTH, window, taken)
    hit = f'<circle class="hit" r="{max(22.0, radius):.0f}"/>' if one.href else ""
    shape = (
        f'{hit}<circle class="pin pin-many" r="{radius:.0f}"/>'
        f'<text class="pin-text pin-text-many">{one.count}</text>'
    )
    return _link(shape, one.href, one.title or str(one.count), _at(x, y, window))


def _aside(
    x: float, y: float, radius: float, window: Frame, taken: list[Box]
) -> tuple[float, float]:
    """The nearest free spot for a circle: a count speaks of a neighbourhood, so it may step aside.

    Where all is crowded it stays.
    """
    half = radius * 0.88  # the corners of the box are empty
    reach = half + _FARTHEST * radius
    near = _touching((x - reach, y - reach, x + reach, y + reach), taken)
    for right, down in _STEPS:
        at = (x + right * radius, y + down * radius)
        box = (at[0] - half, at[1] - half, at[0] + half, at[1] + half)
        if window.holds(*at, radius) and _free(box, near):
            taken.append(box)
            return at
    taken.append((x - half, y - half, x + half, y + half))
    return x, y


def _touching(box: Box, taken: Sequence[Box]) -> list[Box]:
    """Those of the taken boxes that touch this one."""
    left, top, right, bottom = box
    return [b for b in taken if left < b[2] and b[0] < right and top < b[3] and b[1] < bottom]


def _wanted(view: Plan, window: Frame) -> tuple[_Name, ...]:
    """The names of the ground with the spots in the window they may take, districts first."""
    wanted: list[tuple[int, str, float, float, str]] = []
    focused = {one.name for one in view.outlines if one.kind == "focus"}
    for outline in view.outlines:
        if not outline.name or outline.kind == "city" or not outline.rings:
            continue
        if outline.kind == "neighbourhood" and window.degrees > 0.06:
            continue
        if outline.kind == "district" and outline.name in focused:
            continue  # it is named as the focus
        x, y = window.place(*outline.middle)
        rank = {"focus": 0, "district": 1}.get(outline.kind, 3)
        wanted.append((rank, outline.name, x, y, "" if rank < 3 else "name-small"))
    for feature in near(view.features, window):
        if feature.name and window.degrees < _NAMED.get(_kind(feature), 0.02):
            inside = [
                p for p in (window.place(*q) for q in feature.points) if window.holds(*p, 60.0)
            ]
            if inside:
                x, y = inside[len(inside) // 2]
                water = _kind(feature) in ("river", "water")
                wanted.append((2, feature.name, x, y, "name-water" if water else "name-small"))
    pixel = WIDTH / _SEEN_WIDTH
    found = []
    for _, name, x, y, css in sorted(wanted, key=lambda w: w[0]):
        lines = name.split("\n")
        wide = pixel * max(
            sum(13.0 if ord(letter) > 0x2E80 else 7.4 for letter in line) for line in lines
        )
        tall = 17.0 * pixel * len(lines)
        spots = []
        for right, down in _SHIFTS:
            spot, at = x + right * pixel, y + down * pixel
            box = (spot - wide / 2, at - tall / 2, spot + wide / 2, at + tall / 2)
            if not (box[0] < 0 or box[2] > WIDTH or box[1] < 0 or box[3] > window.height):
                spots.append((spot, at, box))
        if spots:
            lefts, tops, rights, bottoms = zip(*(box for _, _, box in spots), strict=True)
            reach = (min(lefts), min(tops), max(rights), max(bottoms))
            css = f' class="{css}"' if css else ""
            found.append(_Name(_lines(lines), css, tuple(spots), reach))
    return tuple(found)


def _lines(lines: Sequence[str]) -> str:
    """A name of one line, or of several under each other around its middle."""
    if len(lines) == 1:
        return escape(lines[0])
    first = -(len(lines) - 1) / 2
    return "".join(
        f'<tspan x="0" dy="{(first if n == 0 else 1) * 1.2:g}em">{escape(line)}</tspan>'
        for n, line in enumerate(lines)
    )


def _names(wanted: Sequence[_Name], window: Frame, taken: list[Box]) -> list[str]:
    """Names that find room; the rest stay away rather than overlap."""
    drawn: list[str] = []
    for name in wanted:
        if len(drawn) >= _MOST_NAMES:
            break
        near = _touching(name.reach, taken)
        for x, y, box in name.spots:
            if _free(box, near):
                taken.append(box)
                drawn.append(
                    f'<svg {_at(x, y, window)} aria-hidden="true">'
                    f"<text{name.css}>{name.text}</text></svg>"
                )
                break
    return drawn


def _free(box: Box, taken: Sequence[Box]) -> bool:
    """Whether nothing taken touches the box. Asked some thousand times a map: plain loops."""
    left, top, right, bottom = box
    for one in taken:
        if left < one[2] and one[0] < right and top < one[3] and one[1] < bottom:
            return False
    return True
