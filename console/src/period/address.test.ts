import { expect, it } from "vitest";
import { presets } from "../kit/period";
import { read, rowsOf } from "./address";

it("is of this month until somebody says more", () => {
  expect(read(new URLSearchParams(), "2026-11-18")).toEqual({
    range: { from: "2026-11-01", to: "2026-11-30" },
    basis: "TRANSACTION",
    mId: undefined,
    currency: undefined,
  });
  expect(read(new URLSearchParams("from=2026-10-01&to=2026-10-31&basis=SOLD&currency=USD&m=shop"))).toEqual({
    range: { from: "2026-10-01", to: "2026-10-31" },
    basis: "SOLD",
    mId: "shop",
    currency: "USD",
  });
  expect(read(new URLSearchParams("from=2026-10-31&to=2026-10-01&basis=MOON"), "2026-02-10").range).toEqual({
    from: "2026-02-01",
    to: "2026-02-28",
  });
});

it("knows months and quarters over the turn of a year", () => {
  expect(presets("2026-01-09")).toEqual({
    month: { from: "2026-01-01", to: "2026-01-31" },
    last: { from: "2025-12-01", to: "2025-12-31" },
    quarter: { from: "2026-01-01", to: "2026-03-31" },
  });
  expect(presets("2026-12-31").quarter).toEqual({ from: "2026-10-01", to: "2026-12-31" });
});

it("leads from each figure to the rows that it is made of", () => {
  const of = (basis: string) => read(new URLSearchParams(`from=2026-11-01&to=2026-11-30&basis=${basis}`));
  expect(rowsOf("settled", of("TRANSACTION"), "shop")).toBe("/payments?m=shop&from=2026-11-01&to=2026-11-30");
  expect(rowsOf("refunded", of("EVENT"), undefined)).toBe(
    "/transactions?from=2026-11-01&to=2026-11-30&effect=REFUNDED",
  );
  expect(rowsOf("net", of("EVENT"), undefined)).toBe("/transactions?from=2026-11-01&to=2026-11-30");
  expect(rowsOf("fee", of("SOLD"), "shop")).toBe("/settlements?m=shop&from=2026-11-01&to=2026-11-30");
  expect(rowsOf("payOut", of("PAID_OUT"), undefined)).toBe("/settlements?paidFrom=2026-11-01&paidTo=2026-11-30");
});
