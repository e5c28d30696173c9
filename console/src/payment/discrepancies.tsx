// What disagrees about a payment, above its lines. What only informs is a quiet line.

import { DeskActions } from "../desk/actions";
import { useSeenAt } from "../desk/seen";
import { Badge, ClassBadge } from "../kit/badge";
import { Amount } from "../kit/figure";
import { useTexts } from "../texts/language";
import type { DiscrepancyShown } from "./lines";

/** The element that explains a discrepancy, for the lines that it marks. */
export function explanationId(of: DiscrepancyShown): string {
  return `discrepancy-${of.id.replace(/[^\w-]/g, "-")}`;
}

export function Discrepancies({ of }: { of: readonly DiscrepancyShown[] }) {
  const { payment, desk, toCheck } = useTexts();
  const seenAt = useSeenAt(of);
  if (of.length === 0) return null;
  return (
    <section className="discrepancies" aria-label={payment.discrepancies}>
      {of.map((one) => (
        <div key={one.id} className={`discrepancy ${one.severity === "ERROR" ? "bad" : "quiet"}`}>
          <ClassBadge of={one.class} severity={one.severity} />
          <p id={explanationId(one)} data-said="">
            {one.explanation}
          </p>
          {one.delta && (
            <strong>
              <Amount of={one.delta} signed />
            </strong>
          )}
          <span className="desk-line">
            {one.state === "ACKNOWLEDGED" && (
              <Badge tone="quiet" shape="check">
                {toCheck.acknowledged}
              </Badge>
            )}
            {one.assignee && (
              <span>
                {desk.assignee} <span translate="no">{one.assignee}</span>
              </span>
            )}
            {one.severity === "ERROR" && (
              <>
                <span className="muted nowrap">{desk.age(one.ageBusinessDays)}</span>
                <DeskActions of={[one]} seenAt={seenAt} acts={["acknowledge", "reopen"]} />
              </>
            )}
          </span>
        </div>
      ))}
    </section>
  );
}
