// Two days and what lies between them, both included.

import { useTexts } from "../texts/language";
import type { DayRange } from "./address";

interface RangeFieldProps {
  label: string;
  range: DayRange | undefined;
  choose: (range: DayRange) => void;
  /** Whether the label stands before the days. */
  isNamed?: boolean;
}

/** A day alone is a range of that day until the other is given. */
export function RangeField({ label, range, choose, isNamed = false }: RangeFieldProps) {
  const { toCheck } = useTexts();
  const change = (part: { from?: string; to?: string }) => {
    const [from, to] = [part.from ?? range?.from ?? "", part.to ?? range?.to ?? ""];
    choose({ from: from || to, to: to || from });
  };
  return (
    <fieldset className="range">
      <legend className="hidden-text">{label}</legend>
      {isNamed && (
        <span className="note nowrap" aria-hidden="true">
          {label}
        </span>
      )}
      <input
        className="control"
        type="date"
        aria-label={`${label} ${toCheck.from}`}
        value={range?.from ?? ""}
        onChange={(event) => change({ from: event.target.value })}
      />
      <span aria-hidden="true">~</span>
      <input
        className="control"
        type="date"
        aria-label={`${label} ${toCheck.to}`}
        value={range?.to ?? ""}
        onChange={(event) => change({ to: event.target.value })}
      />
    </fieldset>
  );
}
