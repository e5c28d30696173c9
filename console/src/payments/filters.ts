// What the address of 결제 says, and what the API is asked for it.

import { given, oneOf, only, rangeOf } from "../kit/address";
import type { PaymentFilter, PaymentOrder, Verdict } from "../server/generated/graphql";
import { type Codes, koCodes } from "../texts/codes";

export const VERDICTS: Verdict[] = ["RECONCILED", "PENDING", "DISCREPANT", "INCOMPLETE"];
export const ORDERS: PaymentOrder[] = ["BEGAN_AT_DESC", "BEGAN_AT_ASC", "AMOUNT_DESC", "AMOUNT_ASC"];
/** Which day the range is of. */
export const BASES = ["paid", "cancelled"] as const;
const READ = { yes: true, no: false };

const keys = <T extends string>(words: Record<T, string>) => Object.keys(words) as T[];
const { method, status }: Codes = koCodes;
const AMOUNT = /^\d+(\.\d+)?$/;

function amountOf(params: URLSearchParams): PaymentFilter["amount"] | undefined {
  const [least, most] = [params.get("least") ?? "", params.get("most") ?? ""].map((text) =>
    AMOUNT.test(text) ? text : undefined,
  );
  if (least === undefined && most === undefined) return undefined;
  return { ...given({ from: least, to: most }), currency: params.get("currency") ?? "KRW" };
}

/** Everything that is chosen but the merchant, which belongs to the whole console. */
export function chosen(params: URLSearchParams): PaymentFilter {
  const range = rangeOf(params);
  const isCancelled = params.get("basis") === "cancelled";
  const read = oneOf(["yes", "no"] as const, params.get("read"));
  return given({
    transactionDate: isCancelled ? undefined : range,
    cancelDate: isCancelled ? range : undefined,
    method: only(oneOf(keys(method), params.get("method"))),
    status: only(oneOf(keys(status), params.get("status"))),
    verdict: only(oneOf(VERDICTS, params.get("verdict"))),
    search: params.get("search") ?? undefined,
    amount: amountOf(params),
    wasRead: read && READ[read],
  });
}

export function asked(params: URLSearchParams): PaymentFilter {
  return { ...chosen(params), ...given({ mId: only(params.get("m") ?? undefined) }) };
}

export function orderOf(params: URLSearchParams): PaymentOrder | undefined {
  return oneOf(ORDERS, params.get("order"));
}
