/** Tells that the work list has changed. */
export const CHANGED = "subscription ToCheckChanged { discrepanciesChanged { at } }";
