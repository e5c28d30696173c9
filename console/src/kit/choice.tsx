// One of the values of a filter, or any of them.

interface ChoiceProps {
  label: string;
  any: string;
  values: Record<string, string>;
  chosen: string | undefined;
  choose: (value: string) => void;
}

export function Choice({ label, any, values, chosen, choose }: ChoiceProps) {
  return (
    <select
      className="control"
      aria-label={label}
      value={chosen ?? ""}
      onChange={(event) => choose(event.target.value)}
    >
      <option value="">{any}</option>
      {Object.entries(values).map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  );
}
