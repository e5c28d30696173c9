// What the address of 결제 says, and what the API is asked for it.

import { oneOf, rangeOf } from "../kit/address";
import type { Place } from "../kit/pager";
import type { PaymentFilter, PaymentMethod, PaymentStatus, Verdict } from "../server/generated/graphql";
import { koCodes } from "../texts/codes";

const keys = <T extends string>(words: Record<T, string>) => Object.keys(words) as T[];
const VERDICTS: Verdict[] = ["RECONCILED", "PENDING", "DISCREPANT", "INCOMPLETE"];

export interface Filters {
  method: PaymentMethod | undefined;
  status: PaymentStatus | undefined;
  verdict: Verdict | undefined;
  range: { from: string; to: string } | undefined;
  mId: string | undefined;
  place: Place;
}

export function read(params: URLSearchParams): Filters {
  const [after, before] = [params.get("after"), params.get("before")];
  return {
    method: oneOf(keys(koCodes.method), params.get("method")),
    status: oneOf(keys(koCodes.status), params.get("status")),
    verdict: oneOf(VERDICTS, params.get("verdict")),
    range: rangeOf(params),
    mId: params.get("m") ?? undefined,
    place: before ? { before } : after ? { after } : {},
  };
}

export function asked(filters: Filters): PaymentFilter {
  return {
    ...(filters.method && { method: [filters.method] }),
    ...(filters.status && { status: [filters.status] }),
    ...(filters.verdict && { verdict: [filters.verdict] }),
    ...(filters.range && { transactionDate: filters.range }),
    ...(filters.mId && { mId: [filters.mId] }),
  };
}
