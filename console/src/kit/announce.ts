// The one polite live region: results, counts, and which page was opened.

const REGION = "announcements";

export function announce(text: string): void {
  let region = document.getElementById(REGION);
  if (!region) {
    region = document.createElement("div");
    region.id = REGION;
    region.className = "hidden-text";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  region.textContent = "";
  const filled = region;
  requestAnimationFrame(() => {
    filled.textContent = text;
  });
}
