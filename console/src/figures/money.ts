// Amounts as the API sends them: text, from the first digit to the last. No number of JavaScript ever holds one.

export interface MoneyText {
  amount: string;
  currency: string;
}

export interface AmountParts {
  negative: boolean;
  whole: string;
  /** With its point; empty where there is none. */
  fraction: string;
}

const AMOUNT = /^(-?)(\d+)(\.\d+)?$/;
const grouped = new Intl.NumberFormat("en-US");

/** The parts of an amount, its whole grouped by thousands. Text that is no amount comes back as it is. */
export function amountParts(amount: string): AmountParts {
  const [, sign, whole, fraction] = AMOUNT.exec(amount) ?? [];
  if (whole === undefined) return { negative: false, whole: amount, fraction: "" };
  return { negative: sign === "-", whole: grouped.format(BigInt(whole)), fraction: fraction ?? "" };
}

/** Whether an amount is nothing, however many zeros it is written with. */
export function isZero(amount: string): boolean {
  return /^-?0+(\.0+)?$/.test(amount);
}

export function isNegative(amount: string): boolean {
  return amount.startsWith("-") && !isZero(amount);
}

/** `44,000`, `-0.50`; with `signed`, what is above zero has a plus. */
export function digits(amount: string, signed = false): string {
  const { negative, whole, fraction } = amountParts(amount);
  const sign = negative ? "-" : signed && !isZero(amount) ? "+" : "";
  return `${sign}${whole}${fraction}`;
}

/** What is written behind the digits: 원 for won in Korean, else the currency; MUSD is written in dollars. */
export function unit(currency: string, language: string): string {
  if (currency === "KRW" && language === "ko") return "원";
  return ` ${currency === "MUSD" ? "USD" : currency}`;
}

export function money(value: MoneyText, language: string, signed = false): string {
  return `${digits(value.amount, signed)}${unit(value.currency, language)}`;
}

/** What somebody typed, as the API takes it: digits and one point. Undefined for anything else. */
export function typedAmount(text: string): string | undefined {
  const bare = text.replaceAll(",", "").trim();
  return /^\d+(\.\d+)?$/.test(bare) ? bare : undefined;
}

/** What somebody is typing, grouped: unfinished fractions stay as they are. */
export function groupTyped(text: string): string {
  const bare = text.replaceAll(",", "");
  const [, whole, rest] = /^(\d+)(\.\d*)?$/.exec(bare) ?? [];
  return whole === undefined ? text : `${grouped.format(BigInt(whole))}${rest ?? ""}`;
}
