import type { Demo } from "../demo";
import { expect, test } from "../guards";

test.use({ locale: "ko-KR" });

interface Candidate {
  paymentKey: string;
  orderId: string;
}

/** Card payments with nothing wrong about them, each used by one test. */
async function cancellable(demo: Demo, index: number): Promise<Candidate> {
  const { payments } = await demo.ask(
    "{ payments(first: 100, filter: {method: [CARD], status: [DONE], verdict: [RECONCILED]}) { nodes { paymentKey orderId } } }",
  );
  return payments.nodes.filter((payment: Candidate) => payment.orderId.startsWith("clean-card-2"))[index];
}

async function requestsOf(demo: Demo, paymentKey: string) {
  const query =
    "query ($key: String!) { cancelRequests(filter: {paymentKey: $key}) { nodes { status amount { amount } } } }";
  return (await demo.ask(query, { key: paymentKey })).cancelRequests.nodes;
}

test("a payment is cancelled in full by keyboard alone, and two presses send one request", async ({
  page,
  open,
  demo,
}) => {
  const payment = await cancellable(demo, 0);
  await open(`/payments/${payment.paymentKey}`);
  await expect(page.getByRole("button", { name: "결제 취소" })).toBeEnabled();
  await page.keyboard.press("c");
  const dialogue = page.getByRole("dialog");
  await expect(dialogue).toContainText(payment.orderId);
  await dialogue.getByLabel("사유").focus();
  await page.keyboard.press("Enter");
  await expect(dialogue.getByText("사유를 입력하세요.")).toBeVisible();
  await expect(dialogue.getByLabel("사유")).toBeFocused();
  await page.keyboard.type("고객 요청");
  await page.keyboard.press("Enter");
  const send = dialogue.getByRole("button", { name: /원 취소$/ });
  await expect(send).toBeVisible();
  await expect(dialogue).toContainText("→ 0원");
  // An Enter too many sends nothing.
  await expect(send).not.toBeFocused();
  await send.evaluate((button: HTMLElement) => {
    button.click();
    button.click();
  });
  await expect(dialogue.getByText(/원을 취소했습니다/)).toBeVisible({ timeout: 20_000 });
  await dialogue.getByRole("button", { name: "닫기" }).press("Enter");
  await expect(dialogue).toBeHidden();
  await expect(page.getByLabel("금액 요약")).toContainText("취소 가능0원");
  const requests = await requestsOf(demo, payment.paymentKey);
  expect(requests.map((one: { status: string }) => one.status)).toEqual(["SUCCEEDED"]);
});

test("a part is cancelled with the amount that was typed", async ({ page, open, demo }) => {
  const payment = await cancellable(demo, 1);
  await open(`/payments/${payment.paymentKey}`);
  await page.getByRole("button", { name: "결제 취소" }).click();
  const dialogue = page.getByRole("dialog");
  const amount = dialogue.getByRole("textbox", { name: "취소 금액" });
  await amount.fill("99999999");
  await expect(amount).toHaveValue("99,999,999");
  await dialogue.getByLabel("사유").fill("상품 불량");
  await dialogue.getByRole("button", { name: "다음" }).click();
  // More than is left is refused by the API before anything is sent.
  await expect(dialogue.getByRole("alert")).toBeVisible();
  await amount.fill("1000");
  await dialogue.getByRole("button", { name: "다음" }).click();
  await dialogue.getByRole("button", { name: "1,000원 취소" }).click();
  await expect(dialogue.getByText("1,000원을 취소했습니다.")).toBeVisible({ timeout: 20_000 });
  expect(await requestsOf(demo, payment.paymentKey)).toEqual([{ status: "SUCCEEDED", amount: { amount: "1000" } }]);
});

test("what was typed is not lost by a slip", async ({ page, open, demo }) => {
  const payment = await cancellable(demo, 2);
  await open(`/payments/${payment.paymentKey}`);
  await page.getByRole("button", { name: "결제 취소" }).click();
  await page.getByRole("dialog").getByLabel("사유").fill("고객 요청");
  await page.keyboard.press("Escape");
  const asked = page.getByRole("dialog", { name: "그만두기" });
  await expect(asked).toBeVisible();
  await asked.getByRole("button", { name: "계속 입력" }).click();
  await expect(page.getByRole("dialog").getByLabel("사유")).toHaveValue("고객 요청");
});

test.describe("with an answer that is lost", () => {
  test.use({ expected: /ERR_FAILED/ });
  test("the same cancel is sent again, and carried out once", async ({ page, open, demo }) => {
    const payment = await cancellable(demo, 3);
    await open(`/payments/${payment.paymentKey}`);
    await page.getByRole("button", { name: "결제 취소" }).click();
    const dialogue = page.getByRole("dialog");
    await dialogue.getByLabel("사유").fill("고객 요청");
    await dialogue.getByRole("button", { name: "다음" }).click();
    let isLost = false;
    await page.route("**/graphql", async (route) => {
      const asked = route.request().postDataJSON() as { operationName: string; variables: { dryRun: boolean } };
      if (isLost || asked.operationName !== "CancelPayment" || asked.variables.dryRun) return route.fallback();
      isLost = true;
      await route.fetch();
      await route.abort();
    });
    await dialogue.getByRole("button", { name: /원 취소$/ }).click();
    await expect(dialogue.getByText("서버의 답을 받지 못했습니다.")).toBeVisible({ timeout: 20_000 });
    await dialogue.getByRole("button", { name: "다시 보내기" }).click();
    await expect(dialogue.getByText(/원을 취소했습니다/)).toBeVisible({ timeout: 20_000 });
    expect(await requestsOf(demo, payment.paymentKey)).toHaveLength(1);
    await page.unrouteAll({ behavior: "wait" });
  });
});

