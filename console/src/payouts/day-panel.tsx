// What is in a day: settled and forecast apart, each number as the API gives it, and the events whose money moves on it.

import { useQuery } from "urql";
import { Link } from "wouter";
import { longDay } from "../figures/days";
import { isZero } from "../figures/money";
import { Badge, Effect } from "../kit/badge";
import { type Book, isOf } from "../kit/book";
import { Amount } from "../kit/figure";
import { OrderLink } from "../kit/order-link";
import { SkeletonLines } from "../kit/states";
import { routes } from "../routes";
import { PayoutEventsDocument } from "../server/generated/graphql";
import { useSpoken, useTexts } from "../texts/language";
import type { Bar, Entry } from "./month";

const SHOWN_EVENTS = 8;

function Sums({ of: entry }: { of: Entry }) {
  const { records: words, period } = useTexts();
  const isForecast = entry.basis !== "SETTLED";
  return (
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
      {!isForecast && (
        <>
          <dt className="part-of">{words.supply}</dt>
          <dd className="muted">
            <Amount of={entry.supplyAmount} />
          </dd>
          <dt className="part-of">{period.vat}</dt>
          <dd className="muted">
            <Amount of={entry.vat} />
          </dd>
        </>
      )}
      <dt className="total">{words.payOut}</dt>
      <dd className="total">
        <Amount of={entry.payOutAmount} signed />
      </dd>
      <dt>{isForecast ? words.forecastDeposit : words.deposit}</dt>
      <dd>
        <Amount of={entry.depositAmount} />
      </dd>
      {!isZero(entry.carriedOver.amount) && (
        <>
          <dt>{words.carriedOver}</dt>
          <dd className="below-zero">
            <Amount of={entry.carriedOver} />
          </dd>
        </>
      )}
    </dl>
  );
}

/** The first of the events whose money moves on the day. */
function Events({ day, of: entry, book }: { day: string; of: Entry; book: Book }) {
  const { records: words } = useTexts();
  const [{ data, fetching }] = useQuery({
    query: PayoutEventsDocument,
    variables: { range: { from: day, to: day }, mId: [entry.mId], first: SHOWN_EVENTS },
  });
  const found = data?.payoutDays.filter(isOf(book)).find((one) => one.basis === entry.basis)?.events;
  if (!found) return fetching ? <SkeletonLines lines={3} /> : null;
  return (
    <ul className="day-events">
      {found.nodes.map((event) => (
        <li key={event.id}>
          <OrderLink of={event} />
          <Amount of={event.effectiveAmount} signed bare />
          <span className="note">
            <Effect of={event.effect} />
          </span>
          {event.payout?.estimatedFee && (
            <span className="note">
              {words.estimatedFee} <Amount of={event.payout.estimatedFee} bare />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

export function DayPanel({ day, bars, book }: { day: string; bars: readonly Bar[]; book: Book }) {
  const { texts, language } = useSpoken();
  const { records: words } = texts;
  const rows = new URLSearchParams({ paidFrom: day, paidTo: day, ...(book.merchant && { m: book.merchant }) });
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
            <Sums of={entry} />
            {isForecast && <p className="note">{words.feesUnknown}</p>}
            <Events day={day} of={entry} book={book} />
            <Link className="button" href={`${isForecast ? routes.transactions : routes.settlements}?${rows}`}>
              {isForecast ? words.allEvents : words.rows}
            </Link>
          </section>
        );
      })}
    </aside>
  );
}
