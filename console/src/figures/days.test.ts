import { expect, it } from "vitest";
import { addDays, addMonths, age, isDay, longDay, minute, monthRange, shortDay, todayInSeoul, weeksOf } from "./days";

it("writes days with their weekday", () => {
  expect(longDay("2026-11-18", "ko")).toBe("2026-11-18 (수)");
  expect(longDay("2026-11-18", "en")).toBe("2026-11-18 (Wed)");
  expect(shortDay("2024-02-29", "ko")).toBe("02-29 (목)");
});

it("cuts instants from their own text", () => {
  expect(minute("2026-11-18T14:20:05+09:00")).toBe("2026-11-18 14:20");
});

it("walks over ends of months and years", () => {
  expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  expect(addDays("2028-03-01", -1)).toBe("2028-02-29");
  expect(addMonths("2026-12", 1)).toBe("2027-01");
  expect(addMonths("2026-01", -1)).toBe("2025-12");
  expect(monthRange("2026-02")).toEqual({ from: "2026-02-01", to: "2026-02-28" });
});

it("gives a month in whole weeks from Sunday", () => {
  const weeks = weeksOf("2026-11");
  expect(weeks[0]?.[0]).toBe("2026-11-01");
  expect(weeks.at(-1)?.at(-1)).toBe("2026-12-05");
  expect(weeks.every((week) => week.length === 7)).toBe(true);
});

it("knows today in Seoul from any zone", () => {
  expect(todayInSeoul(new Date("2026-11-17T15:00:00Z"))).toBe("2026-11-18");
  expect(todayInSeoul(new Date("2026-11-17T14:59:59Z"))).toBe("2026-11-17");
});

it("takes days that there are", () => {
  for (const day of ["2026-02-28", "2028-02-29"]) expect(isDay(day)).toBe(true);
  for (const text of ["2026-02-30", "2026-1-1", "", "today", "2026-13-01"]) expect(isDay(text)).toBe(false);
});

it("spells out an age in one unit", () => {
  const now = Date.parse("2026-11-18T14:20:00+09:00");
  expect(age("2026-11-18T14:19:30+09:00", now)).toEqual({ unit: "now", count: 0 });
  expect(age("2026-11-18T14:00:00+09:00", now)).toEqual({ unit: "minutes", count: 20 });
  expect(age("2026-11-18T11:00:00+09:00", now)).toEqual({ unit: "hours", count: 3 });
  expect(age("2026-11-10T11:00:00+09:00", now)).toEqual({ unit: "days", count: 8 });
});
