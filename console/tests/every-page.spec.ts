// Every page in both languages, both themes and both widths: it loads, is accessible, fits, and speaks the language alone.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import type { Page } from "@playwright/test";
import type { Demo } from "./demo";
import { expect, test } from "./guards";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PICTURES = resolve(import.meta.dirname, "../pictures");

const pages: Record<string, (demo: Demo) => Promise<string> | string> = {
  "to-check": () => "/",
  "to-check-open": async (demo) => `/?class=SETTLEMENT_RESTATED&item=${await restated(demo)}`,
  "to-check-filtered": () => "/?from=2001-01-01&to=2001-01-31",
  payment: async (demo) => `/payments/${await demo.key("order-settled-twice")}`,
  "payment-void": async (demo) => `/payments/${await demo.key("order-never-paid")}`,
  "payment-foreign": async (demo) => `/payments/${await demo.key("order-wallet-unsettled")}`,
  payments: () => "/payments",
  transactions: () => "/transactions",
  settlements: () => "/settlements",
  payouts: async (demo) => {
    const day = await payoutDay(demo);
    return `/payouts?month=${day.slice(0, 7)}&day=${day}&m=tdemoshop01`;
  },
  period: () => `/period?from=${daysAgo(40)}&to=${daysAgo(0)}&m=tdemoshop01`,
  "period-closed": async (demo) => `/period?${await closed(demo)}`,
  "period-close": async (demo) => `/period?${await closed(demo)}`,
  cancels: () => "/cancels",
  coverage: () => "/coverage",
  "coverage-again": () => "/coverage",
  reports: () => "/reports",
  settings: () => "/settings",
  "not-found": () => "/no/such/page",
};

/** What is opened on a page before it is looked at. */
const opened: Record<string, string> = {
  "period-closed": ".closing li summary",
  "period-close": ".closing .closed-head .button",
  "coverage-again": ".page-head .button",
};

/** Days whose books are closed, of the shop that was read whole. */
async function closed(demo: Demo): Promise<string> {
  const mId = "tdemoshop02";
  const [from, to] = [daysAgo(20), daysAgo(18)];
  const input = { mId, from, to, note: "2026-11 ✓" };
  await demo.ask(
    "mutation ($input: ClosePeriodInput!) { closePeriod(input: $input) { error { code } } }",
    { input },
    demo.admin,
  );
  return `from=${from}&to=${to}&m=${mId}`;
}

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}

/** What says before and after of a row. */
async function restated(demo: Demo): Promise<string> {
  const { discrepancies } = await demo.ask(
    "{ discrepancies(filter: {class: [SETTLEMENT_RESTATED]}) { nodes { id } } }",
  );
  return encodeURIComponent(discrepancies.nodes[0].id);
}

/** A day of this month or the last on which something was paid out. */
async function payoutDay(demo: Demo): Promise<string> {
  const to = new Date().toISOString().slice(0, 10);
  const from = new Date(Date.now() - 20 * 86_400_000).toISOString().slice(0, 10);
  const { payoutDays } = await demo.ask(
    `{ payoutDays(range: {from: "${from}", to: "${to}"}, mId: ["tdemoshop01"]) { paidOutDate basis } }`,
  );
  return payoutDays.find((day: { basis: string }) => day.basis === "SETTLED").paidOutDate;
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: axe has put itself there
    const found = await (window as any).axe.run(document, { resultTypes: ["violations"] });
    // biome-ignore lint/suspicious/noExplicitAny: only told
    return found.violations.flatMap((rule: any) =>
      rule.nodes.map((node: any) => `${rule.id}: ${node.html.slice(0, 160)}`),
    );
  });
}

/** The page's own words: without data, and without sentences that the API made. */
async function ownWords(page: Page): Promise<string> {
  return page.evaluate(() => {
    const copy = document.body.cloneNode(true) as HTMLElement;
    for (const other of copy.querySelectorAll("[translate=no], [data-said], noscript, script, style")) other.remove();
    return copy.textContent ?? "";
  });
}

async function clipped(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, a.button, .badge, .tab")]
      .filter((one) => one.offsetParent !== null && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
      .map((one) => one.outerHTML.slice(0, 160)),
  );
}

for (const language of ["ko", "en"] as const) {
  for (const theme of ["light", "dark"] as const) {
    for (const width of [1440, 390]) {
      test(`every page in ${language}, ${theme}, ${width} px`, async ({ browser, demo }) => {
        test.setTimeout(120_000);
        const context = await browser.newContext({
          locale: language === "ko" ? "ko-KR" : "en-US",
          colorScheme: theme,
          viewport: { width, height: width < 700 ? 844 : 900 },
          hasTouch: width < 700,
        });
        const page = await context.newPage();
        const told: string[] = [];
        page.on("console", (message) => message.type() === "error" && told.push(message.text()));
        page.on("pageerror", (error) => told.push(String(error)));
        await page.goto(`${demo.origin}/console/#sign-in=${demo.admin}`);
        await expect(page.locator(".person .name")).not.toBeEmpty();
        for (const [name, address] of Object.entries(pages)) {
          await page.goto(`${demo.origin}/console${await address(demo)}`);
          await expect(page.locator("main h1")).toBeAttached();
          await expect(page.locator(".skeleton, [aria-busy=true]")).toHaveCount(0);
          await expect(page.locator(".freshness")).not.toBeEmpty();
          if (opened[name]) {
            await page.locator(opened[name]).first().click();
            await expect(page.locator(".skeleton-line")).toHaveCount(0);
          }
          const where = `${name} ${language} ${theme} ${width}`;
          await page.screenshot({ path: resolve(PICTURES, `${name}-${language}-${theme}-${width}.png`) });
          expect(await violations(page), where).toEqual([]);
          const sideways = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          );
          expect(sideways, where).toBeLessThanOrEqual(0);
          expect(await clipped(page), where).toEqual([]);
          expect(await page.locator("h1").count(), where).toBe(1);
          const words = await ownWords(page);
          expect(words, where).not.toMatch(/\b[A-Z]{2,}_[A-Z_]+\b/);
          if (language === "en") expect(words, where).not.toMatch(/[가-힣]/);
        }
        expect(told).toEqual([]);
        await context.close();
      });
    }
  }
}
