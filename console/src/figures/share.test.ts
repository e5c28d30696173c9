import { expect, it } from "vitest";
import { shares } from "./share";

it("gives thousandths of the largest, whatever the signs", () => {
  expect(shares(["50", "-100", "0"])).toEqual([500, 1000, 0]);
  expect(shares(["0.5", "2"])).toEqual([250, 1000]);
  expect(shares(["0", "0"])).toEqual([0, 0]);
  expect(shares([])).toEqual([]);
  expect(shares(["1", "900000000000000000000000"])).toEqual([0, 1000]);
});
