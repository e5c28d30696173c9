import { expect, it } from "vitest";
import { bookOf, isOf } from "./book";

const ENTRIES = [
  { mId: "b", currency: "KRW" },
  { mId: "a", currency: "USD" },
  { mId: "a", currency: "KRW" },
];

it("looks at one merchant and one currency, won where there is some", () => {
  expect(bookOf(ENTRIES, undefined, undefined)).toEqual({
    merchants: ["a", "b"],
    merchant: "a",
    currencies: ["KRW", "USD"],
    currency: "KRW",
  });
  expect(bookOf(ENTRIES, "a", "USD").currency).toBe("USD");
  expect(bookOf(ENTRIES, "b", "USD").currency).toBe("KRW");
  expect(bookOf([], undefined, undefined)).toEqual({
    merchants: [],
    merchant: undefined,
    currencies: [],
    currency: undefined,
  });
});

it("lets through what is of the book", () => {
  expect(ENTRIES.filter(isOf(bookOf(ENTRIES, undefined, "USD")))).toEqual([{ mId: "a", currency: "USD" }]);
});
