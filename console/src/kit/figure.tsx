// Amounts and days as they stand in tables and sentences.

import { longDay, minute, second, shortDay } from "../figures/days";
import { digits, isNegative, type MoneyText, money, unit } from "../figures/money";
import { useSpoken } from "../texts/language";

interface AmountProps {
  of: MoneyText | null | undefined;
  /** With a plus above zero. */
  signed?: boolean;
  /** Without the currency behind it. */
  bare?: boolean;
  /** Why there is none. */
  without?: string;
}

/** An amount with all its digits; what there is not is a dash. */
export function Amount({ of, signed = false, bare = false, without }: AmountProps) {
  const { language } = useSpoken();
  if (!of) return <span title={without}>–</span>;
  const isMusd = of.currency === "MUSD";
  return (
    <span className={isNegative(of.amount) ? "below-zero nowrap" : "nowrap"} title={isMusd ? "MUSD" : undefined}>
      {digits(of.amount, signed)}
      {!bare && <span className="unit">{unit(of.currency, language)}</span>}
    </span>
  );
}

export function moneyText(of: MoneyText, language: string, signed = false): string {
  return money(of, language, signed);
}

export function Day({ of, long = false }: { of: string; long?: boolean }) {
  const { language } = useSpoken();
  return (
    <time dateTime={of} className="nowrap">
      {long ? longDay(of, language) : shortDay(of, language)}
    </time>
  );
}

/** An instant to the minute, its second in the tip. */
export function Instant({ of, year = true }: { of: string; year?: boolean }) {
  return (
    <time dateTime={of} title={second(of)} className="nowrap">
      {year ? minute(of) : minute(of).slice(5)}
    </time>
  );
}
