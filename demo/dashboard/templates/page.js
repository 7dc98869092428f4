const root = document.documentElement;
const specs = JSON.parse(document.getElementById("specs").textContent);

await document.fonts.ready;
await Promise.all(
  Object.entries(specs).map(([name, spec]) =>
    vegaEmbed(`[data-chart="${name}"]`, spec, {
      actions: false,
      renderer: "svg",
      // The page's own style sheet is all that there is.
      defaultStyle: false,
      tooltip: { disableDefaultStyle: true },
    }),
  ),
);
root.dataset.drawn = "";

const dark = window.matchMedia("(prefers-color-scheme: dark)");
const button = document.getElementById("theme");
const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
const show = () => button.setAttribute("aria-pressed", String(isDark()));
button.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  show();
});
dark.addEventListener("change", show);
button.hidden = false;
show();
