import { expect, it } from "vitest";
import type { HistoryLineFragment, SettlementLineFragment } from "../server/generated/graphql";
import { changedEvents, linesOf, type PaymentShown } from "./lines";

const won = (amount: string) => ({ amount, currency: "KRW" });

function event(key: string): HistoryLineFragment {
  return {
    id: key,
    transactionKey: key,
    transactionAt: "2026-11-11T14:20:00+09:00",
    status: "DONE",
    statusLabel: "DONE",
    effect: "PAID",
    amount: won("44000"),
    effectiveAmount: won("44000"),
  };
}

function row(id: string, match: SettlementLineFragment["match"], candidates: string[]): SettlementLineFragment {
  return {
    id,
    transactionKey: null,
    kind: "PAYMENT",
    match,
    matchCandidates: candidates,
    soldDate: "2026-11-11",
    paidOutDate: "2026-11-18",
    amount: won("44000"),
    fee: won("1016"),
    vat: won("92"),
    payOutAmount: won("42984"),
  };
}

function payment(change: Partial<PaymentShown>): PaymentShown {
  return {
    history: [event("a"), event("b")],
    settlements: [],
    payouts: [],
    cancels: [],
    reconciliation: { verdict: "RECONCILED", checkedPayment: true, discrepancies: [] },
    ...change,
  } as unknown as PaymentShown;
}

it("puts every row beside the event that its match names, in order", () => {
  const { events, ambiguous, unmatched } = linesOf(
    payment({ settlements: [row("1", "EXACT", ["a"]), row("2", "EXACT", ["b"]), row("3", "WEAK", ["b"])] }),
  );
  expect(events.map((line) => line.rows.map((one) => one.id))).toEqual([["1"], ["2", "3"]]);
  expect(ambiguous).toEqual([]);
  expect(unmatched).toEqual([]);
});

it("loses no row: those of several events, of none, and of one that is not listed stand apart", () => {
  const settlements = [row("1", "AMBIGUOUS", ["a", "b"]), row("2", "NONE", []), row("3", "EXACT", ["elsewhere"])];
  const { events, ambiguous, unmatched } = linesOf(payment({ settlements }));
  expect(events.every((line) => line.rows.length === 0)).toBe(true);
  expect(ambiguous.map((one) => one.id)).toEqual(["1"]);
  expect(unmatched.map((one) => one.id)).toEqual(["2", "3"]);
});

it("shows a forecast, and not the payout that a row tells of already", () => {
  const payout = {
    kind: "PAYMENT",
    soldDate: null,
    paidOutDate: "2026-12-07",
    reason: null,
    amount: won("1"),
  } as const;
  const { events } = linesOf(
    payment({
      payouts: [
        { ...payout, transactionKey: "a", basis: "SETTLED" },
        { ...payout, transactionKey: "b", basis: "FORECAST" },
      ],
    }),
  );
  expect(events.map((line) => line.payout?.paidOutDate)).toEqual([undefined, "2026-12-07"]);
});

it("knows which lines a second answer changed", () => {
  const before = payment({});
  const after = payment({ history: [event("a"), event("b"), event("c")], settlements: [row("1", "EXACT", ["b"])] });
  expect([...changedEvents(before, after)]).toEqual(["b", "c"]);
  expect(changedEvents(before, before).size).toBe(0);
});
