// The same sums by method of payment, and what the days of the period pay out.

import { Link } from "wouter";
import { Badge } from "../kit/badge";
import { Amount } from "../kit/figure";
import { routes } from "../routes";
import type { PeriodMethodsQuery, PeriodReceivablesQuery } from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";
import type { PeriodAddress } from "./address";

export function Methods({ of }: { of: PeriodMethodsQuery["reconciliation"] }) {
  const { period: words, codes, states } = useTexts();
  const { figures } = words;
  if (of.length === 0) return null;
  const heads = [
    words.count,
    figures.paid,
    figures.refunded,
    figures.net,
    figures.unsettled,
    figures.settled,
    figures.fee,
    figures.payOut,
  ];
  return (
    <section className="card part">
      <h2>{words.methods}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls is reached by keyboard */}
      <section className="scrolled" tabIndex={0} aria-label={words.methods}>
        <table className="rows">
          <thead>
            <tr>
              <th scope="col">{words.method}</th>
              {heads.map((head) => (
                <th key={head} scope="col" className="number">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {of.map((row) => (
              <tr key={row.method}>
                <th scope="row">{word(codes.method, row.method ?? "UNKNOWN", states.unknown)}</th>
                <td className="number">{row.paymentCount}</td>
                {[
                  row.paidAmount,
                  row.effectiveRefund,
                  row.netAmount,
                  row.unsettledAmount,
                  row.settledAmount,
                  row.fee,
                  row.payOutAmount,
                ].map((sum, index) => (
                  <td key={heads[index + 1]} className="number">
                    <Amount of={sum} bare />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

interface PayoutTotalsProps {
  of: PeriodReceivablesQuery["payoutTotals"];
  address: PeriodAddress;
}

/** Settled and forecast apart: they are never added. */
export function PayoutTotals({ of, address }: PayoutTotalsProps) {
  const { period: words, records } = useTexts();
  if (of.length === 0) return null;
  const month = new URLSearchParams({ month: address.range.from.slice(0, 7), m: of[0]?.mId ?? "" });
  return (
    <section className="card part payout-totals">
      <h2>{words.payouts}</h2>
      <p className="note">
        {words.payoutsHint} <Link href={`${routes.payouts}?${month}`}>{words.calendar}</Link>
      </p>
      {of.map((total) => {
        const isForecast = total.basis !== "SETTLED";
        return (
          <div key={total.basis} data-forecast={isForecast ? "" : undefined}>
            <Badge tone={isForecast ? "wait" : "quiet"} shape={isForecast ? "hatch" : "square"}>
              {isForecast ? records.forecast : records.settled}
            </Badge>
            <dl className="day-sums">
              <dt>{words.gross}</dt>
              <dd>
                <Amount of={total.grossAmount} />
              </dd>
              <dt>{words.cancels}</dt>
              <dd>
                <Amount of={total.cancelAmount} />
              </dd>
              <dt>{records.fee}</dt>
              <dd>{isForecast ? "–" : <Amount of={total.fee} />}</dd>
              {!isForecast && (
                <>
                  <dt>{words.vat}</dt>
                  <dd>
                    <Amount of={total.vat} />
                  </dd>
                </>
              )}
              <dt className="total">{records.payOut}</dt>
              <dd className="total">
                <Amount of={total.payOutAmount} />
              </dd>
            </dl>
          </div>
        );
      })}
    </section>
  );
}
