import { expect, it } from "vitest";
import { commandOf, isOfReading, SHOWN_PAYMENTS, shownOf } from "./closed";

it("sends to the coverage for days that were not read, and for nothing else", () => {
  expect(["NOT_READ", "UNREADABLE"].every(isOfReading)).toBe(true);
  expect(["NOT_OVER", "OVERLAPS", "CHANGING", "INVALID_INPUT", "READ"].some(isOfReading)).toBe(false);
});

it("counts the payments that are not named", () => {
  const many = Array.from({ length: SHOWN_PAYMENTS + 3 }, (_, index) => index);
  expect(shownOf(many).others).toBe(3);
  expect(shownOf(many).shown).toHaveLength(SHOWN_PAYMENTS);
  expect(shownOf(many.slice(0, SHOWN_PAYMENTS)).others).toBe(0);
  expect(shownOf([])).toEqual({ shown: [], others: 0 });
});

it("names the period in the command as the API names it", () => {
  expect(commandOf("UGVyaW9kOjE")).toBe("toss-recon report --period UGVyaW9kOjE");
});
