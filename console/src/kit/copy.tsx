// Copies a key or an order number.

import { useState } from "react";
import { useTexts } from "../texts/language";
import { announce } from "./announce";
import { Shape } from "./shapes";

/** Text that a spreadsheet would take for a formula is given as text. */
export function defused(text: string): string {
  return /^[=+\-@]/.test(text) && !/^-?[\d.]+$/.test(text) ? `'${text}` : text;
}

export function Copy({ text, what }: { text: string; what: string }) {
  const texts = useTexts();
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(defused(text));
    setDone(true);
    announce(texts.states.copied);
    setTimeout(() => setDone(false), 1500);
  };
  return (
    <button type="button" className="icon-button" onClick={copy} title={texts.states.copy(what)}>
      <Shape name={done ? "check" : "copy"} size={14} />
      <span className="hidden-text">{texts.states.copy(what)}</span>
    </button>
  );
}
