// On site: where the phone stands, and nothing lost without a connection.
(() => {
  const where = document.querySelector("form[data-where]");
  const locate = document.querySelector("[data-locate]");
  if (where && locate && navigator.geolocation) {
    locate.hidden = false;
    locate.addEventListener("click", () => {
      locate.disabled = true;
      navigator.geolocation.getCurrentPosition(
        (spot) => {
          // Five digits are a metre: the address need not know more.
          for (const [name, value] of [["lon", spot.coords.longitude], ["lat", spot.coords.latitude]]) {
            const field = where.elements[name];
            field.disabled = false;
            field.value = value.toFixed(5);
          }
          where.elements.place.value = "";
          where.submit();
        },
        () => {
          locate.disabled = false;
          document.querySelector("[data-locate-fault]").hidden = false;
        },
        { maximumAge: 60000, timeout: 15000 },
      );
    });
  }
  for (const form of document.querySelectorAll("form[data-site]")) {
    const told = form.querySelector("[data-offline]");
    form.addEventListener("submit", (event) => {
      if (navigator.onLine) return;
      event.preventDefault();
      if (told) told.hidden = false;
    });
    window.addEventListener("online", () => { if (told) told.hidden = true; });
  }
})();
