import { expect, it } from "vitest";
import { actsOf, cameBack, heldBefore, noteCount } from "./steps";

const of = (state: string, ...actions: string[]) => ({
  id: actions.join("-") || "none",
  state,
  assignee: null as string | null,
  notes: actions.map((action) => ({ action })),
});

it("marks what came back by itself, and nothing that a person took back", () => {
  expect(cameBack(of("OPEN", "ACKNOWLEDGED", "EVIDENCE_CHANGED"))).toBe(true);
  expect(cameBack(of("OPEN", "ACKNOWLEDGED", "DAY_CAME", "NOTED", "ASSIGNED"))).toBe(true);
  expect(cameBack(of("OPEN", "RESOLVED", "FOUND_AGAIN"))).toBe(true);
  expect(cameBack(of("OPEN", "ACKNOWLEDGED", "REOPENED"))).toBe(false);
  expect(cameBack(of("OPEN"))).toBe(false);
  expect(cameBack(of("ACKNOWLEDGED", "EVIDENCE_CHANGED", "ACKNOWLEDGED"))).toBe(false);
});

it("offers what fits all that were chosen", () => {
  expect(actsOf([])).toEqual([]);
  expect(actsOf([of("OPEN"), of("OPEN")])).toEqual(["acknowledge", "assign", "note"]);
  expect(actsOf([of("ACKNOWLEDGED")])).toEqual(["reopen", "assign", "note"]);
  expect(actsOf([of("OPEN"), of("ACKNOWLEDGED")])).toEqual(["assign", "note"]);
  expect(actsOf([of("OPEN"), of("RESOLVED")])).toEqual([]);
});

it("knows what was written, and who had what", () => {
  expect(noteCount(of("OPEN", "NOTED", "ASSIGNED", "ACKNOWLEDGED"))).toBe(2);
  const held = heldBefore([
    { ...of("OPEN"), id: "a", assignee: "kim" },
    { ...of("OPEN"), id: "b" },
    { ...of("OPEN"), id: "c", assignee: "kim" },
  ]);
  expect([...held]).toEqual([
    ["kim", ["a", "c"]],
    [null, ["b"]],
  ]);
});
