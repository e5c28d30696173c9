// One line per event, read from left to right as the money goes: what happened, what Toss booked, what arrives.

import { minute } from "../figures/days";
import { isZero } from "../figures/money";
import { Effect } from "../kit/badge";
import { Amount, Instant, moneyText } from "../kit/figure";
import { word } from "../texts/codes";
import { useSpoken, useTexts } from "../texts/language";
import { explanationId } from "./discrepancies";
import type { Line, Lines } from "./lines";
import { CandidateCell, PayoutCells, SettlementCells } from "./money-cells";

const COLUMNS = 10;

/** What marks a line that a discrepancy is about, and who explains it. */
function marked(line: Line) {
  const errors = line.discrepancies.filter((one) => one.severity === "ERROR");
  return { isMarked: errors.length > 0, describedBy: errors.map(explanationId).join(" ") || undefined };
}

function EventLines({ line, isChanged }: { line: Line; isChanged: boolean }) {
  const { texts, language } = useSpoken();
  const { event, rows, payout, cancel } = line;
  const { isMarked, describedBy } = marked(line);
  const isVoid = event.effect === "VOIDED";
  const span = Math.max(1, rows.length);
  const label = `${minute(event.transactionAt)} ${word(texts.codes.status, event.status, event.statusLabel)}`;
  return (
    <tbody className={`${isMarked ? "marked" : ""} ${isChanged ? "changed" : ""}`} aria-describedby={describedBy}>
      {(rows.length > 0 ? rows : [undefined]).map((row, index) => (
        <tr key={row?.id ?? event.id} aria-label={label}>
          {index === 0 && (
            <>
              <th scope="rowgroup" rowSpan={span} className="when">
                <Instant of={event.transactionAt} />
              </th>
              <td rowSpan={span}>{word(texts.codes.status, event.status, event.statusLabel)}</td>
              <td rowSpan={span}>
                <Effect of={event.effect} />
              </td>
              <td rowSpan={span} className="number effect-amount">
                <Amount of={event.effectiveAmount} signed bare />
              </td>
            </>
          )}
          <SettlementCells row={row} payout={payout} silent={isVoid || isZero(event.effectiveAmount.amount)}>
            {isVoid && texts.payment.nominal(moneyText(event.amount, language))}
          </SettlementCells>
          <PayoutCells row={row} payout={payout} silent={isVoid || isZero(event.effectiveAmount.amount)} />
          {index === 0 && (
            <td rowSpan={span} className="who">
              {cancel && (
                <>
                  <span>
                    {word(texts.codes.origin, cancel.origin, texts.codes.origin.UNCERTAIN)}
                    {cancel.request && (
                      <>
                        {": "}
                        <span translate="no">{cancel.request.requestedBy}</span>
                      </>
                    )}
                  </span>
                  {cancel.reason && (
                    <span className="note" translate="no">
                      {cancel.reason}
                    </span>
                  )}
                </>
              )}
            </td>
          )}
        </tr>
      ))}
    </tbody>
  );
}

/** Rows that belong to no single event. */
function LooseRows({ title, rows }: { title: string; rows: Lines["unmatched"] }) {
  if (rows.length === 0) return null;
  return (
    <tbody className="marked loose">
      {rows.map((row, index) => (
        <tr key={row.id} aria-label={title}>
          {index === 0 && (
            <th scope="rowgroup" rowSpan={rows.length} colSpan={4}>
              {title}
            </th>
          )}
          <SettlementCells row={row} payout={undefined} silent={false} />
          <PayoutCells row={row} payout={undefined} silent={false} />
          <CandidateCell row={row} />
        </tr>
      ))}
    </tbody>
  );
}

export function EventTable({ lines, changed }: { lines: Lines; changed: Set<string> }) {
  const { payment: words } = useTexts();
  return (
    <div className="card events-card">
      <table className="rows events">
        <caption className="hidden-text">{words.caption}</caption>
        <colgroup span={4} />
        <colgroup span={3} />
        <colgroup span={2} />
        <colgroup />
        <thead>
          <tr className="groups">
            <th scope="colgroup" colSpan={4}>
              {words.what}
            </th>
            <th scope="colgroup" colSpan={3}>
              {words.booked}
            </th>
            <th scope="colgroup" colSpan={2}>
              {words.arrives}
            </th>
            <th scope="colgroup" rowSpan={2}>
              {words.who}
            </th>
          </tr>
          <tr>
            <th scope="col">{words.time}</th>
            <th scope="col">{words.status}</th>
            <th scope="col">{words.movement}</th>
            <th scope="col" className="number">
              {words.amount}
            </th>
            <th scope="col" className="begins">
              {words.soldDate}
            </th>
            <th scope="col" className="number">
              {words.amount}
            </th>
            <th scope="col" className="number">
              {words.fee}
            </th>
            <th scope="col" className="begins">
              {words.paidOutDate}
            </th>
            <th scope="col" className="number">
              {words.payOut}
            </th>
          </tr>
        </thead>
        {lines.events.map((line) => (
          <EventLines key={line.event.id} line={line} isChanged={changed.has(line.event.transactionKey)} />
        ))}
        <LooseRows title={words.ambiguous} rows={lines.ambiguous} />
        <LooseRows title={words.noTransaction} rows={lines.unmatched} />
        {lines.events.length === 0 && lines.unmatched.length === 0 && (
          <tbody>
            <tr>
              <td colSpan={COLUMNS} className="muted">
                {words.noTransaction}
              </td>
            </tr>
          </tbody>
        )}
      </table>
    </div>
  );
}
