// The reader's choice of a light or a dark page, set before anything is painted.
try {
  const theme = localStorage.getItem("veche-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch { /* storage may be closed; the page then follows the system */ }
