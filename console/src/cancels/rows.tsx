// The rows of 취소 요청, each with what can be done about it.

import { Link } from "wouter";
import { minute } from "../figures/days";
import { Badge, type Tone } from "../kit/badge";
import { Amount, Instant } from "../kit/figure";
import { useMerchant } from "../kit/merchant";
import type { ShapeName } from "../kit/shapes";
import { SkeletonRows } from "../kit/states";
import { addressOf } from "../routes";
import type { RequestRowFragment } from "../server/generated/graphql";
import { cancelError } from "../texts/cancel";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";
import { type Action, actionsOf } from "./filters";

const shown: Record<string, [Tone, ShapeName]> = {
  SUCCEEDED: ["quiet", "check"],
  REJECTED: ["quiet", "none"],
  AWAITING_APPROVAL: ["warn", "quarter"],
  NEEDS_OPERATOR: ["bad", "alert"],
};

interface RowsProps {
  rows: RequestRowFragment[] | undefined;
  viewer: { name: string; role: string } | undefined;
  act: (action: Action, of: RequestRowFragment) => void;
}

export function RequestRows({ rows, viewer, act }: RowsProps) {
  const texts = useTexts();
  const { requests: words, codes } = texts;
  const { keep } = useMerchant();
  const heads = [words.at, words.payment, words.amount, words.reason, words.by, words.status, words.actions];
  return (
    <table className="rows request-rows">
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col" className={head === words.amount ? "number" : undefined}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {!rows && <SkeletonRows rows={6} columns={heads.length} />}
        {rows?.map((row) => {
          const [tone, shape] = shown[row.status] ?? ["wait", "quarter"];
          return (
            <tr key={row.id}>
              <td className="at">
                <Instant of={row.requestedAt} />
              </td>
              <th scope="row" className="of">
                <Link href={keep(addressOf.payment(row.paymentKey))} data-row="" className="key" translate="no">
                  {row.payment?.orderId ?? row.paymentKey}
                </Link>
              </th>
              <td className="number sum">{row.amount ? <Amount of={row.amount} /> : words.whole}</td>
              <td className="why" translate="no">
                {row.reason}
              </td>
              <td className="by">
                <span translate="no">{row.requestedBy}</span>
                {row.approvedBy && (
                  <span className="note">
                    {words.approvedBy} <span translate="no">{row.approvedBy}</span>
                  </span>
                )}
              </td>
              <td className="state">
                <Badge tone={tone} shape={shape}>
                  {word(codes.request, row.status, codes.request.UNKNOWN)}
                </Badge>
                {row.expiresAt && <span className="note">{words.until(minute(row.expiresAt).slice(5))}</span>}
                {row.error && row.status !== "AWAITING_APPROVAL" && (
                  <span className="note" data-said="">
                    {cancelError(texts.cancel, row.error)}
                  </span>
                )}
              </td>
              <td className="acts">
                {viewer &&
                  actionsOf(row, viewer).map((action) => (
                    <button type="button" key={action} className="button small" onClick={() => act(action, row)}>
                      {words[action]}
                    </button>
                  ))}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
