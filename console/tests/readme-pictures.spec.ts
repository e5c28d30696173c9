// The two pictures of the README: what is to be checked, and what became of one payment. They are drawn anew into docs/ with
// README_PICTURES=1, and beside the others else, so that a test leaves the repository as it was.

import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "./guards";
import { smallPng } from "./small-png";

const FOLDER = resolve(import.meta.dirname, process.env.README_PICTURES ? "../../docs" : "../pictures");
const LARGEST_BYTES = 120_000;

test.use({ locale: "en-US", colorScheme: "light", viewport: { width: 1440, height: 860 } });

test("pictures of the README show the work list and a payment, and are small", async ({ page, open, demo }) => {
  const twice = await demo.ask("{ discrepancies(filter: {class: [SETTLEMENT_DUPLICATED]}) { nodes { id } } }");
  const pictures = {
    "console-to-check": `/?item=${encodeURIComponent(twice.discrepancies.nodes[0].id)}`,
    "console-payment": `/payments/${await demo.key("order-settled-twice")}`,
  };
  for (const [name, address] of Object.entries(pictures)) {
    await open(address);
    await expect(page.locator(".skeleton, .skeleton-line, [aria-busy=true]")).toHaveCount(0);
    await expect(page.locator(".freshness")).not.toBeEmpty();
    const picture = await smallPng(page, await page.screenshot());
    expect(picture.length, name).toBeLessThan(LARGEST_BYTES);
    writeFileSync(resolve(FOLDER, `${name}.png`), picture);
  }
});
