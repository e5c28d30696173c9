// A filter that is typed: it counts once somebody presses Enter or goes on.

interface TextFieldProps {
  label: string;
  value: string | undefined;
  choose: (value: string) => void;
  inputMode?: "decimal";
}

export function TextField({ label, value = "", choose, inputMode }: TextFieldProps) {
  const take = (text: string) => text.trim() !== value && choose(text.trim());
  return (
    <input
      key={value}
      className={`control typed ${inputMode === "decimal" ? "amount" : ""}`}
      aria-label={label}
      placeholder={label}
      defaultValue={value}
      inputMode={inputMode}
      autoComplete="off"
      spellCheck={false}
      onBlur={(event) => take(event.target.value)}
      onKeyDown={(event) => event.key === "Enter" && take(event.currentTarget.value)}
    />
  );
}
