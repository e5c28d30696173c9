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

/** Where each amount and nought lie between the least and the largest of them, in thousandths from the least. */
export function places(amounts: readonly string[]): { zero: number; at: number[] } {
  const decimals = Math.max(0, ...amounts.map((amount) => amount.split(".")[1]?.length ?? 0));
  const signed = (amount: string) => (amount.startsWith("-") ? -scaled(amount, decimals) : scaled(amount, decimals));
  const values = amounts.map(signed);
  const least = values.reduce((low, value) => (value < low ? value : low), 0n);
  const largest = values.reduce((high, value) => (value > high ? value : high), 0n);
  const place = (value: bigint) => (largest === least ? 0 : Number(((value - least) * 1000n) / (largest - least)));
  return { zero: place(0n), at: values.map(place) };
}
