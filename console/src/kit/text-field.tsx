// A filter that is typed: it counts once somebody presses Enter or goes on.

import { useEffect, useRef } from "react";

interface TextFieldProps {
  label: string;
  value: string | undefined;
  choose: (value: string) => void;
  inputMode?: "decimal";
}

export function TextField({ label, value = "", choose, inputMode }: TextFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  // The address may change it too; the focus stays where it is.
  useEffect(() => {
    if (field.current) field.current.value = value;
  }, [value]);
  const take = (text: string) => text.trim() !== value && choose(text.trim());
  return (
    <input
      ref={field}
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
