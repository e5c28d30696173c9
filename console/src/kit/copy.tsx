// Copies a key or an order number.

import { useState } from "react";
import { useTexts } from "../texts/language";
import { announce } from "./announce";
import { defused } from "./defused";
import { Shape } from "./shapes";

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
