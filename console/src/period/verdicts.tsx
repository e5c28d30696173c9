// How many of the payments stand how. Green only where every one of them was checked against the payment itself.

import { Link } from "wouter";
import { changed } from "../kit/address";
import { Shape, type ShapeName } from "../kit/shapes";
import { routes } from "../routes";
import type { PeriodQuery } from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";
import type { PeriodAddress } from "./address";

const SHAPES: Record<string, ShapeName> = {
  RECONCILED: "full",
  PENDING: "quarter",
  DISCREPANT: "alert",
  INCOMPLETE: "dashed",
};
const ORDER = Object.keys(SHAPES);

export function Verdicts({ of, address }: { of: PeriodQuery["reconciliation"][number]; address: PeriodAddress }) {
  const { period: words, codes } = useTexts();
  const shown = [...of.verdicts].sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
  const toneOf = (verdict: string) =>
    verdict === "RECONCILED" && of.uncheckedCount > 0 ? "unchecked" : verdict.toLowerCase();
  const rows = (verdict: string) =>
    routes.payments + changed(new URLSearchParams(), { m: of.mId, ...address.range, verdict });
  return (
    <section className="card part verdicts">
      <h2>{words.verdicts}</h2>
      <div className="verdict-bar" aria-hidden="true">
        {shown.map(({ verdict, count }) => (
          <span key={verdict} className={toneOf(verdict)} style={{ flexGrow: count }} />
        ))}
      </div>
      <ul>
        {shown.map(({ verdict, count }) => {
          const text = (
            <>
              <span className={`verdict ${toneOf(verdict)}`}>
                <Shape name={SHAPES[verdict] ?? "dashed"} size={12} />
                {word(codes.verdict, verdict, codes.verdict.INCOMPLETE)}
              </span>
              <strong>{count}</strong>
            </>
          );
          return (
            <li key={verdict}>
              {address.basis === "TRANSACTION" ? <Link href={rows(verdict)}>{text}</Link> : <span>{text}</span>}
            </li>
          );
        })}
      </ul>
      {of.uncheckedCount > 0 && <p className="note">{words.unchecked(of.uncheckedCount)}</p>}
    </section>
  );
}
