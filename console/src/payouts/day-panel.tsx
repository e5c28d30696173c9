// What is in a day: settled and forecast apart, each number as the API gives it.

import { Link } from "wouter";
import { longDay } from "../figures/days";
import { Badge } from "../kit/badge";
import { Amount } from "../kit/figure";
import { routes } from "../routes";
import { useSpoken } from "../texts/language";
import type { Bar } from "./month";

export function DayPanel({ day, bars, mId }: { day: string; bars: readonly Bar[]; mId: string | undefined }) {
  const { texts, language } = useSpoken();
  const { records: words } = texts;
  const rows = new URLSearchParams({ paidFrom: day, paidTo: day, ...(mId && { m: mId }) });
  return (
    <aside className="card day-panel" aria-label={longDay(day, language)}>
      <h2>{longDay(day, language)}</h2>
      {bars.length === 0 && <p className="muted">–</p>}
      {bars.map(({ entry }) => {
        const isForecast = entry.basis !== "SETTLED";
        return (
          <section key={entry.basis} className="day-part">
            <p>
              <Badge tone={isForecast ? "wait" : "quiet"} shape={isForecast ? "hatch" : "square"}>
                {isForecast ? words.forecast : words.settled}
              </Badge>
            </p>
            <dl className="day-sums">
              <dt>
                {words.gross} · {words.payments(entry.paymentCount)}
              </dt>
              <dd>
                <Amount of={entry.grossAmount} signed />
              </dd>
              <dt>
                {words.cancelled} · {words.cancels(entry.cancelCount)}
              </dt>
              <dd>
                <Amount of={entry.cancelAmount} signed />
              </dd>
              <dt>{words.fee}</dt>
              <dd>{isForecast ? "–" : <Amount of={entry.fee} />}</dd>
              <dt className="total">{words.payOut}</dt>
              <dd className="total">
                <Amount of={entry.payOutAmount} signed />
              </dd>
            </dl>
            {isForecast ? (
              <p className="note">{words.feesUnknown}</p>
            ) : (
              <Link className="button" href={`${routes.settlements}?${rows}`}>
                {words.rows}
              </Link>
            )}
          </section>
        );
      })}
    </aside>
  );
}
