// The report page: a live map and a category found by a word. The page works without this file.
(() => {
  "use strict";

  // A word typed above the choices hides those that do not hold it.
  const search = document.querySelector("[data-filters]");
  const select = search && document.getElementById(search.dataset.filters);
  if (select) {
    const all = [...select.options].map((option) => ({
      option, place: option.parentElement,
      text: `${option.parentElement.label || ""} ${option.textContent}`.toLowerCase().replace(/ё/g, "е"),
    }));
    search.addEventListener("input", () => {
      const word = search.value.trim().toLowerCase().replace(/ё/g, "е");
      const fits = all.filter((one) => !word || !one.option.value || one.text.includes(word));
      for (const one of all) {
        const keep = fits.includes(one) || one.option.selected;
        one.option.hidden = one.option.disabled = !keep;
      }
      for (const shelf of select.querySelectorAll("optgroup")) {
        shelf.hidden = ![...shelf.children].some((option) => !option.hidden);
      }
      const real = fits.filter((one) => one.option.value);
      if (word && real.length === 1 && select.value !== real[0].option.value) {
        select.value = real[0].option.value;
        select.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
    search.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      select.focus();
    });
  }

  const box = document.getElementById("place-map");
  if (!box || !window.L) return;
  const lon = document.getElementById("id_longitude");
  const lat = document.getElementById("id_latitude");
  const said = document.querySelector("[data-map-said]");
  const colour = (name) => getComputedStyle(box).getPropertyValue(`--${name}`).trim();
  const [west, south, east, north] = box.dataset.bounds.split(",").map(Number);
  const bounds = L.latLngBounds([south, west], [north, east]);
  const map = L.map(box, { attributionControl: false, zoomControl: false, keyboard: true, zoomSnap: 0.5, maxBounds: bounds.pad(0.4), minZoom: 8, maxZoom: 19 });
  L.control.zoom({ zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut }).addTo(map);
  map.fitBounds(bounds);
  const cross = document.createElement("span");
  cross.className = "cross";
  cross.setAttribute("aria-hidden", "true");
  box.append(cross);

  const looks = {
    city: () => ({ stroke: true, color: colour("edge"), weight: 1.5, fillColor: colour("land"), fillOpacity: 1 }),
    district: () => ({ color: colour("edge"), weight: 1.2, dashArray: "2 5", fill: false }),
    park: () => ({ stroke: false, fillColor: colour("park"), fillOpacity: 1 }),
    water: () => ({ stroke: false, fillColor: colour("water"), fillOpacity: 1 }),
    river: () => ({ color: colour("water"), weight: 12 }),
    road: () => ({ color: colour("street"), weight: 5 }),
    street: () => ({ color: colour("street"), weight: 2 }),
    rail: () => ({ color: colour("rail"), weight: 2, dashArray: "6 3" }),
  };
  const order = ["city", "park", "water", "river", "street", "road", "rail", "district"];
  fetch(box.dataset.ground).then((answer) => answer.json()).then((ground) => {
    for (const kind of order) {
      L.geoJSON(ground, {
        interactive: false,
        filter: (one) => one.properties.kind === kind,
        style: () => (looks[kind] || looks.street)(),
        onEachFeature: (one, layer) => {
          if (kind === "district" && one.properties.name) {
            layer.bindTooltip(one.properties.name, { permanent: true, direction: "center", className: "place-name", interactive: false });
          }
        },
      }).addTo(map);
    }
  }).catch(() => { /* the pin can be set without the ground */ });

  let pin = null;
  const set = (place, move) => {
    lon.value = place.lng.toFixed(6);
    lat.value = place.lat.toFixed(6);
    lon.dispatchEvent(new Event("change", { bubbles: true }));
    if (!pin) {
      const shape = '<svg viewBox="0 0 32 44" aria-hidden="true"><path d="M16 43C8 30 1 24 1 15a15 15 0 0 1 30 0c0 9-7 15-15 28z"/></svg>';
      pin = L.marker(place, { draggable: true, keyboard: false, icon: L.divIcon({ className: "pin-icon", html: shape, iconSize: [32, 44], iconAnchor: [16, 43] }) }).addTo(map);
      pin.on("dragend", () => set(pin.getLatLng(), false));
    } else pin.setLatLng(place);
    if (move) map.setView(place, Math.max(map.getZoom(), 15));
    if (said) said.textContent = said.dataset.set;
  };
  if (lon.value && lat.value) set(L.latLng(Number(lat.value), Number(lon.value)), true);
  map.on("click", (event) => set(event.latlng, false));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    if (event.target !== box) return;
    event.preventDefault();
    set(map.getCenter(), false);
  });
  document.querySelector("[data-map-middle]")?.addEventListener("click", () => set(map.getCenter(), false));
  document.querySelector("[data-map-me]")?.addEventListener("click", () => {
    const failed = () => { if (said) said.textContent = said.dataset.failed; };
    if (!navigator.geolocation) { failed(); return; }
    navigator.geolocation.getCurrentPosition(
      (found) => set(L.latLng(found.coords.latitude, found.coords.longitude), true), failed,
      { enableHighAccuracy: true, timeout: 10000 });
  });
  // The map is shown by another script: measure it again when it has a size.
  new ResizeObserver(() => map.invalidateSize()).observe(box);
})();
