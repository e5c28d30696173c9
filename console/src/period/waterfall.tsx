// From payment to payout in seven numbers of the API. Both ends of each bar are such numbers; nothing is added here.

import { Link } from "wouter";
import { isNegative, type MoneyText } from "../figures/money";
import { places } from "../figures/share";
import { Amount } from "../kit/figure";
import type { PeriodSumsFragment } from "../server/generated/graphql";
import { useTexts } from "../texts/language";
import { type Figure, type PeriodAddress, rowsOf } from "./address";

interface Bar {
  figure: Figure;
  shown: MoneyText;
  /** Whether it is taken from what stands before it. */
  taken: boolean;
  ends: [MoneyText | undefined, MoneyText];
}

function barsOf(of: PeriodSumsFragment): Bar[] {
  const whole = (figure: Figure, shown: MoneyText): Bar => ({ figure, shown, taken: false, ends: [undefined, shown] });
  const taken = (figure: Figure, shown: MoneyText, ends: [MoneyText, MoneyText]): Bar => ({
    figure,
    shown,
    taken: true,
    ends,
  });
  return [
    whole("paid", of.paidAmount),
    taken("refunded", of.effectiveRefund, [of.netAmount, of.paidAmount]),
    whole("net", of.netAmount),
    taken("unsettled", of.unsettledAmount, [of.settledAmount, of.netAmount]),
    whole("settled", of.settledAmount),
    taken("fee", of.fee, [of.payOutAmount, of.settledAmount]),
    whole("payOut", of.payOutAmount),
  ];
}

/** From where to where each bar goes, in thousandths of the width. */
function spansOf(bars: readonly Bar[]): { from: number; length: number }[] {
  const { zero, at } = places(bars.flatMap(({ ends: [from, to] }) => [from?.amount ?? "0", to.amount]));
  return bars.map((_, index) => {
    const [from = zero, to = zero] = [at[index * 2], at[index * 2 + 1]];
    return { from: Math.min(from, to), length: Math.abs(to - from) };
  });
}

export function Waterfall({ of, address }: { of: PeriodSumsFragment; address: PeriodAddress }) {
  const { period: words } = useTexts();
  const bars = barsOf(of);
  const spans = spansOf(bars);
  return (
    <table className="waterfall">
      <caption className="hidden-text">{words.waterfall}</caption>
      <colgroup>
        <col className="of-name" />
        <col />
        <col className="of-sum" />
        <col className="of-aside" />
      </colgroup>
      <thead>
        <tr>
          <th scope="col">{words.figure}</th>
          <td />
          <th scope="col">{words.amount}</th>
          <td className="aside" />
        </tr>
      </thead>
      <tbody>
        {bars.map(({ figure, shown, taken }, index) => {
          const isTooMuch = figure === "unsettled" && isNegative(shown.amount);
          const span = spans[index];
          return (
            <tr key={figure} className={`${taken ? "taken" : "whole"} ${figure} ${isTooMuch ? "too-much" : ""}`}>
              <th scope="row">{isTooMuch ? words.paidTooMuch : words.figures[figure]}</th>
              <td className="track" aria-hidden="true">
                <span
                  className="span"
                  style={{
                    marginLeft: `${(span?.from ?? 0) / 10}%`,
                    width: `${Math.max((span?.length ?? 0) / 10, 0.3)}%`,
                  }}
                />
              </td>
              <td className="number">
                <Link href={rowsOf(figure, address, of.mId)}>
                  {taken && !isTooMuch && <span aria-hidden="true">− </span>}
                  <Amount of={shown} />
                </Link>
              </td>
              <td className="aside note">
                {figure === "paid" && words.payments(of.paymentCount)}
                {figure === "fee" && of.vat && (
                  <>
                    {words.vat} <Amount of={of.vat} />
                  </>
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
