import { expect, it } from "vitest";
import { asked, isFiltered, read } from "./filters";

it("asks for what the address says", () => {
  const cases: [string, object][] = [
    ["", { severity: ["ERROR"] }],
    ["tab=acknowledged", { state: ["ACKNOWLEDGED"] }],
    ["tab=everything&class=SETTLEMENT_MISSING", { class: ["SETTLEMENT_MISSING"] }],
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
