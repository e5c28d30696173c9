// The length of a bar: an amount's share of the largest, in thousandths. The one thing that is worked out from amounts.

function scaled(amount: string, decimals: number): bigint {
  const [whole = "0", fraction = ""] = amount.replace("-", "").split(".");
  return BigInt(whole + fraction.padEnd(decimals, "0"));
}

/** Whole thousandths of the largest, whatever the signs; 0 where all are 0. */
export function shares(amounts: readonly string[]): number[] {
  const decimals = Math.max(0, ...amounts.map((amount) => amount.split(".")[1]?.length ?? 0));
  const values = amounts.map((amount) => scaled(amount, decimals));
  const largest = values.reduce((most, value) => (value > most ? value : most), 0n);
  return values.map((value) => (largest === 0n ? 0 : Number((value * 1000n) / largest)));
}
