// What is shown of closed periods: pure readings of what the API tells of them.

/** Refusals that say that days are to be read first. */
const UNREAD = ["NOT_READ", "UNREADABLE"];

/** Whether 수집 현황 tells more of why a period cannot be closed. */
export function isOfReading(code: string): boolean {
  return UNREAD.includes(code);
}

/** How many payments stand beside a figure before the rest is counted. */
export const SHOWN_PAYMENTS = 8;

/** The first payments and how many more there are. */
export function shownOf<T>(payments: readonly T[]): { shown: readonly T[]; others: number } {
  const shown = payments.slice(0, SHOWN_PAYMENTS);
  return { shown, others: payments.length - shown.length };
}

/** What writes the report of a closed period again, on the server. */
export function commandOf(id: string): string {
  return `toss-recon report --period ${id}`;
}
