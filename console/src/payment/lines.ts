// The event table's lines: each event with the settlement rows and the payout that the API's own keys name for it. Nothing is
// matched, compared or added here.

import type { HistoryLineFragment, PaymentPageQuery, SettlementLineFragment } from "../server/generated/graphql";

export type PaymentShown = NonNullable<PaymentPageQuery["payment"]>;
export type Payout = PaymentShown["payouts"][number];
export type CancelShown = PaymentShown["cancels"][number];
export type DiscrepancyShown = PaymentShown["reconciliation"]["discrepancies"][number];

export interface Line {
  event: HistoryLineFragment;
  rows: SettlementLineFragment[];
  /** What is forecast, or why nothing is, where there is no row. */
  payout: Payout | undefined;
  cancel: CancelShown | undefined;
  discrepancies: DiscrepancyShown[];
}

export interface Lines {
  events: Line[];
  /** Rows that several events fit. */
  ambiguous: SettlementLineFragment[];
  /** Rows that no event fits. */
  unmatched: SettlementLineFragment[];
}

/** The one event that a row belongs to, by the row's match. */
function eventOf(row: SettlementLineFragment): string | undefined {
  return row.match === "EXACT" || row.match === "WEAK" ? row.matchCandidates[0] : undefined;
}

export function linesOf(payment: PaymentShown): Lines {
  const keys = new Set(payment.history.map((event) => event.transactionKey));
  const events = payment.history.map((event): Line => {
    const key = event.transactionKey;
    const rows = payment.settlements.filter((row) => eventOf(row) === key);
    return {
      event,
      rows,
      payout: payment.payouts.find((payout) => payout.transactionKey === key && payout.basis === "FORECAST"),
      cancel: payment.cancels.find((cancel) => cancel.transactionKey === key),
      discrepancies: payment.reconciliation.discrepancies.filter((one) => one.transactionKey === key),
    };
  });
  const belongs = (row: SettlementLineFragment) => keys.has(eventOf(row) ?? "");
  return {
    events,
    ambiguous: payment.settlements.filter((row) => row.match === "AMBIGUOUS"),
    unmatched: payment.settlements.filter((row) => row.match !== "AMBIGUOUS" && !belongs(row)),
  };
}

/** What a second answer changed of the lines that are shown: their keys, to be marked for a moment. */
export function changedEvents(before: PaymentShown, after: PaymentShown): Set<string> {
  const texts = (payment: PaymentShown) =>
    new Map(linesOf(payment).events.map((line) => [line.event.transactionKey, JSON.stringify(line)]));
  const old = texts(before);
  return new Set([...texts(after)].filter(([key, text]) => old.get(key) !== text).map(([key]) => key));
}
