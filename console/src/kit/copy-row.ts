// Ctrl+C on a row of a list copies it for a spreadsheet: cells with tabs between, amounts as plain numbers, and nothing that
// would be taken for a formula.

import { useEffect } from "react";
import { defused } from "./defused";

const AMOUNT = /^[+-]?\d[\d,]*(\.\d+)?(원| [A-Z]{3,4})?$/;

/** A cell's text as a spreadsheet takes it: `-44,000원` is -44000. */
export function cellText(shown: string): string {
  const text = shown.replaceAll("−", "-").replace(/\s+/g, " ").trim();
  if (!AMOUNT.test(text)) return defused(text === "–" ? "" : text);
  return text.replace(/원$| [A-Z]{3,4}$/, "").replace(/[+,]/g, "");
}

function rowText(row: HTMLTableRowElement): string {
  return [...row.cells].map((cell) => cellText(cell.innerText)).join("\t");
}

/** For every row that has the focus, unless some text is chosen. */
export function useRowCopy(): void {
  useEffect(() => {
    const copied = (event: ClipboardEvent) => {
      const focused = document.activeElement;
      const row = focused?.hasAttribute("data-row") ? focused.closest("tr") : null;
      if (!row || !event.clipboardData || document.getSelection()?.isCollapsed === false) return;
      event.clipboardData.setData("text/plain", rowText(row));
      event.preventDefault();
    };
    document.addEventListener("copy", copied);
    return () => document.removeEventListener("copy", copied);
  }, []);
}
