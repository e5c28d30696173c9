// Reading and writing what stands behind the question mark of an address.

import { isDay } from "../figures/days";

/** The address's parts with some of them changed; empty ones are left out. Pages of a list begin anew. */
export function changed(params: URLSearchParams, change: Record<string, string | undefined>): string {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(change)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  const text = next.toString();
  return text ? `?${text}` : "";
}

/** A range of days, where both are days and in order. */
export function rangeOf(params: URLSearchParams): { from: string; to: string } | undefined {
  const [from, to] = [params.get("from") ?? "", params.get("to") ?? ""];
  return isDay(from) && isDay(to) && from <= to ? { from, to } : undefined;
}

/** The one of a list of values that is named. */
export function oneOf<T extends string>(values: readonly T[], text: string | null): T | undefined {
  return values.find((value) => value === text);
}
