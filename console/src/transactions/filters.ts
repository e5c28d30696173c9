// What the address of 거래 says, and what the API is asked for it.

import { given, oneOf, only, rangeOf } from "../kit/address";
import type { TransactionFilter } from "../server/generated/graphql";
import { type Codes, koCodes } from "../texts/codes";

const keys = <T extends string>(words: Record<T, string>) => Object.keys(words) as T[];
const { effect, origin, method }: Codes = koCodes;

/** Everything that is chosen but the merchant, which belongs to the whole console. */
export function chosen(params: URLSearchParams): TransactionFilter {
  return given({
    transactionDate: rangeOf(params),
    payoutDate: rangeOf(params, "paid"),
    effect: only(oneOf(keys(effect), params.get("effect"))),
    origin: only(oneOf(keys(origin), params.get("origin"))),
    method: only(oneOf(keys(method), params.get("method"))),
    orderId: params.get("order") ?? undefined,
  });
}

export function asked(params: URLSearchParams): TransactionFilter {
  return { ...chosen(params), ...given({ mId: only(params.get("m") ?? undefined) }) };
}
