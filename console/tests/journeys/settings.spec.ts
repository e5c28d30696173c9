import { expect, test } from "../guards";

test.use({ locale: "ko-KR" });

test("a token is made, shown once, signs in, and is revoked with its sessions", async ({
  page,
  open,
  demo,
  browser,
}) => {
  await open("/settings");
  await page.getByRole("button", { name: "토큰 만들기" }).click();
  const dialogue = page.getByRole("dialog");
  await dialogue.getByLabel("이름").fill("desk-of-kim");
  await dialogue.getByLabel("권한").selectOption("ACCOUNTANT");
  await dialogue.getByRole("button", { name: "토큰 만들기" }).click();
  const secret = await dialogue.locator("code").textContent();
  expect(secret).toMatch(/^trc_/);
  await dialogue.getByRole("button", { name: "닫기" }).click();
  await expect(dialogue).toBeHidden();
  const row = page.locator("tr", { hasText: "desk-of-kim" }).first();
  await expect(row).toContainText("정산 담당");
  expect(await page.content()).not.toContain(secret ?? "");

  const other = await browser.newContext({ locale: "ko-KR" });
  const theirs = await other.newPage();
  await theirs.goto(`${demo.origin}/console/#sign-in=${secret}`);
  await expect(theirs.locator(".person .name")).toHaveText("desk-of-kim");

  await row.getByRole("button", { name: "폐기" }).click();
  const sure = page.getByRole("dialog");
  await expect(sure.getByRole("button", { name: "폐기" })).toBeDisabled();
  await sure.getByRole("textbox").fill("desk-of-kim");
  await sure.getByRole("button", { name: "폐기" }).click();
  await expect(row).toContainText("폐기 2");
  // A server may take a token that it has just checked for a few seconds more.
  await expect(async () => {
    await theirs.reload();
    await expect(theirs.getByLabel("접속 토큰")).toBeVisible({ timeout: 1000 });
  }).toPass({ timeout: 30_000 });
  await other.close();
});

test("a viewer sets what is their own, and sees no tokens", async ({ page, open, demo }) => {
  await open("/settings", demo.viewer);
  await expect(page.getByRole("heading", { name: "내 설정" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "접속 토큰" })).toHaveCount(0);
  await page.locator(".mine").getByRole("button", { name: "어둡게" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.locator(".mine").getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
});

test("signing out everywhere ends this session too", async ({ page, open, demo }) => {
  await open("/settings", demo.approver);
  await page.getByRole("button", { name: "모든 기기에서 로그아웃" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "모든 기기에서 로그아웃" }).click();
  await expect(page.getByLabel("접속 토큰")).toBeVisible();
});

test("coverage tells per merchant and list what was read, what is missing and what is wrong", async ({
  page,
  open,
  demo,
}) => {
  const { coverage } = await demo.ask("{ coverage { mId source gaps { from } faults { day message } unavailable } }");
  await open("/coverage");
  const merchants = new Set(coverage.map((row: { mId: string }) => row.mId));
  await expect(page.locator(".coverage article")).toHaveCount(merchants.size);
  const faults = coverage.flatMap((row: { faults: { message: string }[] }) => row.faults);
  for (const fault of faults) await expect(page.getByText(fault.message)).toBeVisible();
  await expect(page.locator(".strip .fault")).not.toHaveCount(0);
  const without = coverage.filter((row: { unavailable: string | null }) => row.unavailable).length;
  await expect(page.locator(".coverage").getByText("테스트 키라 정산 자료가 없습니다")).toHaveCount(without);
});
