import type { Page } from "@playwright/test";
import type { Demo } from "../demo";
import { expect, test } from "../guards";

test.use({ locale: "ko-KR" });

const MERCHANT = "tdemoshop02";

/** Days of the demo's second shop, which was read whole. */
async function days(demo: Demo): Promise<{ from: string; to: string }> {
  const { coverage } = await demo.ask("{ coverage { mId source from } }");
  const first: string = coverage.find((row: { mId: string }) => row.mId === MERCHANT).from;
  const day = (later: number) => new Date(Date.parse(first) + later * 86_400_000).toISOString().slice(0, 10);
  return { from: day(3), to: day(5) };
}

const address = ({ from, to }: { from: string; to: string }) => `/period?from=${from}&to=${to}&m=${MERCHANT}`;

/** What the server would say of a closed period after rows came late. */
async function changeLate(page: Page, payment: { paymentKey: string; orderId: string }): Promise<void> {
  const money = (amount: string) => ({ __typename: "Money", amount, currency: "KRW" });
  const changes = [
    {
      __typename: "PeriodChange",
      figure: "settledAmount",
      currency: "KRW",
      closed: money("120000"),
      now: money("98000"),
      payments: [{ __typename: "Payment", ...payment }],
    },
  ];
  await page.route("**/graphql", async (route) => {
    const { operationName } = route.request().postDataJSON() as { operationName: string };
    if (operationName !== "Periods" && operationName !== "ClosedPeriod") return route.fallback();
    const response = await route.fetch();
    const answer = await response.json();
    for (const period of answer.data.periods ?? [answer.data.node]) period.changes = changes;
    await route.fulfill({ response, json: answer });
  });
}

test("a period is closed, tells what changed, and is reopened with a reason", async ({ page, open, demo }) => {
  const range = await days(demo);
  await open(address(range));
  await page.getByRole("button", { name: "마감…" }).click();
  const dialogue = page.getByRole("dialog");
  await expect(dialogue.getByLabel("시작일")).toHaveValue(range.from);
  await expect(dialogue.getByLabel("종료일")).toHaveValue(range.to);
  await dialogue.getByLabel("메모").fill("첫 주 확인 끝");
  await dialogue.getByRole("button", { name: "마감", exact: true }).click();
  await expect(dialogue).toBeHidden();
  await expect(page.locator(".toast")).toContainText(`${range.from} ~ ${range.to}`);
  // Other days of the same shop may be closed, too.
  const row = page.locator(".closing li", { hasText: "첫 주 확인 끝" });
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("마감됨");

  const known = await demo.ask(`{ periods(mId: ["${MERCHANT}"]) { id note digests { section sha256 } } }`);
  const periods = known.periods.filter((period: { note: string }) => period.note === "첫 주 확인 끝");
  await row.getByText("바뀐 금액과 보고서").click();
  await expect(row).toContainText("마감한 뒤 바뀐 금액이 없습니다.");
  await expect(row.locator(".command")).toContainText(`toss-recon report --period ${periods[0].id}`);
  for (const { sha256 } of periods[0].digests) await expect(row.getByText(sha256)).toBeVisible();

  const paymentKey = await demo.key("order-settled-twice");
  await changeLate(page, { paymentKey, orderId: "order-settled-twice" });
  await page.reload();
  await expect(row).toContainText("마감 뒤 1개 금액 바뀜");
  await row.getByText("바뀐 금액과 보고서").click();
  const change = row.locator("tbody tr");
  await expect(change).toContainText("정산 대상");
  await expect(change).toContainText("120,000원");
  await expect(change).toContainText("98,000원");
  await expect(change.getByRole("link", { name: "order-settled-twice" })).toHaveAttribute(
    "href",
    `/console/payments/${paymentKey}`,
  );
  await page.unrouteAll({ behavior: "wait" });

  await row.getByRole("button", { name: "마감 해제…" }).click();
  await expect(dialogue.getByRole("button", { name: "마감 해제" })).toBeDisabled();
  await dialogue.getByLabel("사유").fill("정산 행이 늦게 들어옴");
  await dialogue.getByRole("button", { name: "마감 해제" }).click();
  await expect(dialogue).toBeHidden();
  await expect(row).toContainText("해제됨");
  await expect(row).toContainText("정산 행이 늦게 들어옴");
  await expect(row.getByRole("button", { name: "마감 해제…" })).toHaveCount(0);
});

test("what stands in the way of closing is told where it is asked for", async ({ page, open, demo }) => {
  const { coverage } = await demo.ask("{ coverage { mId faults { day } } }");
  const faulty = coverage.find((row: { faults: unknown[] }) => row.faults.length > 0);
  const day = faulty.faults[0].day;
  await open(`/period?from=${day}&to=${day}&m=${faulty.mId}`);
  await page.getByRole("button", { name: "마감…" }).click();
  const dialogue = page.getByRole("dialog");
  await dialogue.getByRole("button", { name: "마감", exact: true }).click();
  await expect(dialogue.getByRole("alert")).toContainText(day);
  await expect(page.locator(".closing li")).toHaveCount(0);
  await dialogue.getByRole("link", { name: "수집 현황 보기" }).click();
  await expect(page).toHaveURL(/\/coverage/);
});

test("a viewer reads what was closed, and closes nothing", async ({ page, open, demo }) => {
  await open(address(await days(demo)), demo.viewer);
  await expect(page.locator(".closing")).toContainText(MERCHANT);
  await expect(page.locator(".closing").getByRole("button")).toHaveCount(0);
  await open("/coverage", demo.viewer);
  await expect(page.locator(".covered").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "다시 읽기…" })).toHaveCount(0);
});

test("days are asked to be read again, and the answer counts them", async ({ page, open, demo }) => {
  const { from, to } = await days(demo);
  await open("/coverage");
  await page.getByRole("button", { name: "다시 읽기…" }).click();
  const dialogue = page.getByRole("dialog");
  await dialogue.getByLabel("시작일").fill(from);
  await dialogue.getByLabel("종료일").fill(to);
  await dialogue.getByLabel("거래").uncheck();
  await dialogue.getByRole("button", { name: "다시 읽기" }).click();
  await expect(dialogue).toBeHidden();
  await expect(page.locator(".toast")).toContainText("3일 치를 다시 읽습니다");
  await open("/settings");
  await expect(page.getByText("날짜 다시 읽기 요청").first()).toBeVisible();
});
