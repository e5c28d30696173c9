import { expect, test } from "../guards";

test.use({ locale: "ko-KR" });

const FIGURES = "paidAmount effectiveRefund netAmount unsettledAmount settledAmount fee payOutAmount".split(" ");
const digits = (amount: string) => amount.replace(/\B(?=(\d{3})+$)/g, ",");

/** The month of the demo's payments: the last one, unless today is late in its own. */
function range(): { from: string; to: string } {
  const to = new Date().toISOString().slice(0, 10);
  return { from: new Date(Date.now() - 40 * 86_400_000).toISOString().slice(0, 10), to };
}

test("seven numbers are the API's, and each leads to a list of its rows", async ({ page, open, demo }) => {
  const { from, to } = range();
  const sums = FIGURES.map((name) => `${name} { amount }`).join(" ");
  const { reconciliation, payments } = await demo.ask(
    `{ reconciliation(range: {from: "${from}", to: "${to}"}, mId: ["tdemoshop01"]) { currency paymentCount ${sums} }
       payments(first: 1, filter: {transactionDate: {from: "${from}", to: "${to}"}, mId: ["tdemoshop01"]}) { totalCount } }`,
  );
  const won = reconciliation.find((one: { currency: string }) => one.currency === "KRW");
  await open(`/period?from=${from}&to=${to}&m=tdemoshop01`);
  await expect(page.locator(".waterfall tbody tr")).toHaveCount(FIGURES.length);
  for (const [index, name] of FIGURES.entries()) {
    await expect(page.locator(".waterfall tbody tr").nth(index)).toContainText(
      digits(won[name].amount.replace("-", "")),
    );
  }
  await page.locator(".waterfall").getByRole("link").first().click();
  await expect(page).toHaveURL(new RegExp(`/payments\\?m=tdemoshop01&from=${from}&to=${to}`));
  await expect(page.locator(".count")).toHaveText(`${payments.totalCount}건`);
});

test("the basis stands in the heading, in the address and in what numbers lead to", async ({ page, open }) => {
  const { from, to } = range();
  await open(`/period?from=${from}&to=${to}&m=tdemoshop01`);
  await expect(page.locator(".flow h2")).toContainText("결제일");
  await page.getByLabel("기준").selectOption("EVENT");
  await expect(page).toHaveURL(/basis=EVENT/);
  await expect(page.locator(".flow h2")).toContainText("거래일");
  await page.locator(".waterfall tbody tr").nth(1).getByRole("link").click();
  await expect(page).toHaveURL(/transactions\?.*effect=REFUNDED/);
  await expect(page.locator("[data-row]").first()).toBeVisible();
});

test("reconciled is green only where each payment was checked", async ({ page, open, demo }) => {
  const { from, to } = range();
  const { reconciliation } = await demo.ask(
    `{ reconciliation(range: {from: "${from}", to: "${to}"}, mId: ["tdemoshop01"]) { currency uncheckedCount } }`,
  );
  const won = reconciliation.find((one: { currency: string }) => one.currency === "KRW");
  expect(won.uncheckedCount).toBeGreaterThan(0);
  await open(`/period?from=${from}&to=${to}&m=tdemoshop01`);
  await expect(page.locator(".verdict-bar .unchecked")).toHaveCount(1);
  await expect(page.locator(".verdict-bar .reconciled")).toHaveCount(0);
  await expect(page.locator(".receivables")).toContainText("날짜별 표");
});
