// What the address of 확인할 항목 says, and what the API is asked for it.

import { oneOf, rangeOf } from "../kit/address";
import type { Place } from "../kit/pager";
import type { DiscrepancyClass, DiscrepancyFilter } from "../server/generated/graphql";
import { koCodes } from "../texts/codes";

export const CLASSES = Object.keys(koCodes.class) as DiscrepancyClass[];

/** Saved filters. The first names no class, so that one that is added tomorrow cannot fall out of sight. */
export const tabs = [
  { name: "everything", class: undefined, shape: "alert" },
  { name: "unresolved", class: "CANCEL_UNRESOLVED", shape: "quarter" },
  { name: "gaps", class: "SOURCE_GAP", shape: "dashed" },
  { name: "elsewhere", class: "CANCELED_ELSEWHERE", shape: "info" },
] as const;

export interface Filters {
  class: DiscrepancyClass | undefined;
  range: { from: string; to: string } | undefined;
  mId: string | undefined;
  place: Place;
  /** The row whose evidence is open. */
  item: string | undefined;
}

export function read(params: URLSearchParams): Filters {
  const [after, before] = [params.get("after"), params.get("before")];
  return {
    class: oneOf(CLASSES, params.get("class")),
    range: rangeOf(params),
    mId: params.get("m") ?? undefined,
    place: before ? { before } : after ? { after } : {},
    item: params.get("item") ?? undefined,
  };
}

export function isFiltered(filters: Filters): boolean {
  return filters.class !== undefined || filters.range !== undefined;
}

export function asked(filters: Filters): DiscrepancyFilter {
  return {
    ...(filters.class && { class: [filters.class] }),
    ...(filters.range && { transactionDate: filters.range }),
    ...(filters.mId && { mId: [filters.mId] }),
  };
}
