// Two days and what lies between them, both included.

import { useTexts } from "../texts/language";

interface RangeFieldProps {
  label: string;
  range: { from: string; to: string } | undefined;
  choose: (range: { from: string; to: string }) => void;
}

/** A day alone is a range of that day until the other is given. */
export function RangeField({ label, range, choose }: RangeFieldProps) {
  const { toCheck } = useTexts();
  const change = (part: { from?: string; to?: string }) => {
    const [from, to] = [part.from ?? range?.from ?? "", part.to ?? range?.to ?? ""];
    choose({ from: from || to, to: to || from });
  };
  return (
    <fieldset className="range">
      <legend className="hidden-text">{label}</legend>
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
