import { expect, it } from "vitest";
import { cellText } from "./copy-row";

it("gives amounts as numbers, and no formula", () => {
  const cases: [string, string][] = [
    ["-44,000원", "-44000"],
    ["+1,250,000원", "1250000"],
    ["181.56 USD", "181.56"],
    ["0", "0"],
    ["–", ""],
    ["order-1", "order-1"],
    ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
    ["-order", "'-order"],
    ["2026-11-18 14:20", "2026-11-18 14:20"],
    ["+82 10", "'+82 10"],
  ];
  for (const [shown, copied] of cases) expect(cellText(shown)).toBe(copied);
});
