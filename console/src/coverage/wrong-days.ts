// Which days a reading is offered for: those that are missing or have something wrong with them.

import { addDays } from "../figures/days";
import type { DayRange } from "../kit/address";
import type { Covered } from "./strip";

/** The most days that may be asked for at once. */
const MOST_DAYS = 366;

/** From the first such day through the last, today at the latest; yesterday and today where there is none. */
export function wrongDays(rows: readonly Pick<Covered, "gaps" | "faults">[], today: string): DayRange {
  const days = rows
    .flatMap((row) => [...row.gaps.flatMap(({ from, to }) => [from, to]), ...row.faults.map((fault) => fault.day)])
    .filter((day) => day <= today)
    .sort();
  const to = days.at(-1);
  const from = days[0];
  if (from === undefined || to === undefined) return { from: addDays(today, -1), to: today };
  const earliest = addDays(to, 1 - MOST_DAYS);
  if (from < earliest) return { from: earliest, to };
  return { from, to };
}
