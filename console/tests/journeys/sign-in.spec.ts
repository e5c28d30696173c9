import { expect, test } from "../guards";

test.use({ locale: "ko-KR" });

test("somebody signs in with the right token and signs out again", async ({ page, demo }) => {
  await page.goto(`${demo.origin}/console/payments/no-such-key?m=tdemoshop01`);
  const token = page.getByLabel("접속 토큰");
  await expect(token).toBeFocused();
  await token.fill("trc_wrong_wrong");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toHaveText("유효하지 않은 토큰입니다. 다시 확인해 주세요.");
  await token.fill(demo.viewer);
  await page.keyboard.press("Enter");
  // The page that was asked for is the one that opens.
  await expect(page.getByText("그런 결제가 없습니다")).toBeVisible();
  await expect(page).toHaveURL(/payments\/no-such-key/);
  expect(
    await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie),
  ).not.toContain("trc_");

  await page.getByRole("button", { name: /계정/ }).click();
  await page.getByRole("button", { name: "로그아웃" }).click();
  await expect(page.getByLabel("접속 토큰")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("접속 토큰")).toBeVisible();
});

test("a demo's address signs in, and the token is gone from it", async ({ page, demo }) => {
  await page.goto(demo.signedIn);
  await expect(page.getByRole("heading", { name: "확인할 항목", level: 1 })).toBeVisible();
  expect(page.url()).toBe(`${demo.origin}/console/`);
  expect(await page.evaluate(() => history.length)).toBeLessThanOrEqual(2);
});

test("a session that ends during work is renewed over the page, and nothing typed is lost", async ({
  page,
  demo,
  open,
}) => {
  await open("/");
  await expect(page.locator("[data-row]").first()).toBeVisible();
  const find = page.getByLabel("결제 찾기");
  await find.fill("order-never-paid");
  await page.evaluate(() => fetch("/session", { method: "DELETE", headers: { "X-Toss-Recon": "console" } }));
  await find.press("Enter");
  const dialogue = page.getByRole("dialog", { name: "로그인" });
  await expect(dialogue).toBeVisible();
  await dialogue.getByLabel("접속 토큰").fill(demo.viewer);
  await page.keyboard.press("Enter");
  await expect(dialogue).toBeHidden();
  // The question that met the end of the session is asked again by itself.
  await expect(page.getByRole("heading", { name: "order-never-paid" })).toBeVisible();
});
