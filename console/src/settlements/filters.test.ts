import { expect, it } from "vitest";
import { asked } from "./filters";

it("asks for what the address says", () => {
  const cases: [string, object][] = [
    ["", {}],
    ["kind=CANCEL&m=shop", { kind: "CANCEL", mId: ["shop"] }],
    ["match=NONE&order=order-1", { match: ["NONE"], orderId: "order-1" }],
    ["match=SURE", {}],
    ["paidFrom=2026-11-18&paidTo=2026-11-18", { paidOutDate: { from: "2026-11-18", to: "2026-11-18" } }],
    ["from=2026-11-01&to=2026-11-30&paidFrom=x", { soldDate: { from: "2026-11-01", to: "2026-11-30" } }],
  ];
  for (const [search, filter] of cases) expect(asked(new URLSearchParams(search))).toEqual(filter);
});
