// Single letters as commands. They count outside fields alone, by their place on the keyboard, so that a Korean input method
// changes nothing, and can be switched off.

import { useEffect, useRef } from "react";

const SWITCH = "single-keys";

export function singleKeysOn(): boolean {
  return localStorage.getItem(SWITCH) !== "off";
}

export function switchSingleKeys(on: boolean): void {
  localStorage.setItem(SWITCH, on ? "on" : "off");
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** `?`, `/`, a letter, `ArrowDown`, or two letters one after the other such as `g i`. */
export type Keys = Record<string, (event: KeyboardEvent) => void>;

function nameOf(event: KeyboardEvent): string {
  if (event.code === "Slash") return event.shiftKey ? "?" : "/";
  if (event.code.startsWith("Key")) return event.code.slice(3).toLowerCase();
  if (event.code === "BracketLeft") return "[";
  if (event.code === "BracketRight") return "]";
  return event.key;
}

let prefix: { key: string; at: number } | undefined;
const PREFIX_MS = 1500;

function prefixed(name: string, at: number): string {
  const begun = prefix && at - prefix.at < PREFIX_MS ? prefix.key : undefined;
  return begun ? `${begun} ${name}` : name;
}

/** What letters do while a part is shown. */
export function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || document.querySelector("[role=dialog], [role=alertdialog]")) return;
      const name = nameOf(event);
      if (name.length === 1 && !singleKeysOn()) return;
      // Elsewhere than on a row it presses what has the focus.
      if (name === " " && !(event.target instanceof Element && event.target.hasAttribute("data-row"))) return;
      const run = latest.current[prefixed(name, event.timeStamp)];
      if (!run) return;
      event.preventDefault();
      run(event);
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}

/** Remembers a `g` for the letter after it. Once, for the whole console. */
export function usePrefix(): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      const name = nameOf(event);
      prefix = name === "g" ? { key: name, at: event.timeStamp } : undefined;
    };
    // After what the letters do, so that a `g` is no prefix of itself.
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
}

/** Moves the focus among the rows of a list, and gives back its keys. */
export function rowKeys(list: () => HTMLElement | null): Keys {
  const step = (by: 1 | -1) => () => {
    const rows = [...(list()?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const at = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
    const next = at < 0 ? (by === 1 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
    rows[next]?.focus();
  };
  return { j: step(1), k: step(-1), ArrowDown: step(1), ArrowUp: step(-1) };
}
