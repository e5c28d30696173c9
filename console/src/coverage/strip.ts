// The days of a list as a strip: what was read, what was not, and what is wrong with some. It only lays out what the API says.

import { addDays } from "../figures/days";
import type { CoverageOfListsQuery } from "../server/generated/graphql";

export type Covered = CoverageOfListsQuery["coverage"][number];
export type DayState = "read" | "gap" | "fault" | "open" | "none";

/** How many days a strip shows: nine weeks. */
export const SHOWN_DAYS = 63;

export interface StripDay {
  day: string;
  is: DayState;
}

function stateOf(of: Covered, day: string): DayState {
  if (of.gaps.some(({ from, to }) => from <= day && day <= to)) return "gap";
  if (of.faults.some((fault) => fault.day === day)) return "fault";
  if (!of.from || day < of.from) return "none";
  // Behind a gap days may have been read all the same; those that were not are gaps themselves.
  const last = [of.through ?? "", ...of.gaps.map(({ to }) => to)].sort().at(-1) ?? "";
  return day <= last ? "read" : "open";
}

/** The days up to today, oldest first. */
export function stripOf(of: Covered, today: string): StripDay[] {
  return Array.from({ length: SHOWN_DAYS }, (_, index) => {
    const day = addDays(today, index - SHOWN_DAYS + 1);
    return { day, is: stateOf(of, day) };
  });
}
