// Days and instants as the API sends them. Days are text; instants are cut from their own Korean time.

const WEEKDAYS: Record<string, readonly string[]> = {
  ko: ["일", "월", "화", "수", "목", "금", "토"],
  en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
};
const DAY_MS = 86_400_000;

function utc(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

/** 0 for Sunday. */
export function weekdayIndex(day: string): number {
  return new Date(utc(day)).getUTCDay();
}

export function weekday(day: string, language: string): string {
  return WEEKDAYS[language === "ko" ? "ko" : "en"]?.[weekdayIndex(day)] ?? "";
}

export function weekdays(language: string): readonly string[] {
  return WEEKDAYS[language === "ko" ? "ko" : "en"] ?? [];
}

/** `2026-11-18 (수)`. */
export function longDay(day: string, language: string): string {
  return `${day} (${weekday(day, language)})`;
}

/** `11-18 (수)`. */
export function shortDay(day: string, language: string): string {
  return `${day.slice(5)} (${weekday(day, language)})`;
}

/** `2026-11-18 14:20`, in the Korean time that the instant was sent in. */
export function minute(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)}`;
}

/** `11-18 14:20`. */
export function shortMinute(instant: string): string {
  return minute(instant).slice(5);
}

/** `2026-11-18 14:20:05`. */
export function second(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 19)}`;
}

export function addDays(day: string, days: number): string {
  return dayOf(utc(day) + days * DAY_MS);
}

/** The first and last day of a month `2026-11`. */
export function monthRange(month: string): { from: string; to: string } {
  const from = `${month}-01`;
  return { from, to: addDays(`${addMonths(month, 1)}-01`, -1) };
}

export function addMonths(month: string, months: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const count = year * 12 + (number - 1) + months;
  return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, "0")}`;
}

/** The weeks from Sunday that hold a month, whole. */
export function weeksOf(month: string): string[][] {
  const { from, to } = monthRange(month);
  const weeks: string[][] = [];
  for (let start = addDays(from, -weekdayIndex(from)); start <= to; start = addDays(start, 7)) {
    weeks.push(Array.from({ length: 7 }, (_, index) => addDays(start, index)));
  }
  return weeks;
}

/** Today in Seoul by the browser's clock. For presets and the ring of a calendar alone. */
export function todayInSeoul(now: Date = new Date()): string {
  return dayOf(now.getTime() + 9 * 3_600_000);
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(utc(text)) && dayOf(utc(text)) === text;
}

export type Age = { unit: "now" | "minutes" | "hours" | "days"; count: number };

/** How long ago an instant was, to one unit. */
export function age(instant: string, now: number = Date.now()): Age {
  const minutes = Math.floor((now - Date.parse(instant)) / 60_000);
  if (minutes < 1) return { unit: "now", count: 0 };
  if (minutes < 60) return { unit: "minutes", count: minutes };
  if (minutes < 48 * 60) return { unit: "hours", count: Math.floor(minutes / 60) };
  return { unit: "days", count: Math.floor(minutes / 1440) };
}
