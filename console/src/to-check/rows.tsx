// The rows of 확인할 항목: a table, and on narrow screens cards of three lines.

import { Link } from "wouter";
import { ClassBadge } from "../kit/badge";
import { Amount, Instant } from "../kit/figure";
import { SkeletonRows } from "../kit/states";
import type { DiscrepancyRowFragment } from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";

interface RowsProps {
  rows: DiscrepancyRowFragment[] | undefined;
  chosen: string | undefined;
  to: (change: Record<string, string | undefined>) => string;
}

export function Rows({ rows, chosen, to }: RowsProps) {
  const texts = useTexts();
  const { toCheck, codes } = texts;
  return (
    <table className="rows to-check-rows">
      <thead>
        <tr>
          <th scope="col">{toCheck.type}</th>
          <th scope="col">{toCheck.order}</th>
          <th scope="col">{toCheck.method}</th>
          <th scope="col" className="number">
            {toCheck.expected}
          </th>
          <th scope="col" className="number">
            {toCheck.observed}
          </th>
          <th scope="col" className="number">
            {toCheck.difference}
          </th>
          <th scope="col">{toCheck.found}</th>
        </tr>
      </thead>
      <tbody>
        {!rows && <SkeletonRows rows={12} columns={7} />}
        {rows?.map((row) => (
          <tr key={row.id} className={row.id === chosen ? "chosen" : undefined}>
            <td className="type">
              <ClassBadge of={row.class} severity={row.severity} />
            </td>
            <th scope="row" className="order">
              <Link
                href={to({ item: row.id })}
                data-row=""
                data-id={row.id}
                aria-current={row.id === chosen ? "true" : undefined}
                translate={row.payment ? "no" : undefined}
              >
                {row.payment?.orderId ?? toCheck.noOrder}
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
            <td className="found muted">
              <Instant of={row.detectedAt} year={false} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
