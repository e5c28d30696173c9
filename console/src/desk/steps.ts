// What can be done about discrepancies, and what takes it back.

import type { Act } from "../texts/desk";

export type { Act };

export interface OnDesk {
  id: string;
  state: string;
  assignee?: string | null;
  notes: readonly { action: string }[];
}

/** Steps that change how a discrepancy stands; notes and assignments do not. */
const STANDING = new Set(["ACKNOWLEDGED", "REOPENED", "EVIDENCE_CHANGED", "DAY_CAME", "RESOLVED", "FOUND_AGAIN"]);
const BY_ITSELF = new Set(["EVIDENCE_CHANGED", "DAY_CAME", "FOUND_AGAIN"]);

/** Whether it came back by itself after somebody had seen to it. */
export function cameBack(of: OnDesk): boolean {
  const last = of.notes.filter((step) => STANDING.has(step.action)).at(-1);
  return of.state === "OPEN" && last !== undefined && BY_ITSELF.has(last.action);
}

export function noteCount(of: OnDesk): number {
  return of.notes.filter((step) => step.action === "NOTED" || step.action === "ACKNOWLEDGED").length;
}

/** What may be done about all of these together. */
export function actsOf(chosen: readonly OnDesk[]): Act[] {
  if (chosen.length === 0 || chosen.some((one) => one.state === "RESOLVED")) return [];
  if (chosen.every((one) => one.state === "OPEN")) return ["acknowledge", "assign", "note"];
  if (chosen.every((one) => one.state === "ACKNOWLEDGED")) return ["reopen", "assign", "note"];
  return ["assign", "note"];
}

/** Who had each of them before, for giving them back: one group for each person, null for nobody. */
export function heldBefore(chosen: readonly OnDesk[]): Map<string | null, string[]> {
  const groups = new Map<string | null, string[]>();
  for (const { id, assignee } of chosen) {
    const holder = assignee ?? null;
    groups.set(holder, [...(groups.get(holder) ?? []), id]);
  }
  return groups;
}
