import { expect, it } from "vitest";
import { wrongDays } from "./wrong-days";

const today = "2026-11-30";
const fault = (day: string) => ({ day, code: "UNSTEADY", message: "", nextAttemptAt: null });

it("spans the days that are missing or wrong, of every list", () => {
  const rows = [
    { gaps: [{ from: "2026-11-10", to: "2026-11-12" }], faults: [] },
    { gaps: [], faults: [fault("2026-11-20"), fault("2026-11-03")] },
  ];
  expect(wrongDays(rows, today)).toEqual({ from: "2026-11-03", to: "2026-11-20" });
});

it("offers yesterday and today where nothing is wrong", () => {
  expect(wrongDays([{ gaps: [], faults: [] }], today)).toEqual({ from: "2026-11-29", to: today });
});

it("offers no day that is yet to come", () => {
  expect(wrongDays([{ gaps: [], faults: [fault("2026-11-20"), fault("2026-12-01")] }], today).to).toBe("2026-11-20");
  expect(wrongDays([{ gaps: [], faults: [fault("2026-11-20"), fault(today)] }], today).to).toBe(today);
});

it("offers no more days than may be asked for", () => {
  const rows = [{ gaps: [{ from: "2025-01-01", to: "2026-11-12" }], faults: [] }];
  expect(wrongDays(rows, today)).toEqual({ from: "2025-11-12", to: "2026-11-12" });
  const whole = [{ gaps: [{ from: "2025-11-12", to: "2026-11-12" }], faults: [] }];
  expect(wrongDays(whole, today).from).toBe("2025-11-12");
});
