import { expect, it } from "vitest";
import { places, shares } from "./share";

it("gives thousandths of the largest, whatever the signs", () => {
  expect(shares(["50", "-100", "0"])).toEqual([500, 1000, 0]);
  expect(shares(["0.5", "2"])).toEqual([250, 1000]);
  expect(shares(["0", "0"])).toEqual([0, 0]);
  expect(shares([])).toEqual([]);
  expect(shares(["1", "900000000000000000000000"])).toEqual([0, 1000]);
});

it("places amounts and nought between the least and the largest", () => {
  expect(places(["100", "25", "0"])).toEqual({ zero: 0, at: [1000, 250, 0] });
  expect(places(["-50", "150"])).toEqual({ zero: 250, at: [0, 1000] });
  expect(places(["-0.5"])).toEqual({ zero: 1000, at: [0] });
  expect(places(["0"])).toEqual({ zero: 0, at: [0] });
});
