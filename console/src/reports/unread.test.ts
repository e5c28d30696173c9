import { expect, it } from "vitest";
import type { CoverageRow } from "../server/reach";
import { unreadOf } from "./unread";

const NOVEMBER = { from: "2026-11-01", to: "2026-11-30" };

const row = (change: Partial<CoverageRow>): CoverageRow => ({
  mId: "a",
  source: "SETTLEMENTS",
  from: "2026-10-01",
  through: "2026-11-30",
  lastReadAt: null,
  unavailable: null,
  gaps: [],
  faults: [],
  ...change,
});

const days = (rows: CoverageRow[], mId?: string) => unreadOf(rows, NOVEMBER, mId).map(({ from, to }) => [from, to]);

it("names the gaps and faults that reach into the range, of the merchant that is looked at", () => {
  expect(days([row({})])).toEqual([]);
  expect(days([row({ gaps: [{ from: "2026-10-30", to: "2026-11-01" }] })])).toEqual([["2026-10-30", "2026-11-01"]]);
  expect(days([row({ gaps: [{ from: "2026-12-01", to: "2026-12-02" }] })])).toEqual([]);
  expect(days([row({ faults: [{ day: "2026-11-20", code: "UNREADABLE_ROW" }] })])).toEqual([
    ["2026-11-20", "2026-11-20"],
  ]);
  expect(days([row({ mId: "b", gaps: [NOVEMBER] })], "a")).toEqual([]);
});

it("names what lies before reading began, and nothing that cannot exist", () => {
  expect(days([row({ from: "2026-11-11" })])).toEqual([["2026-11-01", "2026-11-10"]]);
  expect(days([row({ from: null, through: null })])).toEqual([["2026-11-01", "2026-11-30"]]);
  expect(days([row({ from: "2026-12-05" })])).toEqual([["2026-11-01", "2026-11-30"]]);
  expect(days([row({ from: null, unavailable: "test key" })])).toEqual([]);
});
