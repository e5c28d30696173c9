import { expect, it } from "vitest";
import { safeNext } from "./routes";

it("follows nothing but addresses of the console", () => {
  expect(safeNext("/console/payments/abc")).toBe("/payments/abc");
  for (const next of [
    null,
    "",
    "https://evil.example",
    "//evil.example",
    "/console//evil.example",
    "/consolex",
    "/console/\\evil",
  ]) {
    expect(safeNext(next)).toBe("/");
  }
});
