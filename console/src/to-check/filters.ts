// What the address of 확인할 항목 says, and what the API is asked for it.

import { oneOf, rangeOf } from "../kit/address";
import type { Place } from "../kit/pager";
import type { DiscrepancyClass, DiscrepancyFilter } from "../server/generated/graphql";
import { koCodes } from "../texts/codes";

export const CLASSES = Object.keys(koCodes.class) as DiscrepancyClass[];

/** Saved filters. None of them lists classes but the one of its own, so that a class that is added tomorrow cannot fall out of sight. */
export const tabs = [
  { name: "wrong", shape: "alert", filter: { severity: ["ERROR"] } },
  { name: "unresolved", shape: "quarter", filter: { class: ["CANCEL_UNRESOLVED"] } },
  { name: "gaps", shape: "dashed", filter: { severity: ["WAIT"] } },
  { name: "elsewhere", shape: "info", filter: { severity: ["INFO"] } },
  { name: "acknowledged", shape: "check", filter: { state: ["ACKNOWLEDGED"] } },
  { name: "everything", shape: "list", filter: {} },
] as const satisfies readonly { name: string; shape: string; filter: DiscrepancyFilter }[];

const NAMES = tabs.map((tab) => tab.name);
export type Tab = (typeof NAMES)[number];

export interface Filters {
  tab: Tab;
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
    tab: oneOf(NAMES, params.get("tab")) ?? "wrong",
    class: oneOf(CLASSES, params.get("class")),
    range: rangeOf(params),
    mId: params.get("m") ?? undefined,
    place: before ? { before } : after ? { after } : {},
    item: params.get("item") ?? undefined,
  };
}

export function isFiltered(filters: Filters): boolean {
  return filters.tab !== "wrong" || filters.class !== undefined || filters.range !== undefined;
}

export function asked(filters: Filters): DiscrepancyFilter {
  return {
    ...tabs.find((tab) => tab.name === filters.tab)?.filter,
    ...(filters.class && { class: [filters.class] }),
    ...(filters.range && { transactionDate: filters.range }),
    ...(filters.mId && { mId: [filters.mId] }),
  };
}
