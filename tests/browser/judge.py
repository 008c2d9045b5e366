"""How a page is judged: by axe in light and in dark, and by its width on a phone.

Whether words can be read on what lies under them costs axe most of its time, and depends on
colours and sizes alone: each of their combinations is judged once in a run, wherever it is met
first, in both themes. Every other rule is asked of every page, but of pages that are built alike
to the last element (as one page is in several languages) only once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import axe_playwright_python

PHONE, DESK = 390, 1280
SIZES: dict[int, dict[str, Any]] = {
    PHONE: {"viewport": {"width": PHONE, "height": 844}, "is_mobile": True, "has_touch": True},
    DESK: {"viewport": {"width": DESK, "height": 800}},
}
THEMES = ("dark", "light")
"""The last is how the page stands afterwards."""
RULES = """async () => (await axe.run(
  {include: [['html']], exclude: [['tbody tr:nth-child(n+7)'], ['.rows > li:nth-child(n+7)']]},
  {rules: {'color-contrast': {enabled: false}, 'link-in-text-block': {enabled: false}},
   resultTypes: ['violations'], reporter: 'no-passes', preload: false, iframes: false},
)).violations.map(v => v.id + ': ' + v.nodes.map(
  n => n.target.join(' ') + ' | ' + n.html.slice(0, 160)).join('; '))"""
"""What axe finds beside colours. The rows of a list after its sixth are made like those before."""
BUILD = """() => {
  const late = 'tbody tr:nth-child(n+7), tbody tr:nth-child(n+7) *, ' +
    '.rows > li:nth-child(n+7), .rows > li:nth-child(n+7) *';
  const root = document.documentElement, ids = new Map();
  for (const one of document.querySelectorAll('[id]')) ids.set(one.id, (ids.get(one.id) || 0) + 1);
  const known = refs => refs.split(' ').map(id => ids.get(id) || 0);
  const of = one => [one.tagName, one.parentElement && one.parentElement.tagName,
    [...one.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim()),
    ids.get(one.id) || 0,
    ...[...one.attributes].filter(a => a.name !== 'id' && !a.name.startsWith('data-')
      && !(one.hreflang && /lang|aria-current/.test(a.name))).map(a => {
      if (/^(for|list|aria-(labelledby|describedby|controls|owns|details))$/.test(a.name))
        return [a.name, ...known(a.value)];
      if (/^(aria-label|label|alt|title|placeholder|href|src|action|content|value)$/.test(a.name))
        return [a.name, !!a.value.trim()];
      if (/^(d|x|y|x1|x2|y1|y2|cx|cy|r|width|height|points|transform|viewBox|name|nonce|srcset)$/
        .test(a.name)) return [a.name];
      return [a.name, a.value];
    })];
  return JSON.stringify([root.lang.toLowerCase() === location.pathname.split('/')[1],
    !!document.title.trim(), innerWidth,
    ...[...document.querySelectorAll('body, body *')].filter(one => !one.matches(late)).map(of)]);
}"""
"""How the page is built: all that the rules look at but words, shapes and where links lead."""
SHADES = """(theme) => {
  const shades = new Map();
  const place = location.pathname.replace(/^\\/[^/]+/, '').replace(/[^/]*[0-9][^/]*/g, '0');
  const known = new Map();
  const under = one => {
    if (known.has(one)) return known.get(one);
    const style = getComputedStyle(one), parts = [];
    if (style.opacity !== '1') parts.push(style.opacity);
    if (style.filter !== 'none') parts.push(style.filter);
    if (style.position !== 'static') parts.push(style.position);
    if (style.backgroundImage !== 'none') parts.push(style.backgroundImage);
    if (!/^rgba.*, 0\\)$/.test(style.backgroundColor)) parts.push(style.backgroundColor);
    const whole = parts.join(' ') + (one.parentElement ? '|' + under(one.parentElement) : '');
    known.set(one, whole.replace(/\\|+/g, '|'));
    return known.get(one);
  };
  for (const one of document.body.querySelectorAll('*')) {
    const speaks = one.matches('input, select, textarea')
      || [...one.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim());
    if (!speaks || one.matches('option, svg *')) continue;
    if (!one.checkVisibility({visibilityProperty: true})) continue;
    const own = getComputedStyle(one), over = under(one);
    const shade = [theme, own.color, own.fontSize, own.fontWeight, own.textShadow,
      own.textDecorationLine, one.tagName === 'A' && !!one.closest('p, li, dd, td'), over,
      /absolute|fixed|sticky/.test(over) ? '@' + place : ''].join('|');
    if (!shades.has(shade)) shades.set(shade, []);
    if (shades.get(shade).length < 2) shades.get(shade).push(one);
  }
  window.shades = shades;
  return [...shades.keys()];
}"""
"""The combinations of colours and sizes on the page; two elements of each are kept at hand. What
is moved from its place may lie on anything: it is taken anew on every kind of page."""
CONTRAST = """async (fresh) => {
  const ones = fresh.flatMap(shade => window.shades.get(shade));
  const found = await axe.run({include: ones}, {
    runOnly: ['color-contrast', 'link-in-text-block'], elementRef: true,
    resultTypes: ['violations', 'passes'], preload: false, iframes: false});
  const judged = new Set([...found.passes, ...found.violations].flatMap(
    rule => rule.nodes.map(n => n.element)));
  return {
    judged: fresh.filter(shade => window.shades.get(shade).some(one => judged.has(one))),
    broken: found.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ') + ' | '
      + n.html.slice(0, 160) + ' | ' + n.any.map(c => c.message).join(' ')).join('; ')),
  };
}"""
"""Whether words of these combinations can be read; which of them axe could judge."""
MOST_TRIES = 4
"""Kinds of pages on which a combination is judged that was moved from its place, or that axe cannot
judge."""
WIDEST = """(width) => [...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > width + 1)
  .slice(0, 5).map(one => one.tagName + '.' + one.className + ' '
    + one.textContent.trim().slice(0, 40)).join('; ')"""
"""What sticks out to the right."""


@cache
def _axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


def _stem(shade: str) -> str:
    """A combination without the place where it was met."""
    return shade.partition("@")[0]


@dataclass
class Judge:
    """What was judged in this run, so that it is judged once."""

    builds: set[int] = field(default_factory=set)
    shades: set[str] = field(default_factory=set)
    tries: Counter[str] = field(default_factory=Counter)
    """Of every combination, wherever it was met."""

    def faults(self, page: Any, *, wide: int = 0) -> list[str]:
        """What is wrong with the page that is open; ``wide`` is its width when not a phone's."""
        found = [*self._width(page, wide)]
        build = hash(page.evaluate(BUILD))
        if build not in self.builds:
            self._bring_axe(page)
            broken = page.evaluate(RULES)
            found += broken
            if not broken:
                self.builds.add(build)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            fresh = [one for one in page.evaluate(SHADES, theme) if self._is_fresh(one)]
            if fresh:
                self._bring_axe(page)
                said = page.evaluate(CONTRAST, fresh)
                if not said["broken"]:
                    self.shades |= set(said["judged"])
                    self.tries.update(_stem(one) for one in fresh)
                found += [f"{theme}: {broken}" for broken in said["broken"]]
        return found

    def _is_fresh(self, shade: str) -> bool:
        return shade not in self.shades and self.tries[_stem(shade)] < MOST_TRIES

    def _bring_axe(self, page: Any) -> None:
        if not page.evaluate("'axe' in window"):
            page.evaluate(_axe())

    def _width(self, page: Any, wide: int) -> list[str]:
        if wide:
            page.set_viewport_size(SIZES[PHONE]["viewport"])
        over = page.evaluate("document.documentElement.scrollWidth") - PHONE
        sticks = f"{over} pixels wider than a phone: {page.evaluate(WIDEST, PHONE)}"
        if wide:
            page.set_viewport_size(SIZES[wide]["viewport"])
        return [sticks] if over > 0 else []
