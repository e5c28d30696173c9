import { expect, it } from "vitest";
import { type Covered, SHOWN_DAYS, stripOf } from "./strip";

const of = (change: Partial<Covered>): Covered => ({
  mId: "shop",
  source: "TRANSACTIONS",
  from: "2026-11-01",
  through: "2026-11-28",
  lastReadAt: null,
  unavailable: null,
  gaps: [],
  faults: [],
  ...change,
});

const at = (covered: Covered, day: string) => stripOf(covered, "2026-11-30").find((one) => one.day === day)?.is;

it("shows what was read, and nothing as read that was not", () => {
  expect(stripOf(of({}), "2026-11-30")).toHaveLength(SHOWN_DAYS);
  expect(at(of({}), "2026-11-28")).toBe("read");
  expect(at(of({}), "2026-11-29")).toBe("open");
  expect(at(of({}), "2026-10-31")).toBe("none");
  expect(at(of({ from: null, through: null }), "2026-11-10")).toBe("none");
});

it("shows gaps, days behind them, and days with a fault", () => {
  const covered = of({
    through: "2026-11-09",
    gaps: [
      { from: "2026-11-10", to: "2026-11-11" },
      { from: "2026-11-20", to: "2026-11-20" },
    ],
    faults: [{ day: "2026-11-05", code: "UNREADABLE_ROW", message: "", nextAttemptAt: null }],
  });
  expect(at(covered, "2026-11-11")).toBe("gap");
  expect(at(covered, "2026-11-15")).toBe("read");
  expect(at(covered, "2026-11-20")).toBe("gap");
  expect(at(covered, "2026-11-05")).toBe("fault");
  expect(at(covered, "2026-11-21")).toBe("open");
});
