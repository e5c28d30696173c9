// What the address of 확인할 항목 says, and what the API is asked for it.

import { type DayRange, given, oneOf, only, type Place, placeOf, rangeOf } from "../kit/address";
import type {
  DiscrepancyClass,
  DiscrepancyFilter,
  DiscrepancyOrder,
  ToCheckCountsQueryVariables,
} from "../server/generated/graphql";
import { koCodes } from "../texts/codes";

export const CLASSES = Object.keys(koCodes.class) as DiscrepancyClass[];
const ORDERS: DiscrepancyOrder[] = ["NEWEST", "OLDEST", "LARGEST_DELTA"];

/** Saved filters. None of them lists classes but the one of its own, so that a class that is added tomorrow cannot fall out of sight. */
export const tabs = [
  { name: "wrong", shape: "alert", filter: { severity: ["ERROR"] } },
  { name: "unresolved", shape: "quarter", filter: { class: ["CANCEL_UNRESOLVED"] } },
  { name: "gaps", shape: "dashed", filter: { severity: ["WAIT"] } },
  { name: "elsewhere", shape: "info", filter: { severity: ["INFO"] } },
  { name: "acknowledged", shape: "check", filter: { state: ["ACKNOWLEDGED"] } },
] as const satisfies readonly { name: string; shape: string; filter: DiscrepancyFilter }[];

const NAMES = tabs.map((tab) => tab.name);
export type Tab = (typeof NAMES)[number];

export interface Filters {
  tab: Tab;
  class: DiscrepancyClass | undefined;
  range: DayRange | undefined;
  mId: string | undefined;
  assignee: string | undefined;
  /** The least difference, in won unless `currency` says more. */
  least: string | undefined;
  currency: string;
  order: DiscrepancyOrder | undefined;
  place: Place;
  /** The row whose evidence is open. */
  item: string | undefined;
}

export function read(params: URLSearchParams): Filters {
  const least = params.get("least") ?? "";
  return {
    tab: oneOf(NAMES, params.get("tab")) ?? "wrong",
    class: oneOf(CLASSES, params.get("class")),
    range: rangeOf(params),
    mId: params.get("m") ?? undefined,
    assignee: params.get("assignee") ?? undefined,
    least: /^\d+(\.\d+)?$/.test(least) ? least : undefined,
    currency: params.get("currency") ?? "KRW",
    order: oneOf(ORDERS, params.get("order")),
    place: placeOf(params),
    item: params.get("item") ?? undefined,
  };
}

/** What was chosen beside the tab and the merchant. */
function chosen({ class: of, range, assignee, least, currency }: Filters): DiscrepancyFilter {
  return given({
    class: only(of),
    transactionDate: range,
    assignee,
    minDelta: least === undefined ? undefined : { from: least, currency },
  });
}

export function chosenCount(filters: Filters): number {
  return Object.keys(chosen(filters)).length;
}

export function isFiltered(filters: Filters): boolean {
  return filters.tab !== "wrong" || chosenCount(filters) > 0;
}

export function asked(filters: Filters): DiscrepancyFilter {
  return {
    ...tabs.find((tab) => tab.name === filters.tab)?.filter,
    ...chosen(filters),
    ...given({ mId: only(filters.mId) }),
  };
}

/** What stands in the tabs, each as it is once one goes there: a type belongs to its own tab. */
export function askedOfTabs(filters: Filters): ToCheckCountsQueryVariables {
  const of = Object.fromEntries(
    tabs.map(({ name }) => [name, asked(name === filters.tab ? filters : { ...filters, tab: name, class: undefined })]),
  ) as Record<Tab, DiscrepancyFilter>;
  return { filter: asked(filters), ...of };
}
