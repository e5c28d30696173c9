// Reading and writing what stands behind the question mark of an address.

import { isDay } from "../figures/days";

/** What is set in an address, or taken out of it. */
export type Change = Record<string, string | undefined>;

/** The address's parts with some of them changed; empty ones are left out. */
export function changed(params: URLSearchParams, change: Change): string {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(change)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  const text = next.toString();
  return text ? `?${text}` : "";
}

export interface DayRange {
  from: string;
  to: string;
}

/** A range of days, where both are days and in order: `from` and `to`, or of another range such as `paid` `paidFrom`. */
export function rangeOf(params: URLSearchParams, name = ""): DayRange | undefined {
  const part = (end: string) => params.get(name ? `${name}${end}` : end.toLowerCase()) ?? "";
  const [from, to] = [part("From"), part("To")];
  return isDay(from) && isDay(to) && from <= to ? { from, to } : undefined;
}

/** The one of a list of values that is named. */
export function oneOf<T extends string>(values: readonly T[], text: string | null): T | undefined {
  return values.find((value) => value === text);
}

/** Where in a list somebody is: behind a cursor, before one, or at the beginning. */
export interface Place {
  after?: string;
  before?: string;
}

export function placeOf(params: URLSearchParams): Place {
  const [after, before] = [params.get("after"), params.get("before")];
  if (before) return { before };
  return after ? { after } : {};
}

/** Only the parts that are there. What is left out of a filter lets everything through. */
export function given<T extends object>(parts: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

/** One value as a filter's list of values. */
export function only<T>(value: T | undefined): T[] | undefined {
  return value === undefined ? undefined : [value];
}
