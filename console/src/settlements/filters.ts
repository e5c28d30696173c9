// What the address of 정산 says, and what the API is asked for it.

import { given, oneOf, only, rangeOf } from "../kit/address";
import type { MatchStrength, SettlementFilter, SettlementKind } from "../server/generated/graphql";

const KINDS: SettlementKind[] = ["PAYMENT", "CANCEL"];
const MATCHES: MatchStrength[] = ["EXACT", "WEAK", "AMBIGUOUS", "NONE"];

/** Everything that is chosen but the merchant, which belongs to the whole console. */
export function chosen(params: URLSearchParams): SettlementFilter {
  return given({
    kind: oneOf(KINDS, params.get("kind")),
    match: only(oneOf(MATCHES, params.get("match"))),
    soldDate: rangeOf(params),
    paidOutDate: rangeOf(params, "paid"),
    orderId: params.get("order") ?? undefined,
  });
}

export function asked(params: URLSearchParams): SettlementFilter {
  return { ...chosen(params), ...given({ mId: only(params.get("m") ?? undefined) }) };
}
