import { expect, it } from "vitest";
import { barsByDay, type Entry, read } from "./month";

const won = (amount: string) => ({ amount, currency: "KRW" });

function entry(change: Partial<Entry>): Entry {
  return {
    mId: "a",
    currency: "KRW",
    paidOutDate: "2026-11-18",
    basis: "SETTLED",
    paymentCount: 1,
    cancelCount: 0,
    grossAmount: won("1000"),
    cancelAmount: won("0"),
    fee: won("30"),
    supplyAmount: won("27"),
    vat: won("3"),
    payOutAmount: won("970"),
    depositAmount: won("970"),
    carriedOver: won("0"),
    ...change,
  };
}

it("reads the month of the address, else the one that it is in Seoul", () => {
  expect(read(new URLSearchParams("month=2026-10&day=2026-10-05"), "2026-11-30")).toMatchObject({
    month: "2026-10",
    day: "2026-10-05",
  });
  expect(read(new URLSearchParams("month=2026-13&day=x"), "2026-11-30")).toMatchObject({
    month: "2026-11",
    day: undefined,
  });
});

it("puts what is settled before what is forecast, with lengths of the largest of the month", () => {
  const days = barsByDay(
    [
      entry({ basis: "FORECAST", payOutAmount: won("485") }),
      entry({}),
      entry({ paidOutDate: "2026-11-19", payOutAmount: won("-97") }),
      entry({ paidOutDate: "2026-12-01", payOutAmount: won("9000") }),
    ],
    "2026-11",
  );
  expect(days.get("2026-11-18")?.map((bar) => [bar.entry.basis, bar.share])).toEqual([
    ["SETTLED", 1000],
    ["FORECAST", 500],
  ]);
  expect(days.get("2026-11-19")?.[0]).toMatchObject({ share: 100, negative: true });
  expect(days.has("2026-12-01")).toBe(false);
});
