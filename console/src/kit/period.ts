// A range of days and the day that counts, as addresses name them: of the sums of a period, and of its report.

import { addDays, addMonths, monthRange, todayInSeoul } from "../figures/days";
import { type DayRange, oneOf, rangeOf } from "./address";

export const BASES = ["TRANSACTION", "EVENT", "SOLD", "PAID_OUT"] as const;
export type Basis = (typeof BASES)[number];

export interface Period {
  range: DayRange;
  basis: Basis;
}

/** Of this month until somebody says more. */
export function periodOf(params: URLSearchParams, today = todayInSeoul()): Period {
  return {
    range: rangeOf(params) ?? monthRange(today.slice(0, 7)),
    basis: oneOf(BASES, params.get("basis")) ?? "TRANSACTION",
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
