// What the address of 정산 says, and what the API is asked for it.

import { oneOf, rangeOf } from "../kit/address";
import type { Place } from "../kit/pager";
import type { SettlementFilter, SettlementKind } from "../server/generated/graphql";

const KINDS: SettlementKind[] = ["PAYMENT", "CANCEL"];

export interface Filters {
  kind: SettlementKind | undefined;
  sold: { from: string; to: string } | undefined;
  paidOut: { from: string; to: string } | undefined;
  mId: string | undefined;
  place: Place;
}

export function read(params: URLSearchParams): Filters {
  const [after, before] = [params.get("after"), params.get("before")];
  const paidOut = new URLSearchParams({ from: params.get("paidFrom") ?? "", to: params.get("paidTo") ?? "" });
  return {
    kind: oneOf(KINDS, params.get("kind")),
    sold: rangeOf(params),
    paidOut: rangeOf(paidOut),
    mId: params.get("m") ?? undefined,
    place: before ? { before } : after ? { after } : {},
  };
}

export function asked(filters: Filters): SettlementFilter {
  return {
    ...(filters.kind && { kind: filters.kind }),
    ...(filters.sold && { soldDate: filters.sold }),
    ...(filters.paidOut && { paidOutDate: filters.paidOut }),
    ...(filters.mId && { mId: [filters.mId] }),
  };
}
