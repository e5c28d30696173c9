// A month of payouts of one merchant and one currency, by day. Settled and forecast stand apart and are never added.

import { isDay, monthRange, todayInSeoul } from "../figures/days";
import { isNegative } from "../figures/money";
import { shares } from "../figures/share";
import type { PayoutDaysQuery } from "../server/generated/graphql";

export type Entry = PayoutDaysQuery["payoutDays"][number];

export interface Bar {
  entry: Entry;
  /** Thousandths of the month's largest. */
  share: number;
  negative: boolean;
}

export interface Address {
  month: string;
  currency: string | undefined;
  mId: string | undefined;
  day: string | undefined;
}

export function read(params: URLSearchParams, today = todayInSeoul()): Address {
  const month = params.get("month") ?? "";
  const day = params.get("day") ?? "";
  return {
    month: isDay(`${month}-01`) ? month : today.slice(0, 7),
    currency: params.get("currency") ?? undefined,
    mId: params.get("m") ?? undefined,
    day: isDay(day) ? day : undefined,
  };
}

/** The bars of each day, the settled one first. */
export function barsByDay(entries: readonly Entry[], month: string): Map<string, Bar[]> {
  const { from, to } = monthRange(month);
  const within = entries.filter((entry) => entry.paidOutDate >= from && entry.paidOutDate <= to);
  const lengths = shares(within.map((entry) => entry.payOutAmount.amount));
  const days = new Map<string, Bar[]>();
  within.forEach((entry, index) => {
    const bar = { entry, share: lengths[index] ?? 0, negative: isNegative(entry.payOutAmount.amount) };
    days.set(entry.paidOutDate, [...(days.get(entry.paidOutDate) ?? []), bar]);
  });
  for (const bars of days.values()) bars.sort((a, b) => (a.entry.basis < b.entry.basis ? 1 : -1));
  return days;
}
