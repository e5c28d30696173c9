import { expect, it } from "vitest";
import { asked } from "./filters";

it("asks for what the address says", () => {
  const day = { from: "2026-11-18", to: "2026-11-18" };
  const cases: [string, object][] = [
    ["", {}],
    ["effect=REFUNDED&origin=ELSEWHERE&m=shop", { effect: ["REFUNDED"], origin: ["ELSEWHERE"], mId: ["shop"] }],
    ["from=2026-11-18&to=2026-11-18", { transactionDate: day }],
    ["paidFrom=2026-11-18&paidTo=2026-11-18", { payoutDate: day }],
    ["method=CARD&order=order-1", { method: ["CARD"], orderId: "order-1" }],
    ["effect=LOST&origin=&paidFrom=2026-11-18", {}],
  ];
  for (const [search, filter] of cases) expect(asked(new URLSearchParams(search))).toEqual(filter);
});
