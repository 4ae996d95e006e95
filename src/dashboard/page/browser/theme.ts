/// <reference lib="dom" />
/**
 * Dark or light, as somebody chose here before. It runs before the page is painted, so it is a
 * script of its own and imports nothing.
 *
 * @module
 */

/** `dark`, `light`, or nothing for the system's. */
const KEY = "queuectl-theme";

document.documentElement.classList.add("scripted");
show(localStorage.getItem(KEY));

document.addEventListener("click", ({ target }) => {
  if (!(target instanceof Element) || !target.closest("#theme")) return;
  const { theme } = document.documentElement.dataset;
  const isDark = theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const wanted = isDark ? "light" : "dark";
  localStorage.setItem(KEY, wanted);
  show(wanted);
});

function show(theme: string | null): void {
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
}
