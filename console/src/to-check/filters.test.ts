import { expect, it } from "vitest";
import { asked, askedOfTabs, chosenCount, isFiltered, read } from "./filters";

it("asks for what the address says", () => {
  const cases: [string, object][] = [
    ["", { severity: ["ERROR"] }],
    ["tab=acknowledged", { state: ["ACKNOWLEDGED"] }],
    ["tab=acknowledged&class=SETTLEMENT_MISSING", { state: ["ACKNOWLEDGED"], class: ["SETTLEMENT_MISSING"] }],
    ["assignee=kim&least=1000", { severity: ["ERROR"], assignee: "kim", minDelta: { from: "1000", currency: "KRW" } }],
    ["least=-5", { severity: ["ERROR"] }],
    [
      "tab=gaps&from=2026-11-01&to=2026-11-30&m=shop",
      { severity: ["WAIT"], transactionDate: { from: "2026-11-01", to: "2026-11-30" }, mId: ["shop"] },
    ],
    ["class=NO_SUCH&from=2026-11-31&to=2026-12-01", { severity: ["ERROR"] }],
    ["from=2026-11-30&to=2026-11-01", { severity: ["ERROR"] }],
  ];
  for (const [search, filter] of cases) expect(asked(read(new URLSearchParams(search)))).toEqual(filter);
});

it("knows its page and its open row", () => {
  expect(read(new URLSearchParams("after=a&item=i"))).toMatchObject({ place: { after: "a" }, item: "i" });
  expect(read(new URLSearchParams("after=a&before=b")).place).toEqual({ before: "b" });
});

it("tells an empty list from a filtered one", () => {
  expect(isFiltered(read(new URLSearchParams("m=shop")))).toBe(false);
  expect(isFiltered(read(new URLSearchParams("class=SOURCE_GAP")))).toBe(true);
});

it("counts every tab under the same filters", () => {
  const of = askedOfTabs(read(new URLSearchParams("assignee=kim&tab=gaps")));
  expect(of.filter).toEqual({ severity: ["WAIT"], assignee: "kim" });
  expect(of.wrong).toEqual({ severity: ["ERROR"], assignee: "kim" });
  expect(of.acknowledged).toEqual({ state: ["ACKNOWLEDGED"], assignee: "kim" });
  const typed = askedOfTabs(read(new URLSearchParams("class=SETTLEMENT_MISSING")));
  expect(typed.wrong).toEqual({ severity: ["ERROR"], class: ["SETTLEMENT_MISSING"] });
  expect(typed.gaps).toEqual({ severity: ["WAIT"] });
  expect(chosenCount(read(new URLSearchParams("assignee=kim&tab=gaps&order=OLDEST")))).toBe(1);
});
