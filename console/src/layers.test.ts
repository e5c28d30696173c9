import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const SOURCE = import.meta.dirname;
/** What a page may import besides its own folder. */
const SHARED = ["kit", "look", "figures", "texts", "server", "cancel", "desk", "routes"];
/** What each shared folder may import. */
const BELOW: Record<string, string[]> = {
  figures: [],
  texts: ["figures", "server"],
  kit: ["figures", "texts", "kit", "routes"],
  server: ["kit", "texts", "server", "figures"],
  desk: ["kit", "look", "figures", "texts", "server", "desk"],
  cancel: ["kit", "look", "figures", "texts", "server", "cancel"],
};
const LONGEST_FILE = 250;

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.(tsx?|css)$/.test(name) && !name.includes("generated"))
  .map((name) => ({ name, text: readFileSync(join(SOURCE, name), "utf8") }));

function importedFolders(text: string): string[] {
  return [...text.matchAll(/from "\.\.\/([\w-]+)/g)].map(([, folder]) => folder ?? "");
}

it("lets no page import another, and nothing shared import a page", () => {
  for (const { name, text } of files) {
    const [folder = "", inner] = name.split("/");
    if (!inner) continue;
    const allowed = BELOW[folder] ?? SHARED;
    for (const imported of importedFolders(text)) expect(allowed, `${name} imports ${imported}`).toContain(imported);
  }
});

it("keeps files short enough to be read", () => {
  for (const { name, text } of files) {
    expect(text.split("\n").length, name).toBeLessThanOrEqual(LONGEST_FILE + 1);
  }
});

it("writes no HTML from data", () => {
  const word = ["dangerously", "SetInnerHTML"].join("");
  for (const { name, text } of files) expect(text.includes(word) || text.includes(".inner" + "HTML"), name).toBe(false);
});
