import { expect, test } from "../guards";

test.use({ locale: "ko-KR" });

test("what Toss does not confirm is told with its time, and nothing is cancelled by it", async ({
  page,
  open,
  demo,
}) => {
  await page.route("**/graphql", async (route) => {
    const asked = route.request().postDataJSON() as { operationName: string };
    if (asked.operationName !== "PaymentPage") return route.fallback();
    const response = await route.fetch();
    const answer = await response.json();
    if (answer.data) answer.data.payment.stale = true;
    await route.fulfill({ response, json: answer });
  });
  await open(`/payments/${await demo.key("order-fee-off")}`);
  await expect(page.getByText(/토스가 응답하지 않아 .* 기준입니다/)).toBeVisible();
  await expect(page.getByRole("button", { name: "결제 취소" })).toBeDisabled();
  await page.keyboard.press("c");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page.locator(".badge.good")).toHaveCount(0);
  await page.unrouteAll({ behavior: "wait" });
});

test.describe("when the page is of an older version than the server", () => {
  test.use({ expected: /404|dynamically imported module|preload/i });
  test("it is loaded anew once, at the address that was asked for", async ({ page, open, demo }) => {
    const key = await demo.key("order-settled-twice");
    await open("/?class=SETTLEMENT_DUPLICATED");
    let missing = 0;
    await page.route("**/payment.js", async (route) => {
      missing += 1;
      if (missing > 1) return route.fallback();
      await route.fulfill({ status: 404, body: "" });
    });
    await page.getByRole("link", { name: "order-settled-twice" }).click();
    await page.getByRole("link", { name: "결제 열기" }).click();
    await expect(page.getByRole("heading", { name: "order-settled-twice", level: 1 })).toBeVisible();
    await expect(page).toHaveURL(new RegExp(`payments/${key}`));
    expect(missing).toBe(2);
    await page.unrouteAll({ behavior: "wait" });
  });
});

test.describe("without the server", () => {
  test.use({ expected: /ERR_FAILED/ });
  test("the part that failed says so and is asked again by a person", async ({ page, open }) => {
    await open("/cancels");
    await expect(page.locator("[data-row]").first()).toBeVisible();
    await page.route("**/graphql", (route) => route.abort());
    await page.getByRole("link", { name: "내역", exact: true }).click();
    await expect(page.getByRole("alert")).toContainText("서버에 연결하지 못했습니다");
    await page.unrouteAll({ behavior: "wait" });
    await page.getByRole("button", { name: "다시 시도" }).click();
    await expect(page.locator("[data-row]").first()).toBeVisible();
    await expect(page.getByRole("alert")).toHaveCount(0);
  });
});
