import { expect, test } from "../guards";

test.use({ locale: "ko-KR" });

test("payments of a verdict are those that the API lists, and one of them opens by keyboard", async ({
  page,
  open,
  demo,
}) => {
  const { payments } = await demo.ask(
    '{ payments(first: 50, filter: {verdict: [DISCREPANT], mId: ["tdemoshop01"]}) { totalCount nodes { orderId } } }',
  );
  const orders = payments.nodes.map((payment: { orderId: string }) => payment.orderId);
  await open("/payments?m=tdemoshop01");
  await page.getByLabel("대사 결과").selectOption("DISCREPANT");
  await expect(page.locator("[data-row]")).toHaveText(orders);
  await expect(page.locator(".count")).toHaveText(`${payments.totalCount}건`);
  await page.locator("h1").focus();
  await page.keyboard.press("j");
  await expect(page.locator("[data-row]").first()).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: orders[0], level: 1 })).toBeVisible();
  await expect(page).toHaveURL(/m=tdemoshop01/);
});

test("pages of a list go on and back, by their keys too", async ({ page, open }) => {
  await open("/payments");
  const first = page.locator("[data-row]").first();
  const order = await first.textContent();
  await page.getByRole("button", { name: "다음" }).click();
  await expect(first).not.toHaveText(order ?? "");
  await page.keyboard.press("[");
  await expect(first).toHaveText(order ?? "");
});

test("no payment that was never read is green in a list", async ({ page, open, demo }) => {
  const { payments } = await demo.ask("{ payments(first: 50) { nodes { orderId wasRead } } }");
  await open("/payments");
  await expect(page.locator("[data-row]")).toHaveCount(50);
  for (const { orderId, wasRead } of payments.nodes) {
    if (wasRead) continue;
    await expect(page.locator("tr", { hasText: orderId }).locator(".badge.good")).toHaveCount(0);
  }
});

test("a day of the calendar is what the API says of it, and leads to its rows, by keyboard alone", async ({
  page,
  open,
  demo,
}) => {
  const to = new Date().toISOString().slice(0, 10);
  const from = new Date(Date.now() - 25 * 86_400_000).toISOString().slice(0, 10);
  const { payoutDays } = await demo.ask(
    `{ payoutDays(range: {from: "${from}", to: "${to}"}, mId: ["tdemoshop01"]) {
        paidOutDate basis currency paymentCount cancelCount payOutAmount { amount } } }`,
  );
  const negative = payoutDays.find(
    (day: { basis: string; currency: string; payOutAmount: { amount: string } }) =>
      day.basis === "SETTLED" && day.currency === "KRW" && day.payOutAmount.amount.startsWith("-"),
  );
  const day = negative.paidOutDate;
  await open(`/payouts?month=${day.slice(0, 7)}&m=tdemoshop01`);
  const cell = page.locator(`[data-day="${day}"]`);
  await expect(cell).toContainText("차감되는 날");
  await cell.focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const panel = page.getByRole("complementary");
  const digits = (amount: string) => amount.replace(/\B(?=(\d{3})+$)/g, ",");
  await expect(panel).toContainText(digits(negative.payOutAmount.amount));
  await expect(panel).toContainText(`취소 ${negative.cancelCount}건`);
  await panel.getByRole("link", { name: "정산 행 모두 보기" }).click();
  await expect(page).toHaveURL(new RegExp(`paidFrom=${day}`));
  // The list has the rows of every currency of that day.
  const rows = payoutDays
    .filter((one: { paidOutDate: string; basis: string }) => one.paidOutDate === day && one.basis === "SETTLED")
    .reduce(
      (count: number, one: { paymentCount: number; cancelCount: number }) => count + one.paymentCount + one.cancelCount,
      0,
    );
  await expect(page.locator(".record-rows tbody tr:not(.skeleton)")).toHaveCount(rows);
});

test("refunds of the console and of elsewhere are listed with who made them and when they are deducted", async ({
  page,
  open,
  demo,
}) => {
  const { transactions } = await demo.ask(
    `{ transactions(first: 50, filter: {effect: [REFUNDED], origin: [OURS]}) {
        totalCount nodes { orderId payout { basis paidOutDate } } } }`,
  );
  const orders = transactions.nodes.map((row: { orderId: string }) => row.orderId);
  await open("/transactions");
  await page.getByLabel("돈의 이동").selectOption("REFUNDED");
  await page.getByLabel("취소한 곳").selectOption("OURS");
  await expect(page.locator("[data-row]")).toHaveText(orders);
  await expect(page.locator(".count")).toHaveText(`${transactions.totalCount}건`);
  const forecasts = transactions.nodes.filter(
    ({ payout }: { payout: { basis: string; paidOutDate: string } | null }) =>
      payout?.basis === "FORECAST" && payout.paidOutDate,
  );
  await expect(page.locator(".record-rows [data-forecast]")).toHaveCount(forecasts.length);
  await page.locator(".tabs").getByRole("link", { name: "정산" }).click();
  await expect(page.getByRole("heading", { name: "정산", level: 1 })).toBeFocused();
});

test("payments are found by amount and in the order that was chosen", async ({ page, open, demo }) => {
  const { payments } = await demo.ask(
    `{ payments(first: 50, orderBy: AMOUNT_DESC, filter: {amount: {from: "50000", currency: "KRW"}}) {
        nodes { orderId } } }`,
  );
  await open("/payments");
  await page.getByRole("textbox", { name: "최소 금액" }).fill("50000");
  await page.keyboard.press("Enter");
  await page.getByLabel("정렬").selectOption("AMOUNT_DESC");
  await expect(page).toHaveURL(/least=50000&order=AMOUNT_DESC/);
  await expect(page.locator("[data-row]")).toHaveText(payments.nodes.map((row: { orderId: string }) => row.orderId));
});

test("a copied row pastes as numbers, and nothing in it as a formula", async ({ page, open, demo }) => {
  const { payments } = await demo.ask("{ payments(first: 1) { nodes { orderId netAmount { amount } } } }");
  const [first] = payments.nodes;
  await open("/payments");
  await page.getByRole("link", { name: first.orderId, exact: true }).focus();
  const copied = await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    document.activeElement?.dispatchEvent(
      new ClipboardEvent("copy", { clipboardData, bubbles: true, cancelable: true }),
    );
    return clipboardData.getData("text/plain");
  });
  expect(copied.split("\t")).toContain(first.orderId);
  expect(copied.split("\t")).toContain(first.netAmount.amount);
  expect(copied).not.toMatch(/\d원/);
});
