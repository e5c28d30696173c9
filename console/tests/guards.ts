// What fails any test: a violation of the page's policy, an error in the console, a request to another host, a fault of the
// server. And what tests begin with.

import { test as base, expect, type Page } from "@playwright/test";
import { Demo } from "./demo";

interface Worker {
  demo: Demo;
}

interface Each {
  /** Opens an address of the console as the holder of a token: the demo's admin unless another is named. */
  open: (path: string, token?: string) => Promise<void>;
  /** What the browser may say in this test. */
  expected: RegExp;
}

/** Before anybody has signed in the first question is answered 401, which the browser tells as an error. */
const NOT_SIGNED_IN = /401 \(Unauthorized\)/;

function watch(page: Page, origin: string, expected: RegExp, faults: string[]): void {
  const note = (text: string) => {
    if (!NOT_SIGNED_IN.test(text) && !expected.test(text)) faults.push(text);
  };
  page.on("console", (message) => {
    if (message.type() === "error" || /Content.Security.Policy|Trusted/i.test(message.text())) note(message.text());
  });
  page.on("pageerror", (error) => note(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:") && !url.startsWith("blob:")) note(`asked ${url}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 500) note(`${response.status()} ${response.url()}`);
  });
}

export const test = base.extend<Each, Worker>({
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: a fixture that needs none names none
    async ({}, use) => {
      const demo = await Demo.start();
      await use(demo);
      demo.stop();
    },
    { scope: "worker", timeout: 150_000 },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: a fixture that needs none names none
  expected: async ({}, use) => use(/(?!)/),
  page: async ({ page, demo, expected }, use) => {
    const faults: string[] = [];
    watch(page, demo.origin, expected, faults);
    await use(page);
    expect(faults).toEqual([]);
  },
  open: async ({ page, demo }, use) => {
    await use(async (path, token = demo.admin) => {
      await page.goto(`${demo.origin}/console/#sign-in=${token}`);
      await expect(page.locator(".person .name")).not.toBeEmpty();
      await page.goto(`${demo.origin}/console${path}`);
      await expect(page.locator("h1")).toBeAttached();
    });
  },
});

export { expect };
