import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const tokens = readFileSync(join(import.meta.dirname, "tokens.css"), "utf8");

/** The two colours of a token, as `#rrggbb`. */
function colours(name: string): [string, string] {
  const value = new RegExp(`--${name}: ([^;]+);`).exec(tokens)?.[1] ?? "";
  const [light = "", dark = light] = value.match(/#[0-9a-f]{6}/g) ?? [];
  return [light, dark];
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function ratio(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

it("keeps texts readable on what they stand on, in both themes", () => {
  const grounds = ["surface", "sunken", "canvas"];
  const pairs: [string, string, number][] = [
    ...["text", "muted", "accent"].flatMap((name) => grounds.map((on): [string, string, number] => [name, on, 4.5])),
    ...["bad", "warn", "good", "wait"].flatMap((name): [string, string, number][] => [
      [name, "surface", 4.5],
      [name, `${name}-tint`, 4.5],
    ]),
    ["on-accent", "accent", 4.5],
    ["on-danger", "danger", 4.5],
    // Borders of controls.
    ["edge", "surface", 3],
    ["edge", "sunken", 3],
  ];
  for (const [name, on, least] of pairs) {
    const [a, b] = [colours(name), colours(on)];
    for (const theme of [0, 1] as const) {
      expect(ratio(a[theme], b[theme]), `${name} on ${on}, ${theme === 0 ? "light" : "dark"}`).toBeGreaterThanOrEqual(
        least,
      );
    }
  }
});
