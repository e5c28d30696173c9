// What the address of 기간 합계 says, and where each of its numbers leads: to the very rows that it is made of.

import { todayInSeoul } from "../figures/days";
import { changed } from "../kit/address";
import { type Period, periodOf } from "../kit/period";
import { routes } from "../routes";

export interface PeriodAddress extends Period {
  mId: string | undefined;
  currency: string | undefined;
}

export function read(params: URLSearchParams, today = todayInSeoul()): PeriodAddress {
  return {
    ...periodOf(params, today),
    mId: params.get("m") ?? undefined,
    currency: params.get("currency") ?? undefined,
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
