// The day on which an event's money moves: solid is Toss's word, hatched a forecast, and what nobody knows has its reason.

import { useTexts } from "../texts/language";
import { Day } from "./figure";
import { Shape } from "./shapes";

interface PayoutShown {
  basis: string;
  paidOutDate?: string | null;
  reason?: string | null;
}

export function PayoutDate({ of }: { of: PayoutShown | null | undefined }) {
  const { payment: words } = useTexts();
  if (!of) return <span className="muted">–</span>;
  if (!of.paidOutDate) {
    return (
      <span className="muted" title={of.reason ?? undefined}>
        {words.noDate}
      </span>
    );
  }
  const isForecast = of.basis !== "SETTLED";
  return (
    <span className={`basis ${isForecast ? "forecast" : "settled"}`} data-forecast={isForecast ? "" : undefined}>
      <Shape name={isForecast ? "hatch" : "square"} size={isForecast ? 12 : 10} />
      {!isForecast && <span className="hidden-text">{words.settled}</span>}
      <Day of={of.paidOutDate} />
      {isForecast && <span className="note">{words.forecast}</span>}
    </span>
  );
}
