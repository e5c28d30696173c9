// 미수금: what Toss owes at the end of each day, as a line and as a table with the same numbers.

import { shortDay } from "../figures/days";
import { places } from "../figures/share";
import { Amount, Day } from "../kit/figure";
import type { PeriodReceivablesQuery } from "../server/generated/graphql";
import { useSpoken, useTexts } from "../texts/language";

type Receivable = PeriodReceivablesQuery["receivables"][number];

const WIDTH = 1000;
const HEIGHT = 120;

function Line({ of }: { of: readonly Receivable[] }) {
  const { zero, at } = places(of.map((day) => day.closing.amount));
  const y = (place: number) => HEIGHT - 4 - (place / 1000) * (HEIGHT - 8);
  const x = (index: number) => (of.length < 2 ? WIDTH / 2 : (index / (of.length - 1)) * WIDTH);
  const points = at.map((place, index) => `${x(index).toFixed(1)},${y(place).toFixed(1)}`).join(" ");
  const base = y(zero).toFixed(1);
  return (
    <svg className="line-chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <polygon className="under" points={`0,${base} ${points} ${WIDTH},${base}`} />
      <line className="zero" x1="0" x2={WIDTH} y1={base} y2={base} vectorEffect="non-scaling-stroke" />
      <polyline className="line" points={points} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}

function Days({ of }: { of: readonly Receivable[] }) {
  const { period: words } = useTexts();
  const heads = [words.begins, words.sales, words.paidOut, words.ends];
  return (
    <details className="days">
      <summary>{words.days}</summary>
      <div className="scrolled">
        <table className="rows">
          <thead>
            <tr>
              <th scope="col">{words.day}</th>
              {heads.map((head) => (
                <th key={head} scope="col" className="number">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {of.map((day) => (
              <tr key={day.date}>
                <th scope="row">
                  <Day of={day.date} />
                </th>
                <td className="number">
                  <Amount of={day.opening} bare />
                </td>
                <td className="number">
                  <Amount of={day.sales} signed bare />
                </td>
                <td className="number">
                  <Amount of={day.paidOutGross} bare />
                </td>
                <td className="number">
                  <Amount of={day.closing} bare />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

export function Receivables({ of: days }: { of: readonly Receivable[] }) {
  const { texts, language } = useSpoken();
  const { period: words } = texts;
  const of = [...days].sort((a, b) => (a.date < b.date ? -1 : 1));
  const [first, last] = [of[0], of.at(-1)];
  if (!first || !last) return null;
  return (
    <section className="card part receivables">
      <h2>{words.receivables}</h2>
      <p className="note">{words.receivablesHint}</p>
      <dl className="ends">
        <div>
          <dt>{words.opening(shortDay(first.date, language))}</dt>
          <dd>
            <Amount of={first.opening} />
          </dd>
        </div>
        <div>
          <dt>{words.closing(shortDay(last.date, language))}</dt>
          <dd>
            <Amount of={last.closing} />
          </dd>
        </div>
      </dl>
      <figure>
        <Line of={of} />
        <figcaption className="note">{words.chart}</figcaption>
      </figure>
      <Days of={of} />
    </section>
  );
}
