// The two pictures of the README: what is to be checked, and what became of one payment. They are drawn anew into docs/ with
// README_PICTURES=1, and beside the others else, so that a test leaves the repository as it was.

import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "./guards";
import { smallPng } from "./small-png";

const FOLDER = resolve(import.meta.dirname, process.env.README_PICTURES ? "../../docs" : "../pictures");
const LARGEST_BYTES = 120_000;

test.use({ locale: "en-US", colorScheme: "light" });

test("pictures of the README show the work list and a payment, and are small", async ({ page, open, demo }) => {
  const fee = await demo.ask("{ discrepancies(filter: {class: [FEE_ARITHMETIC]}) { nodes { id } } }");
  const pictures: [string, string, number][] = [
    ["console-to-check", `/?item=${encodeURIComponent(fee.discrepancies.nodes[0].id)}`, 860],
    ["console-payment", `/payments/${await demo.key("order-settled-twice")}`, 690],
  ];
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, address, height] of pictures) {
    await page.setViewportSize({ width: 1440, height });
    await open(address);
    await expect(page.locator(".skeleton, .skeleton-line, [aria-busy=true]")).toHaveCount(0);
    await expect(page.locator(".freshness")).not.toBeEmpty();
    const picture = await smallPng(page, await page.screenshot());
    expect(picture.length, name).toBeLessThan(LARGEST_BYTES);
    writeFileSync(resolve(FOLDER, `${name}.png`), picture);
  }
});
