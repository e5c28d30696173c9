// 지급 달력: what each day of a month pays out, one merchant and one currency at a time.

import { useQuery } from "urql";
import { Link, useLocation, useSearchParams } from "wouter";
import { addMonths, monthRange } from "../figures/days";
import { changed } from "../kit/address";
import { bookOf, isOf } from "../kit/book";
import { BookChoice } from "../kit/book-choice";
import { Shape } from "../kit/shapes";
import { FailureBanner, SkeletonLines } from "../kit/states";
import { Title } from "../kit/title";
import { failureText } from "../server/failure";
import { PayoutDaysDocument } from "../server/generated/graphql";
import { useTexts } from "../texts/language";
import { DayPanel } from "./day-panel";
import { barsByDay, read } from "./month";
import { MonthGrid } from "./month-grid";
import { Cycle, MonthTotals } from "./month-head";
import "./payouts.css";
import "./payouts-parts.css";
import "./payouts-narrow.css";

export default function PayoutsPage() {
  const texts = useTexts();
  const { records: words } = texts;
  const [params] = useSearchParams();
  const [location] = useLocation();
  const address = read(params);
  const { month } = address;
  const [{ data, error, fetching }, ask] = useQuery({
    query: PayoutDaysDocument,
    variables: { range: monthRange(month), mId: address.mId ? [address.mId] : null },
  });
  const to = (change: Record<string, string | undefined>) => location + changed(params, change);
  const book = bookOf(data?.payoutDays ?? [], address.mId, address.currency);
  const entries = data?.payoutDays.filter(isOf(book)) ?? [];
  const days = barsByDay(entries, month);
  return (
    <>
      <div className="page-head">
        <Title name={texts.pages.payouts} />
        <div className="month-steps">
          <Link
            className="icon-button"
            href={to({ month: addMonths(month, -1), day: undefined })}
            aria-label={words.previousMonth}
          >
            <Shape name="left" />
          </Link>
          <strong>{words.month(month)}</strong>
          <Link
            className="icon-button"
            href={to({ month: addMonths(month, 1), day: undefined })}
            aria-label={words.nextMonth}
          >
            <Shape name="right" />
          </Link>
        </div>
        <span className="space" />
        <span className="note legend">
          <Shape name="square" size={10} /> {words.settled}
          <Shape name="hatch" size={12} /> {words.forecast} · {words.beforeFee}
        </span>
        <BookChoice book={book} />
      </div>
      {error && <FailureBanner said={failureText(error, texts)} retry={() => ask({ requestPolicy: "network-only" })} />}
      {data && <MonthTotals of={data.payoutTotals.filter(isOf(book))} />}
      <div className="payouts" aria-busy={fetching}>
        <div className="card month-card">
          {!data && !error && <SkeletonLines lines={12} />}
          {data && <MonthGrid month={month} days={days} chosen={address.day} calendar={data.businessDays} to={to} />}
          {data && <Cycle book={book} />}
          {data && days.size === 0 && <p className="muted no-payouts">{words.noPayouts}</p>}
        </div>
        {address.day ? (
          <DayPanel day={address.day} bars={days.get(address.day) ?? []} book={book} />
        ) : (
          <aside className="card day-panel none">
            <p className="muted">{words.chooseDay}</p>
          </aside>
        )}
      </div>
    </>
  );
}
