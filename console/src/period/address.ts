// What the address of 기간 합계 says, and where each of its numbers leads: to the very rows that it is made of.

import { addDays, addMonths, monthRange, todayInSeoul } from "../figures/days";
import { changed, type DayRange, oneOf, rangeOf } from "../kit/address";
import { routes } from "../routes";
import type { DateBasis } from "../server/generated/graphql";

export const BASES: DateBasis[] = ["TRANSACTION", "EVENT", "SOLD", "PAID_OUT"];

export interface PeriodAddress {
  range: DayRange;
  basis: DateBasis;
  mId: string | undefined;
  currency: string | undefined;
}

export function read(params: URLSearchParams, today = todayInSeoul()): PeriodAddress {
  return {
    range: rangeOf(params) ?? monthRange(today.slice(0, 7)),
    basis: oneOf(BASES, params.get("basis")) ?? "TRANSACTION",
    mId: params.get("m") ?? undefined,
    currency: params.get("currency") ?? undefined,
  };
}

/** This month, the last one, and the quarter that today is in. */
export function presets(today = todayInSeoul()): Record<"month" | "last" | "quarter", DayRange> {
  const month = today.slice(0, 7);
  const first = `${today.slice(0, 5)}${String(Math.floor((Number(today.slice(5, 7)) - 1) / 3) * 3 + 1).padStart(2, "0")}`;
  return {
    month: monthRange(month),
    last: monthRange(addMonths(month, -1)),
    quarter: { from: `${first}-01`, to: addDays(`${addMonths(first, 3)}-01`, -1) },
  };
}

export type Figure = "paid" | "refunded" | "net" | "unsettled" | "settled" | "fee" | "payOut";

const EFFECTS: Partial<Record<Figure, string>> = { paid: "PAID", refunded: "REFUNDED" };

/** The list behind a figure. By the day that payments began it is theirs; by rows' days it is the rows'; else the events'. */
export function rowsOf(figure: Figure, { range, basis }: PeriodAddress, mId: string | undefined): string {
  const days = { m: mId, from: range.from, to: range.to };
  const of = new URLSearchParams();
  switch (basis) {
    case "TRANSACTION":
      return routes.payments + changed(of, days);
    case "EVENT":
      return routes.transactions + changed(of, { ...days, effect: EFFECTS[figure] });
    case "SOLD":
      return routes.settlements + changed(of, days);
    case "PAID_OUT":
      return routes.settlements + changed(of, { m: mId, paidFrom: range.from, paidTo: range.to });
  }
}
