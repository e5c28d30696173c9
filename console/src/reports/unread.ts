// Which days of a range have not been read whole: what the API calls gaps and faults, and what lies before reading began.

import { addDays } from "../figures/days";
import type { DayRange } from "../kit/address";
import type { CoverageRow } from "../server/reach";

export interface Unread {
  mId: string;
  source: string;
  from: string;
  to: string;
}

function spansOf(row: CoverageRow, range: DayRange): DayRange[] {
  if (row.unavailable) return [];
  const before = row.from ? addDays(row.from, -1) : range.to;
  const faults = row.faults.map(({ day }) => ({ from: day, to: day }));
  return [{ from: range.from, to: before < range.to ? before : range.to }, ...row.gaps, ...faults];
}

export function unreadOf(coverage: readonly CoverageRow[], range: DayRange, mId: string | undefined): Unread[] {
  return coverage
    .filter((row) => mId === undefined || row.mId === mId)
    .flatMap((row) => spansOf(row, range).map(({ from, to }) => ({ mId: row.mId, source: row.source, from, to })))
    .filter((span) => span.from <= span.to && span.from <= range.to && range.from <= span.to);
}
