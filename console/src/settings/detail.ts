// What the audit log keeps beside a step, as words: `key value` of what is there. Text that is no such record comes as it is.

export function detailText(detail: string): string {
  let read: unknown;
  try {
    read = JSON.parse(detail);
  } catch {
    return detail;
  }
  if (read === null || typeof read !== "object" || Array.isArray(read)) return detail;
  return Object.entries(read)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(" · ");
}
