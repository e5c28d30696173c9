import { expect, it } from "vitest";
import { type CoverageRow, reachOf } from "./reach";

function row(change: Partial<CoverageRow>): CoverageRow {
  return {
    mId: "a",
    source: "TRANSACTIONS",
    from: "2026-11-01",
    through: "2026-11-29",
    lastReadAt: "2026-11-30T10:00:00+09:00",
    unavailable: null,
    gaps: [],
    faults: [],
    ...change,
  };
}

it("is whole where every day was read", () => {
  const reach = reachOf([row({}), row({ source: "SETTLEMENTS", through: "2026-11-28" })], undefined);
  expect(reach.isWhole).toBe(true);
  expect(reach.sources.map((one) => [one.source, one.through])).toEqual([
    ["TRANSACTIONS", "2026-11-29"],
    ["SETTLEMENTS", "2026-11-28"],
  ]);
});

it("is not whole with a gap, an unreadable row, a list never read, or no list", () => {
  expect(reachOf([row({ gaps: [{ from: "2026-11-16", to: "2026-11-17" }] })], undefined).isWhole).toBe(false);
  expect(reachOf([row({ faults: [{ day: "2026-11-16", code: "UNREADABLE_ROW" }] })], undefined).isWhole).toBe(false);
  expect(reachOf([row({ through: null })], undefined).isWhole).toBe(false);
  expect(reachOf([], undefined).isWhole).toBe(false);
});

it("tells the least of several merchants, and one alone where one is looked at", () => {
  const rows = [row({}), row({ mId: "b", through: "2026-11-20" })];
  expect(reachOf(rows, undefined).sources[0]?.through).toBe("2026-11-20");
  expect(reachOf(rows, "a").sources[0]?.through).toBe("2026-11-29");
});

it("says that a test key has no settlements", () => {
  const reach = reachOf([row({}), row({ source: "SETTLEMENTS", through: null, unavailable: "a test key" })], undefined);
  expect(reach.unavailable).toBe(true);
  expect(reach.sources).toHaveLength(1);
});
