// What was just done, with a way to take it back. It stays ten seconds, and as long as somebody is at it.

import { useEffect, useState, useSyncExternalStore } from "react";
import { useTexts } from "../texts/language";
import { announce } from "./announce";
import { Shape } from "./shapes";

const SHOWN_MS = 10_000;

interface Told {
  text: string;
  undo: (() => void) | undefined;
}

let told: Told | undefined;
const listeners = new Set<() => void>();

function set(next: Told | undefined): void {
  told = next;
  for (const listener of listeners) listener();
}

const store = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  now: (): Told | undefined => told,
};

/** Tells what was done, in place of what was told before. */
export function tell(text: string, undo?: () => void): void {
  announce(text);
  set({ text, undo });
}

export function Toast() {
  const { states } = useTexts();
  const shown = useSyncExternalStore(store.subscribe, store.now);
  const [isHeld, setIsHeld] = useState(false);
  useEffect(() => {
    if (!shown || isHeld) return;
    const timer = setTimeout(() => set(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown, isHeld]);
  if (!shown) return null;
  const leave = (then?: () => void) => {
    setIsHeld(false);
    set(undefined);
    then?.();
  };
  return (
    <section
      className="toast"
      aria-label={states.done}
      onPointerEnter={() => setIsHeld(true)}
      onPointerLeave={() => setIsHeld(false)}
      onFocus={() => setIsHeld(true)}
      onBlur={() => setIsHeld(false)}
    >
      <Shape name="check" />
      <span>{shown.text}</span>
      {shown.undo && (
        <button type="button" className="button quiet" onClick={() => leave(shown.undo)}>
          {states.undo}
        </button>
      )}
      <button type="button" className="icon-button" onClick={() => leave()}>
        <Shape name="cross" size={14} />
        <span className="hidden-text">{states.close}</span>
      </button>
    </section>
  );
}
