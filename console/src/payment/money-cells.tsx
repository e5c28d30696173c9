// The cells of a settlement row and of its payout. Facts are solid, forecasts hatched, what nobody knows has its reason.

import type { ReactNode } from "react";
import { Badge } from "../kit/badge";
import { Amount, Day } from "../kit/figure";
import { Shape } from "../kit/shapes";
import type { SettlementLineFragment } from "../server/generated/graphql";
import { useTexts } from "../texts/language";
import type { Payout } from "./lines";

interface CellsProps {
  row: SettlementLineFragment | undefined;
  payout: Payout | undefined;
  /** Whether no money moved, so that nothing is due. */
  silent: boolean;
  children?: ReactNode;
}

export function SettlementCells({ row, payout, silent, children }: CellsProps) {
  const { payment: words, codes } = useTexts();
  if (!row) {
    return (
      <>
        <td className="begins sold" data-label={words.booked}>
          {payout?.soldDate ? <Day of={payout.soldDate} /> : "–"}
        </td>
        <td className="muted wide" colSpan={2}>
          {children || (silent ? "–" : words.notListedYet)}
        </td>
      </>
    );
  }
  return (
    <>
      <td className="begins sold" data-label={words.booked}>
        <Day of={row.soldDate} />
        {row.match === "WEAK" && (
          <Badge tone="open" shape="dashed">
            {codes.match.WEAK}
          </Badge>
        )}
      </td>
      <td className="number booked">
        <Amount of={row.amount} signed bare />
      </td>
      <td className="number fee" data-label={words.feeAlone}>
        <Amount of={row.fee} bare />
        {row.vat && (
          <span className="muted">
            {" ("}
            <Amount of={row.vat} bare />)
          </span>
        )}
      </td>
    </>
  );
}

export function PayoutCells({ row, payout, silent }: CellsProps) {
  const { payment: words } = useTexts();
  if (row) {
    return (
      <>
        <td className="begins paid-out" data-label={words.arrives}>
          <span className="basis settled" title={words.settled}>
            <Shape name="square" size={10} />
            <span className="hidden-text">{words.settled}</span>
            <Day of={row.paidOutDate} />
          </span>
        </td>
        <td className="number pay-out">
          <Amount of={row.payOutAmount} signed bare />
        </td>
      </>
    );
  }
  if (silent || !payout) {
    return (
      <>
        <td className="begins paid-out" data-label={words.arrives}>
          –
        </td>
        <td className="number pay-out">–</td>
      </>
    );
  }
  if (!payout.paidOutDate) {
    return (
      <td className="begins unknown paid-out" data-label={words.arrives} colSpan={2}>
        {words.noDate}
        {payout.reason && (
          <span className="note" data-said="">
            {payout.reason}
          </span>
        )}
      </td>
    );
  }
  return (
    <>
      <td className="begins paid-out" data-label={words.arrives}>
        <span className="basis forecast" data-forecast="">
          <Shape name="hatch" size={12} />
          <Day of={payout.paidOutDate} />
          <span className="note">{words.forecast}</span>
        </span>
      </td>
      <td className="number pay-out">
        <Amount of={payout.amount} signed bare />
        <span className="note">{words.beforeFee}</span>
      </td>
    </>
  );
}

/** Which events a row may belong to. */
export function CandidateCell({ row }: { row: SettlementLineFragment }) {
  const { payment: words } = useTexts();
  return (
    <td className="who">
      {row.matchCandidates.length > 1 && (
        <>
          <span className="note">{words.candidates}</span>
          {row.matchCandidates.map((key) => (
            <span key={key} className="note key" translate="no">
              {key}
            </span>
          ))}
        </>
      )}
    </td>
  );
}
