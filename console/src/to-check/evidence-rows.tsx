// What a discrepancy was found by, as rows of its own: events, settlement rows, the row as it was, days, our request.

import type { ReactNode } from "react";
import { Link } from "wouter";
import { Effect } from "../kit/badge";
import { Amount, Day, Instant } from "../kit/figure";
import { useMerchant } from "../kit/merchant";
import { Shape } from "../kit/shapes";
import { routes } from "../routes";
import type { ToCheckEvidenceQuery } from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";

export type Found = Extract<NonNullable<ToCheckEvidenceQuery["node"]>, { evidence: unknown }>;
type Shown = Found["evidence"];
type Row = Shown["settlements"][number];
type Version = NonNullable<Shown["previousSettlement"]>;

/** Whether a row is the one that does not fit: where Toss lists a second one, all behind the first. */
function isOdd(of: string, place: number): boolean {
  return of === "SETTLEMENT_DUPLICATED" ? place > 0 : of !== "SETTLEMENT_MISSING";
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="found-part">
      <h3 className="note">{title}</h3>
      {children}
    </section>
  );
}

function Events({ of }: { of: Shown["transactions"] }) {
  const { desk, codes } = useTexts();
  return (
    <Part title={desk.transactions}>
      <ul className="found-rows">
        {of.map((event) => (
          <li key={event.id}>
            <span>
              <Instant of={event.transactionAt} year={false} /> {word(codes.status, event.status, event.statusLabel)}
              <Effect of={event.effect} />
            </span>
            <Amount of={event.effectiveAmount} signed bare />
          </li>
        ))}
      </ul>
    </Part>
  );
}

/** What Toss says that a row comes to, as the sum that it is. */
function Equation({ of }: { of: Row | Version }) {
  return (
    <span className="note equation">
      <Amount of={of.amount} bare /> − <Amount of={of.fee} bare /> = <Amount of={of.payOutAmount} bare />
    </span>
  );
}

function SettlementRows({ of, kind }: { of: Shown["settlements"]; kind: string }) {
  const { desk, records, codes } = useTexts();
  return (
    <Part title={desk.settlementRows}>
      <ul className="found-rows">
        {of.map((row, place) => {
          const odd = isOdd(kind, place);
          return (
            <li key={row.id} className={odd ? "odd" : undefined}>
              <span>
                {word(codes.kind, row.kind, row.kind)} · {records.paidOutDate} <Day of={row.paidOutDate} />
                {odd && <span className="hidden-text"> {desk.odd}</span>}
                <Equation of={row} />
              </span>
              <Amount of={row.payOutAmount} signed bare />
            </li>
          );
        })}
      </ul>
      <p className="note">{desk.equation}</p>
    </Part>
  );
}

/** A row as it was and as it is, beside each other. */
function Restated({ before, now }: { before: Version; now: Row | undefined }) {
  const { desk, records } = useTexts();
  const lines: [string, (of: Row | Version) => string, (of: Row | Version) => ReactNode][] = [
    [records.soldDate, (of) => of.soldDate, (of) => <Day of={of.soldDate} />],
    [records.paidOutDate, (of) => of.paidOutDate, (of) => <Day of={of.paidOutDate} />],
    [records.amount, (of) => of.amount.amount, (of) => <Amount of={of.amount} bare />],
    [records.fee, (of) => of.fee.amount, (of) => <Amount of={of.fee} bare />],
    [records.payOut, (of) => of.payOutAmount.amount, (of) => <Amount of={of.payOutAmount} bare />],
  ];
  return (
    <table className="found-change">
      <thead>
        <tr>
          <th scope="col">
            <span className="hidden-text">{records.kind}</span>
          </th>
          <th scope="col" className="number">
            {desk.before}
          </th>
          <th scope="col" className="number">
            {desk.after}
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map(([name, text, cell]) => (
          <tr key={name} className={now && text(before) !== text(now) ? "odd" : undefined}>
            <th scope="row">{name}</th>
            <td className="number">{cell(before)}</td>
            <td className="number">{now ? cell(now) : "–"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function EvidenceRows({ of, kind }: { of: Shown; kind: string }) {
  const { desk, codes } = useTexts();
  const { keep } = useMerchant();
  const { transactions, settlements, previousSettlement, gaps, cancelRequest } = of;
  return (
    <>
      {transactions.length > 0 && <Events of={transactions} />}
      {previousSettlement ? (
        <Part title={desk.settlementRows}>
          <Restated before={previousSettlement} now={settlements[0]} />
        </Part>
      ) : (
        settlements.length > 0 && <SettlementRows of={settlements} kind={kind} />
      )}
      {gaps.length > 0 && (
        <Part title={desk.unreadDays}>
          <ul className="found-days">
            {gaps.map(({ from, to }) => (
              <li key={from}>
                <Shape name="dashed" size={12} />
                <Day of={from} />
                {from !== to && (
                  <>
                    {" ~ "}
                    <Day of={to} />
                  </>
                )}
              </li>
            ))}
          </ul>
        </Part>
      )}
      {cancelRequest && (
        <Part title={desk.cancelRequest}>
          <ul className="found-rows">
            <li>
              <Link href={keep(routes.cancels)}>
                <Instant of={cancelRequest.requestedAt} year={false} />{" "}
                {word(codes.request, cancelRequest.status, codes.request.UNKNOWN)}
              </Link>
              <span>
                <span translate="no">{cancelRequest.requestedBy}</span> <Amount of={cancelRequest.amount} bare />
              </span>
            </li>
          </ul>
        </Part>
      )}
    </>
  );
}
