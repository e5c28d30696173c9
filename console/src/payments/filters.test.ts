import { expect, it } from "vitest";
import { asked, chosen, orderOf } from "./filters";

it("asks for what the address says", () => {
  const range = { from: "2026-11-01", to: "2026-11-30" };
  const cases: [string, object][] = [
    ["", {}],
    [
      "method=CARD&status=DONE&verdict=PENDING&m=shop",
      { method: ["CARD"], status: ["DONE"], verdict: ["PENDING"], mId: ["shop"] },
    ],
    ["from=2026-11-01&to=2026-11-30", { transactionDate: range }],
    ["from=2026-11-01&to=2026-11-30&basis=cancelled", { cancelDate: range }],
    ["method=GOLD&status=&verdict=LISTS_AGREE", {}],
    ["search=order&read=no", { search: "order", wasRead: false }],
    ["least=1000&most=x", { amount: { from: "1000", currency: "KRW" } }],
    ["most=0.5&currency=USD", { amount: { to: "0.5", currency: "USD" } }],
    ["least=-1", {}],
  ];
  for (const [search, filter] of cases) expect(asked(new URLSearchParams(search))).toEqual(filter);
});

it("knows the merchant for no choice of this list, and orders that there are", () => {
  expect(chosen(new URLSearchParams("m=shop"))).toEqual({});
  expect(orderOf(new URLSearchParams("order=AMOUNT_DESC"))).toBe("AMOUNT_DESC");
  expect(orderOf(new URLSearchParams("order=LUCK"))).toBeUndefined();
});
