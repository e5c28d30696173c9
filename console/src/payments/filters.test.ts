import { expect, it } from "vitest";
import { asked, read } from "./filters";

it("asks for what the address says", () => {
  const cases: [string, object][] = [
    ["", {}],
    [
      "method=CARD&status=DONE&verdict=PENDING&m=shop",
      { method: ["CARD"], status: ["DONE"], verdict: ["PENDING"], mId: ["shop"] },
    ],
    ["from=2026-11-01&to=2026-11-30", { transactionDate: { from: "2026-11-01", to: "2026-11-30" } }],
    ["method=GOLD&status=&verdict=LISTS_AGREE", {}],
  ];
  for (const [search, filter] of cases) expect(asked(read(new URLSearchParams(search)))).toEqual(filter);
});
