// The page that finance works for. The check mark stands only where everything was read; every number is a count of the API.

import { useQuery } from "urql";
import { Link } from "wouter";
import { addDays, todayInSeoul } from "../figures/days";
import { given, only } from "../kit/address";
import { Amount, Day } from "../kit/figure";
import { useMerchant } from "../kit/merchant";
import { Shape } from "../kit/shapes";
import { Empty } from "../kit/states";
import { routes } from "../routes";
import { NothingToCheckDocument } from "../server/generated/graphql";
import { useReach } from "../server/reach";
import { useTexts } from "../texts/language";

const DAYS_AHEAD = 45;

/** How much there is, where it leads to, and what comes next. */
function Figures() {
  const { toCheck, records } = useTexts();
  const { mId, keep } = useMerchant();
  const of = given({ mId: only(mId) });
  const today = todayInSeoul();
  const [{ data }] = useQuery({
    query: NothingToCheckDocument,
    variables: {
      reconciled: { ...of, verdict: ["RECONCILED"], wasRead: true },
      pending: { ...of, verdict: ["PENDING"] },
      unread: { ...of, verdict: ["RECONCILED"], wasRead: false },
      info: { ...of, severity: ["INFO"] },
      range: { from: today, to: addDays(today, DAYS_AHEAD) },
      ...of,
    },
  });
  if (!data) return null;
  const counts: [string, number | null | undefined, string][] = [
    [toCheck.reconciled, data.reconciled.totalCount, `${routes.payments}?verdict=RECONCILED&read=yes`],
    [toCheck.pending, data.pending.totalCount, `${routes.payments}?verdict=PENDING`],
    [toCheck.unread, data.unread.totalCount, `${routes.payments}?verdict=RECONCILED&read=no`],
    [toCheck.elsewhere, data.info.totalCount, `${routes.toCheck}?tab=elsewhere`],
  ];
  const next = data.payoutDays.at(-1)?.paidOutDate;
  return (
    <>
      <dl className="good-figures">
        {counts.map(([name, count, address]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{count == null ? "–" : <Link href={keep(address)}>{count}</Link>}</dd>
          </div>
        ))}
      </dl>
      {data.payoutDays
        .filter((day) => day.paidOutDate === next)
        .map((day) => (
          <p key={`${day.mId} ${day.currency} ${day.basis}`} className="good-next">
            {toCheck.nextPayout}{" "}
            <Link href={keep(`${routes.payouts}?month=${day.paidOutDate.slice(0, 7)}&day=${day.paidOutDate}`)}>
              <Day of={day.paidOutDate} />
            </Link>{" "}
            <span
              className={day.basis === "SETTLED" ? "" : "forecast"}
              data-forecast={day.basis === "SETTLED" ? undefined : ""}
            >
              <Shape name={day.basis === "SETTLED" ? "square" : "hatch"} size={12} />{" "}
              {day.basis === "SETTLED" ? records.settled : records.forecast} <Amount of={day.payOutAmount} />
            </span>
            {!mId && (
              <span className="muted" translate="no">
                {" "}
                {day.mId}
              </span>
            )}
          </p>
        ))}
    </>
  );
}

export function NothingToCheck() {
  const { toCheck, pages } = useTexts();
  const { keep } = useMerchant();
  const reach = useReach();
  if (!reach) return null;
  if (reach.unavailable) return <Empty mark={{ tone: "open", shape: "dashed" }} title={toCheck.testKey} />;
  if (!reach.isWhole) {
    return (
      <Empty mark={{ tone: "open", shape: "dashed" }} title={toCheck.goodSoFar}>
        <p className="muted">{toCheck.notAllRead}</p>
        <Link className="button" href={keep(routes.coverage)}>
          {pages.coverage}
        </Link>
      </Empty>
    );
  }
  const through = reach.sources.flatMap((one) => (one.through ? [one.through] : [])).sort()[0];
  return (
    <Empty mark={{ tone: "good", shape: "check" }} title={toCheck.good}>
      {through && <p className="muted">{toCheck.goodThrough(through)}</p>}
      <Figures />
    </Empty>
  );
}
