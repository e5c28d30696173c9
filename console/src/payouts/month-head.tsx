// What the month pays out, settled and forecast apart, and what its forecasts rest on.

import { useQuery } from "urql";
import type { Book } from "../kit/book";
import { Amount } from "../kit/figure";
import { Shape } from "../kit/shapes";
import { PayoutCycleDocument, type PayoutDaysQuery } from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";

type Total = PayoutDaysQuery["payoutTotals"][number];

export function MonthTotals({ of }: { of: readonly Total[] }) {
  const { records: words, period } = useTexts();
  if (of.length === 0) return null;
  return (
    <ul className="month-totals">
      {of.map((total) => {
        const isForecast = total.basis !== "SETTLED";
        return (
          <li
            key={total.basis}
            className={isForecast ? "forecast" : undefined}
            data-forecast={isForecast ? "" : undefined}
          >
            <Shape name={isForecast ? "hatch" : "square"} size={12} />
            <span>{isForecast ? words.forecast : words.settled}</span>
            <strong>
              <Amount of={total.payOutAmount} />
            </strong>
            <span className="note">
              {isForecast ? (
                words.beforeFee
              ) : (
                <>
                  {words.fee} <Amount of={total.fee} /> ({period.vat} <Amount of={total.vat} />)
                </>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** On which business day each method is paid out, who says so, and how often forecasts were right. */
export function Cycle({ book }: { book: Book }) {
  const { records: words, codes, states, desk } = useTexts();
  const [{ data }] = useQuery({
    query: PayoutCycleDocument,
    variables: { mId: book.merchant ? [book.merchant] : null },
    pause: !book.merchant,
  });
  const known = data?.settlementCycle.filter((one) => one.configured.businessDays != null || one.learned.lag) ?? [];
  if (known.length === 0) return null;
  return (
    <details className="cycle">
      <summary>{words.cycle}</summary>
      <ul>
        {known.map((one) => {
          const { configured, learned } = one;
          const days = configured.businessDays ?? learned.lag?.businessDays;
          return (
            <li key={`${one.method} ${one.methodLabel}`}>
              <span>{word(codes.method, one.method, one.methodLabel ?? states.unknown)}</span>
              <span>
                {days != null && desk.age(days)} ·{" "}
                {configured.businessDays != null ? words.configured : words.learned(learned.lag?.rowCount ?? 0)}
              </span>
              <span className="note">
                {learned.hitRate.forecastCount > 0 &&
                  words.hits(learned.hitRate.hitCount, learned.hitRate.forecastCount)}
              </span>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