test("a virtual account that nobody paid is closed, and that is called no refund", async ({ page, open, demo }) => {
  await open(`/payments/${await demo.key("order-waiting")}`);
  const button = page.getByRole("button", { name: "결제 취소" });
  // It was issued a moment ago, and is stale until Toss has been asked after that.
  await expect(async () => {
    await page.keyboard.press("r");
    await expect(button).toBeEnabled({ timeout: 2000 });
  }).toPass();
  await button.click();
  const dialogue = page.getByRole("dialog");
  await dialogue.getByLabel("사유").fill("고객 요청");
  await dialogue.getByRole("button", { name: "다음" }).click();
  await expect(dialogue.getByText("입금 전 계좌를 닫는 것인지 확인해 주세요.")).toBeVisible();
  await dialogue.getByLabel(/입금 전 계좌를 닫습니다/).check();
  await dialogue.getByRole("button", { name: "다음" }).click();
  await expect(dialogue.getByText("돈은 움직이지 않습니다.", { exact: false })).toBeVisible();
  await dialogue.getByRole("button", { name: /원 취소$/ }).click();
  await expect(dialogue.getByText("환불된 돈은 없습니다.", { exact: false })).toBeVisible({ timeout: 20_000 });
});

test("a viewer is offered no cancel, and a forged one is refused", async ({ page, open, demo }) => {
  const payment = await cancellable(demo, 4);
  await open(`/payments/${payment.paymentKey}`, demo.viewer);
  await expect(page.getByText("조회 권한만 있습니다. 취소는 관리자에게 요청하세요.")).toBeVisible();
  await expect(page.getByRole("button", { name: "결제 취소" })).toHaveCount(0);
  const code = await page.evaluate(async (paymentKey) => {
    const query = `mutation { cancelPayment(input: {paymentKey: "${paymentKey}", idempotencyKey: "forged-by-a-viewer", reason: "x"}) { error { code } } }`;
    const response = await fetch("/graphql", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Toss-Recon": "console" },
      body: JSON.stringify({ query }),
    });
    return (await response.json()).errors[0].extensions.code;
  }, payment.paymentKey);
  expect(code).toBe("FORBIDDEN");
  expect(await requestsOf(demo, payment.paymentKey)).toEqual([]);
});

test("a request is approved by a second admin, and not by whoever made it", async ({ page, open, demo }) => {
  await open("/cancels?state=approval");
  await expect(page.getByRole("button", { name: "철회" })).toBeVisible();
  await expect(page.getByRole("button", { name: "승인", exact: true })).toHaveCount(0);
  await page.context().clearCookies();
  await open("/cancels?state=approval", demo.approver);
  await page.getByRole("button", { name: "승인", exact: true }).click();
  const dialogue = page.getByRole("dialog", { name: "취소 승인" });
  await expect(dialogue).toContainText("order-large");
  await expect(dialogue).toContainText("전액");
  await dialogue.getByRole("button", { name: "승인", exact: true }).click();
  await expect(dialogue).toBeHidden({ timeout: 20_000 });
  await expect(page.getByText("조건에 맞는 항목이 없습니다")).toBeVisible();
  const requests = await requestsOf(demo, await demo.key("order-large"));
  expect(requests.map((one: { status: string }) => one.status)).toEqual(["SUCCEEDED"]);
});

test("a cancel without an answer is taken over and recorded as what a person found", async ({ page, open, demo }) => {
  await open("/cancels?state=open");
  await page.getByRole("button", { name: "직접 확인" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "직접 확인" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.getByRole("link", { name: "사람 확인 필요" }).click();
  await expect(page.locator("[data-row]")).toHaveCount(1);
  // Whoever asked for it does not say what became of it.
  await expect(page.getByRole("button", { name: "결과 기록" })).toHaveCount(0);
  await page.context().clearCookies();
  await open("/cancels?state=person", demo.approver);
  await page.getByRole("button", { name: "결과 기록" }).click();
  const dialogue = page.getByRole("dialog", { name: "결과 기록" });
  await dialogue.getByLabel("취소되지 않았다").check();
  await dialogue.getByLabel("근거").fill("상점관리자에 취소 내역이 없음");
  await dialogue.getByRole("button", { name: "결과 기록" }).click();
  await expect(dialogue).toBeHidden();
  const requests = await requestsOf(demo, await demo.key("order-unanswered"));
  expect(requests.map((one: { status: string }) => one.status)).toEqual(["REJECTED"]);
});
