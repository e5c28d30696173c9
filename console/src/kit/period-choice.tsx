// Chooses a period: some by their names, others day by day, and the day that counts.

import { Link } from "wouter";
import { useTexts } from "../texts/language";
import { useListAddress } from "./list-page";
import { BASES, periodOf, presets } from "./period";
import { RangeField } from "./range-field";

export function PeriodChoice() {
  const { period: words } = useTexts();
  const { params, to, go } = useListAddress();
  const { range, basis } = periodOf(params);
  const isRange = (of: { from: string; to: string }) => of.from === range.from && of.to === range.to;
  return (
    <div className="period-choosers">
      <nav className="tabs" aria-label={words.range}>
        {Object.entries(presets()).map(([name, of]) => (
          <Link key={name} className="tab" href={to({ ...of })} aria-current={isRange(of) ? "page" : undefined}>
            {words.presets[name as keyof typeof words.presets]}
          </Link>
        ))}
      </nav>
      <RangeField label={words.range} range={range} choose={(chosen) => go({ ...chosen })} />
      <select
        className="control"
        aria-label={words.basis}
        value={basis}
        onChange={(event) => go({ basis: event.target.value === "TRANSACTION" ? undefined : event.target.value })}
      >
        {BASES.map((one) => (
          <option key={one} value={one}>
            {words.basis} {words.bases[one]}
          </option>
        ))}
      </select>
    </div>
  );
}
