// Every address of the console, once.

/** Below this everything lies. */
export const BASE = "/console";

export const routes = {
  toCheck: "/",
  payments: "/payments",
  payment: "/payments/:paymentKey",
  transactions: "/transactions",
  settlements: "/settlements",
  payouts: "/payouts",
  period: "/period",
  cancels: "/cancels",
  coverage: "/coverage",
  reports: "/reports",
  settings: "/settings",
} as const;

/** Letters behind `g` for pages that the menu leads to in two steps. */
export const besides = [
  { page: "transactions", address: routes.transactions, letter: "t" },
  { page: "settlements", address: routes.settlements, letter: "s" },
] as const;

/** What a report is written as. */
export type ReportFormat = "xlsx" | "zip" | "json";

export const addressOf = {
  /** A file of the server's own, outside the console. */
  report: (from: string, to: string, format: ReportFormat, asked: { m?: string; basis?: string }): string => {
    const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
    return `/reports/${from}..${to}.${format}${query.size > 0 ? `?${query}` : ""}`;
  },
  payment: (paymentKey: string): string => `/payments/${encodeURIComponent(paymentKey)}`,
};

/** What the menu leads to, in its order, with the letter behind `g`. */
export const menu = [
  { page: "toCheck", address: routes.toCheck, letter: "i", shape: "list" },
  { page: "records", address: routes.payments, letter: "p", shape: "square" },
  { page: "payouts", address: routes.payouts, letter: "d", shape: "calendar" },
  { page: "period", address: routes.period, letter: "m", shape: "chart" },
  { page: "cancels", address: routes.cancels, letter: "c", shape: "back" },
  { page: "coverage", address: routes.coverage, letter: "v", shape: "stack" },
  { page: "reports", address: routes.reports, letter: "r", shape: "sheet" },
] as const;
