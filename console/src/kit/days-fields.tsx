// The first and the last day that a dialogue asks for.

import type { DayRange } from "./address";

interface DaysFieldsProps {
  labels: { from: string; to: string };
  range: DayRange;
  latest?: string | undefined;
  choose: (range: DayRange) => void;
}

/** The first and the last day, each with its own name, as it was typed. */
export function DaysFields({ labels, range, latest, choose }: DaysFieldsProps) {
  const field = (end: "from" | "to") => (
    <label className="field">
      <span className="label">{labels[end]}</span>
      <input
        type="date"
        required
        max={latest}
        value={range[end]}
        onChange={(event) => choose({ ...range, [end]: event.target.value })}
      />
    </label>
  );
  return (
    <div className="two-days">
      {field("from")}
      {field("to")}
    </div>
  );
}
