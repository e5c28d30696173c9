// The month as weeks from Sunday. Solid is Toss's word, hatched is a forecast; the digits say exactly what a bar shows.

import type { KeyboardEvent } from "react";
import { Link, useLocation } from "wouter";
import { addDays, addMonths, longDay, todayInSeoul, weekdayIndex, weekdays, weeksOf } from "../figures/days";
import { Amount } from "../kit/figure";
import type { PayoutDaysQuery } from "../server/generated/graphql";
import { useSpoken, useTexts } from "../texts/language";
import type { Bar } from "./month";

export function Bars({ bars }: { bars: readonly Bar[] }) {
  const { texts } = useSpoken();
  const { records: words } = texts;
  return bars.map(({ entry, share, negative }) => {
    const isForecast = entry.basis !== "SETTLED";
    return (
      <span key={entry.basis} className={`payout ${isForecast ? "forecast" : "settled"} ${negative ? "negative" : ""}`}>
        <span className="track" aria-hidden="true">
          <span className="length" style={{ width: `${Math.max(share / 10, 2)}%` }} />
        </span>
        <span className="sum" data-forecast={isForecast ? "" : undefined}>
          <span className="hidden-text">{isForecast ? words.forecast : words.settled} </span>
          <Amount of={entry.payOutAmount} bare />
        </span>
        {negative && <span className="note">{words.deducted}</span>}
      </span>
    );
  });
}

interface GridProps {
  month: string;
  days: Map<string, Bar[]>;
  chosen: string | undefined;
  calendar: PayoutDaysQuery["businessDays"];
  to: (change: Record<string, string | undefined>) => string;
}

/** What a day is called on which banks move no money. */
function Holiday({ of }: { of: PayoutDaysQuery["businessDays"][number] | undefined }) {
  const { records } = useTexts();
  if (!of || of.isBusinessDay) return null;
  return <span className="holiday note">{of.name ? <span translate="no">{of.name}</span> : records.dayOff}</span>;
}

export function MonthGrid({ month, days, chosen, calendar, to }: GridProps) {
  const { texts, language } = useSpoken();
  const [, go] = useLocation();
  const today = todayInSeoul();
  const offDays = new Map(calendar.map((one) => [one.date, one]));
  const focus = (day: string) => {
    document.querySelector<HTMLElement>(`[data-day="${day}"]`)?.focus();
  };
  const move = (event: KeyboardEvent, day: string) => {
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
    const atWeek: Record<string, number> = { Home: -weekdayIndex(day), End: 6 - weekdayIndex(day) };
    const step = steps[event.key] ?? atWeek[event.key];
    if (event.key === "PageUp" || event.key === "PageDown") {
      event.preventDefault();
      go(to({ month: addMonths(month, event.key === "PageUp" ? -1 : 1), day: undefined }));
    } else if (step !== undefined) {
      event.preventDefault();
      focus(addDays(day, step));
    }
  };
  return (
    <table className="month">
      <caption className="hidden-text">{texts.records.caption(texts.records.month(month))}</caption>
      <thead>
        <tr>
          {weekdays(language).map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(month).map((week) => (
          <tr key={week[0]}>
            {week.map((day) => {
              const isOutside = !day.startsWith(month);
              const bars = days.get(day) ?? [];
              return (
                <td
                  key={day}
                  className={`${isOutside ? "outside" : ""} ${day === today ? "today" : ""} ${day === chosen ? "chosen" : ""} ${bars.length === 0 ? "bare" : ""}`}
                >
                  {!isOutside && (
                    <Link
                      href={to({ day })}
                      data-day={day}
                      aria-current={day === today ? "date" : undefined}
                      onKeyDown={(event: KeyboardEvent) => move(event, day)}
                    >
                      <span className="hidden-text">{longDay(day, language)}</span>
                      <span className="number-of-day" aria-hidden="true">
                        {day.slice(8).replace(/^0/, "")}
                      </span>
                      <span className="in-list" aria-hidden="true">
                        {longDay(day, language).slice(5)}
                      </span>
                      <Holiday of={offDays.get(day)} />
                      <Bars bars={bars} />
                    </Link>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
