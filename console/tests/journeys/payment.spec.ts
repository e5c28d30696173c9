import { expect, test } from "../guards";

test.use({ locale: "ko-KR" });

test("an order number leads to its payment, whose void is said to be no refund", async ({ page, open }) => {
  await open("/");
  await page.keyboard.press("/");
  await page.keyboard.type("order-never-paid");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "order-never-paid", level: 1 })).toBeVisible();
  const sums = page.getByLabel("금액 요약");
  await expect(sums).toContainText("실환불0원");
  await expect(sums).toContainText("입금 전 취소22,400원환불 아님");
  const table = page.getByRole("table");
  await expect(table).toContainText("입금 전 취소(환불 아님)");
  await expect(table).toContainText("명목 22,400원, 정산 대상 아님");
});

test("the beginning of an order number shows what it may be, and one of them opens", async ({ page, open }) => {
  await open("/");
  await page.getByLabel("결제 찾기").fill("order-settled-tw");
  await page.keyboard.press("Enter");
  // One hit alone opens at once.
  await expect(page.getByRole("heading", { name: "order-settled-twice", level: 1 })).toBeVisible();
  await page.getByLabel("결제 찾기").fill("clean-card-2");
  await page.keyboard.press("Enter");
  await expect(page.locator(".hits li")).toHaveCount(10);
  const hit = page.locator(".hits a").first();
  const order = (await hit.locator("strong").textContent()) ?? "";
  await hit.click();
  await expect(page.getByRole("heading", { name: order, level: 1 })).toBeVisible();
});

test("what is not there is said with what was looked for", async ({ page, open }) => {
  await open("/");
  await page.getByLabel("결제 찾기").fill("no-such-order");
  await page.keyboard.press("Enter");
  await expect(page.getByText("“no-such-order”에 해당하는 결제가 없습니다.")).toBeVisible();
});

test("each settlement row stands beside its event, and what was settled twice is marked", async ({
  page,
  open,
  demo,
}) => {
  await open(`/payments/${await demo.key("order-settled-twice")}`);
  const groups = page.locator("table.events tbody");
  await expect(groups).toHaveCount(2);
  await expect(groups.nth(0).locator("tr")).toHaveCount(1);
  await expect(groups.nth(1).locator("tr")).toHaveCount(2);
  await expect(groups.nth(1)).toHaveClass(/marked/);
  const explained = await groups.nth(1).getAttribute("aria-describedby");
  await expect(page.locator(`#${explained}`)).toContainText("-44,000");
  await expect(groups.nth(1)).toContainText("외부(상점관리자 등)");
  await expect(page.locator(".discrepancy.bad")).toHaveCount(1);
});

test("every payout that is a forecast is hatched and says so", async ({ page, open, demo }) => {
  const { payments } = await demo.ask(
    "{ payments(first: 100) { nodes { paymentKey payouts { basis paidOutDate } } } }",
  );
  const forecast = payments.nodes.find((payment: { payouts: { basis: string; paidOutDate: string | null }[] }) =>
    payment.payouts.some((payout) => payout.basis === "FORECAST" && payout.paidOutDate),
  );
  await open(`/payments/${forecast.paymentKey}`);
  const shown = page.locator("[data-forecast]");
  await expect(shown.first()).toContainText("예상");
  await expect(page.getByText("수수료 전").first()).toBeVisible();
  await expect(page.locator(".basis.settled [data-forecast]")).toHaveCount(0);
});

test("a payment that was never read is not green; read, it is", async ({ page, open, demo }) => {
  const { payments } = await demo.ask(
    "{ payments(first: 1, filter: {verdict: [RECONCILED], method: [CARD]}) { nodes { paymentKey } } }",
  );
  // A payment that is opened is read at once; here the answer is as it was before that.
  await page.route("**/graphql", async (route) => {
    const asked = route.request().postDataJSON() as { operationName: string };
    if (asked.operationName !== "PaymentPage") return route.fallback();
    const response = await route.fetch();
    const answer = await response.json();
    if (answer.data) Object.assign(answer.data.payment, { wasRead: false, balanceAmount: null });
    await route.fulfill({ response, json: answer });
  });
  await open(`/payments/${payments.nodes[0].paymentKey}`);
  await expect(page.locator(".payment-head .badge.open")).toHaveText("목록만 일치");
  await expect(page.locator(".badge.good")).toHaveCount(0);
  await expect(page.getByLabel("금액 요약")).toContainText("취소 가능–");
  await page.unrouteAll({ behavior: "wait" });
  await page.getByRole("button", { name: "토스에서 읽기" }).click();
  await expect(page.locator(".payment-head .badge.open")).toHaveCount(0);
  await expect(page.getByLabel("금액 요약")).not.toContainText("–");
});

test("a payment that nobody knows is told with its key", async ({ page, open }) => {
  await open("/payments/no-such-key");
  await expect(page.getByText("그런 결제가 없습니다")).toBeVisible();
  await expect(page.getByText("no-such-key")).toBeVisible();
});

test("a discrepancy is acknowledged from its payment, and says so", async ({ page, open, demo }) => {
  await open(`/payments/${await demo.key("order-payout-moved")}`);
  const line = page.locator(".discrepancy.bad").first();
  await expect(line).toContainText("영업일");
  await line.getByRole("button", { name: "확인함" }).click();
  const dialogue = page.getByRole("dialog");
  await dialogue.getByLabel("메모").fill("은행 휴무");
  await dialogue.getByRole("button", { name: "확인함" }).click();
  await expect(line.locator(".badge", { hasText: "확인함" })).toBeVisible();
  await line.getByRole("button", { name: "다시 열기" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "다시 열기" }).click();
  await expect(line.getByRole("button", { name: "확인함" })).toBeVisible();
});
