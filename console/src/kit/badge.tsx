// A state: its shape and its word on a tint. The colour only repeats them.

import { word } from "../texts/codes";
import { useTexts } from "../texts/language";
import { Shape, type ShapeName } from "./shapes";

export type Tone = "good" | "bad" | "wait" | "warn" | "quiet" | "open";

export function Badge({
  tone,
  shape,
  children,
  own,
}: {
  tone: Tone;
  shape?: ShapeName;
  children: string;
  own?: boolean;
}) {
  return (
    <span className={`badge ${tone}`} translate={own ? "no" : undefined}>
      {shape && <Shape name={shape} size={12} />}
      {children}
    </span>
  );
}

const verdicts: Record<string, [Tone, ShapeName]> = {
  RECONCILED: ["good", "full"],
  PENDING: ["wait", "quarter"],
  DISCREPANT: ["bad", "alert"],
  INCOMPLETE: ["open", "dashed"],
  LISTS_AGREE: ["open", "dashed"],
};

/** How a payment stands. Green only where the payment itself was read and is not stale. */
export function VerdictBadge({ verdict, wasRead, stale }: { verdict: string; wasRead: boolean; stale?: boolean }) {
  const texts = useTexts();
  const shown = verdict === "RECONCILED" && (!wasRead || stale) ? "LISTS_AGREE" : verdict;
  const [tone, shape] = verdicts[shown] ?? ["open", "dashed"];
  return (
    <Badge tone={tone} shape={shape}>
      {word(texts.codes.verdict, shown, texts.codes.verdict.INCOMPLETE)}
    </Badge>
  );
}

const severities: Record<string, [Tone, ShapeName]> = {
  ERROR: ["bad", "alert"],
  WAIT: ["wait", "quarter"],
  INFO: ["quiet", "info"],
};

/** A kind of discrepancy, in the shape of its severity. */
export function ClassBadge({ of, severity }: { of: string; severity: string }) {
  const texts = useTexts();
  const [tone, shape] = severities[severity] ?? ["quiet", "info"];
  return (
    <Badge tone={tone} shape={shape}>
      {word(texts.codes.class, of, texts.states.unknown)}
    </Badge>
  );
}

const effects: Record<string, ShapeName> = {
  PAID: "full",
  REFUNDED: "back",
  VOIDED: "diamond",
  PAYMENT_REVERSED: "bolt",
  NONE: "none",
};

/** What a transaction did to the money. */
export function Effect({ of }: { of: string }) {
  const texts = useTexts();
  return (
    <span className={`effect ${of === "PAID" || of === "REFUNDED" ? "" : "muted"}`}>
      <Shape name={effects[of] ?? "none"} size={14} />
      {word(texts.codes.effect, of, texts.codes.effect.NONE)}
    </span>
  );
}
