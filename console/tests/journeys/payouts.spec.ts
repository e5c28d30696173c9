import { expect, test } from "../guards";

test.use({ locale: "ko-KR" });

interface PayoutDay {
  basis: string;
  currency: string;
  paidOutDate: string;
  depositAmount: { amount: string };
  carriedOver: { amount: string };
  events: { nodes: { orderId: string }[] };
}

const digits = (amount: string) => amount.replace(/\B(?=(\d{3})+$)/g, ",");
const daysFrom = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test("a day tells what was really deposited, what the next one must take off, and its events", async ({
  page,
  open,
  demo,
}) => {
  const { payoutDays } = await demo.ask(
    `{ payoutDays(range: {from: "${daysFrom(-25)}", to: "${daysFrom(0)}"}, mId: ["tdemoshop01"]) {
        basis currency paidOutDate depositAmount { amount } carriedOver { amount } events(first: 8) { nodes { orderId } } } }`,
  );
  const day: PayoutDay = payoutDays.find(
    (one: PayoutDay) => one.basis === "SETTLED" && one.currency === "KRW" && one.carriedOver.amount !== "0",
  );
  await open(`/payouts?month=${day.paidOutDate.slice(0, 7)}&day=${day.paidOutDate}&m=tdemoshop01`);
  const panel = page.getByRole("complementary");
  await expect(panel).toContainText(`실제 입금${digits(day.depositAmount.amount)}원`);
  await expect(panel).toContainText(`다음 지급에서 차감${digits(day.carriedOver.amount)}원`);
  await expect(panel.locator(".day-events [data-row]")).toHaveText(day.events.nodes.map((event) => event.orderId));
});

test("days off have their names, and a forecast leads to its transactions", async ({ page, open, demo }) => {
  const { payoutDays } = await demo.ask(
    `{ payoutDays(range: {from: "${daysFrom(1)}", to: "${daysFrom(30)}"}, mId: ["tdemoshop01"]) {
        basis currency paidOutDate } }`,
  );
  const day = payoutDays.find((one: PayoutDay) => one.basis === "FORECAST" && one.currency === "KRW").paidOutDate;
  await open(`/payouts?month=${day.slice(0, 7)}&day=${day}&m=tdemoshop01`);
  await expect(page.locator(".month .holiday").first()).toBeVisible();
  const panel = page.getByRole("complementary");
  await expect(panel).toContainText("예상 수수료");
  await panel.getByRole("link", { name: "거래 모두 보기" }).click();
  await expect(page).toHaveURL(new RegExp(`/transactions\\?paidFrom=${day}&paidTo=${day}`));
  await expect(page.locator("[data-row]").first()).toBeVisible();
  await page.goto(new URL("/console/payouts?month=2026-12", page.url()).href);
  await expect(page.getByText("기독탄신일")).toBeVisible();
});
