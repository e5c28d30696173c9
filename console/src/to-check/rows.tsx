// The rows of 확인할 항목: a table, and on narrow screens cards of three lines.

import { Link } from "wouter";
import { cameBack, noteCount } from "../desk/steps";
import { Badge, ClassBadge } from "../kit/badge";
import { Amount } from "../kit/figure";
import { Shape } from "../kit/shapes";
import { SkeletonRows } from "../kit/states";
import type { DiscrepancyRowFragment } from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";

/** Which rows somebody has chosen to do something about together. */
export interface Selection {
  has: (id: string) => boolean;
  flip: (id: string) => void;
  flipAll: () => void;
  isAll: boolean;
}

interface RowsProps {
  rows: DiscrepancyRowFragment[] | undefined;
  open: string | undefined;
  /** Undefined for who may do nothing here. */
  selection: Selection | undefined;
  to: (change: Record<string, string | undefined>) => string;
}

function Row({ of: row, open, selection, to }: { of: DiscrepancyRowFragment } & Omit<RowsProps, "rows">) {
  const texts = useTexts();
  const { toCheck, codes, desk } = texts;
  const name = row.payment?.orderId ?? toCheck.noOrder;
  const notes = noteCount(row);
  return (
    <tr className={row.id === open ? "chosen" : undefined}>
      {selection && (
        <td className="pick">
          <input
            type="checkbox"
            aria-label={desk.select(name)}
            checked={selection.has(row.id)}
            onChange={() => selection.flip(row.id)}
          />
        </td>
      )}
      <td className="type">
        <ClassBadge of={row.class} severity={row.severity} />
        {cameBack(row) && (
          <Badge tone="warn" shape="refresh">
            {desk.back}
          </Badge>
        )}
      </td>
      <th scope="row" className="order">
        <Link
          href={to({ item: row.id })}
          data-row=""
          data-id={row.id}
          aria-current={row.id === open ? "true" : undefined}
          translate={row.payment ? "no" : undefined}
        >
          {name}
        </Link>
      </th>
      <td className="method">
        {row.payment && word(codes.method, row.payment.method, row.payment.methodLabel ?? texts.states.unknown)}
      </td>
      <td className="number expected">
        <Amount of={row.expected} bare />
      </td>
      <td className="number observed">
        <Amount of={row.observed} bare />
      </td>
      <td className="number difference">
        <Amount of={row.delta} signed />
      </td>
      <td className="found muted nowrap">{desk.age(row.ageBusinessDays)}</td>
      <td className="assignee" translate="no">
        {row.assignee ?? <span className="muted">–</span>}
      </td>
      <td className="notes">
        {notes > 0 && (
          <span className="note nowrap" title={desk.noteCount(notes)}>
            <Shape name="sheet" size={14} />
            <span className="hidden-text">{desk.noteCount(notes)}</span>
            <span aria-hidden="true">{notes}</span>
          </span>
        )}
      </td>
    </tr>
  );
}

export function Rows({ rows, open, selection, to }: RowsProps) {
  const { toCheck, desk } = useTexts();
  const heads: [string, string?][] = [
    [toCheck.type],
    [toCheck.order],
    [toCheck.method],
    [toCheck.expected, "number"],
    [toCheck.observed, "number"],
    [toCheck.difference, "number"],
    [desk.ageHead],
    [desk.assignee],
    [desk.notes],
  ];
  return (
    <table className="rows to-check-rows">
      <thead>
        <tr>
          {selection && (
            <th scope="col" className="pick">
              <input
                type="checkbox"
                aria-label={desk.selectAll}
                checked={selection.isAll}
                onChange={() => selection.flipAll()}
              />
            </th>
          )}
          {heads.map(([head, is]) => (
            <th key={head} scope="col" className={is}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {!rows && <SkeletonRows rows={12} columns={heads.length} />}
        {rows?.map((row) => (
          <Row key={row.id} of={row} open={open} selection={selection} to={to} />
        ))}
      </tbody>
    </table>
  );
}
