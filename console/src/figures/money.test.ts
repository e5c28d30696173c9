import { describe, expect, it } from "vitest";
import { digits, groupTyped, isNegative, isZero, money, typedAmount } from "./money";

describe("amounts", () => {
  it("are written with every digit that the API sent", () => {
    const cases: [string, string, string][] = [
      ["44000", "44,000", "+44,000"],
      ["-44000", "-44,000", "-44,000"],
      ["0", "0", "0"],
      ["-0.50", "-0.50", "-0.50"],
      ["0.00", "0.00", "0.00"],
      ["181.56", "181.56", "+181.56"],
      ["0.001234", "0.001234", "+0.001234"],
      ["123456789012345678901234", "123,456,789,012,345,678,901,234", "+123,456,789,012,345,678,901,234"],
    ];
    for (const [text, plain, signed] of cases) {
      expect(digits(text)).toBe(plain);
      expect(digits(text, true)).toBe(signed);
    }
  });

  it("keep their digits whatever they are", () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % below;
    };
    for (let turn = 0; turn < 2000; turn += 1) {
      const whole = String(random(9) + 1) + Array.from({ length: random(24) }, () => random(10)).join("");
      const fraction = random(2) === 0 ? "" : `.${Array.from({ length: random(6) + 1 }, () => random(10)).join("")}`;
      const text = `${random(2) === 0 ? "-" : ""}${whole}${fraction}`;
      expect(digits(text).replaceAll(",", "")).toBe(text);
    }
  });

  it("have their currency behind them", () => {
    expect(money({ amount: "44000", currency: "KRW" }, "ko")).toBe("44,000원");
    expect(money({ amount: "44000", currency: "KRW" }, "en")).toBe("44,000 KRW");
    expect(money({ amount: "181.56", currency: "USD" }, "ko")).toBe("181.56 USD");
    expect(money({ amount: "0.001234", currency: "MUSD" }, "ko", true)).toBe("+0.001234 USD");
  });

  it("are below zero only where there is something to be below", () => {
    expect(isNegative("-1")).toBe(true);
    expect(isNegative("-0.00")).toBe(false);
    expect(isZero("0.000000")).toBe(true);
    expect(isZero("0.01")).toBe(false);
  });

  it("are taken as they are typed, and nothing else is", () => {
    expect(typedAmount("33,000")).toBe("33000");
    expect(typedAmount(" 12.5 ")).toBe("12.5");
    for (const text of ["", "-1", "1.", ".5", "1e3", "1.2.3", "천"]) expect(typedAmount(text)).toBeUndefined();
    expect(groupTyped("1234567")).toBe("1,234,567");
    expect(groupTyped("1234.")).toBe("1,234.");
    expect(groupTyped("12a")).toBe("12a");
  });
});
