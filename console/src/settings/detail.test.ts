import { expect, it } from "vitest";
import { detailText } from "./detail";

it("tells what there is, and leaves out what there is not", () => {
  expect(detailText('{"attempt":2,"balance":"17000 KRW","note":null}')).toBe("attempt 2 · balance 17000 KRW");
  expect(detailText('{"days":["2026-11-01"]}')).toBe('days ["2026-11-01"]');
  expect(detailText("no record")).toBe("no record");
  expect(detailText("[1]")).toBe("[1]");
});
