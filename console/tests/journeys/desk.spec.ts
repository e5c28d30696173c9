import { expect, test } from "../guards";

test.use({ locale: "ko-KR" });

const ONE = "/?class=FEE_ARITHMETIC";

test("an item is acknowledged with a note by keyboard, taken back, and tells what was done", async ({ page, open }) => {
  await open(ONE);
  const row = page.getByRole("link", { name: "order-fee-off" });
  await expect(row).toBeVisible();
  await page.locator("h1").focus();
  await page.keyboard.press("j");
  await expect(row).toBeFocused();
  await page.keyboard.press("x");
  await expect(page.getByText("선택 1건")).toBeVisible();
  // Space chooses on a row alone, and presses a button that has the focus.
  await page.getByRole("button", { name: "담당 지정" }).focus();
  await page.keyboard.press("Space");
  await expect(page.getByRole("dialog", { name: "1건의 담당 지정" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await row.focus();
  await page.keyboard.press("Space");
  await expect(page.getByText("선택 1건")).toBeHidden();
  await page.keyboard.press("Space");
  await expect(page.getByText("선택 1건")).toBeVisible();
  await page.keyboard.press("e");
  const dialogue = page.getByRole("dialog", { name: "1건을 확인함으로 표시" });
  await dialogue.getByLabel("메모").fill("토스에 문의함");
  await dialogue.getByRole("button", { name: "확인함" }).click();
  await expect(dialogue).toBeHidden();
  await expect(row).toBeHidden();
  const toast = page.getByRole("region", { name: "처리했습니다" });
  await expect(toast).toContainText("1건을 확인함으로 표시했습니다");
  await page.getByRole("link", { name: "확인함 1" }).click();
  await row.click();
  await expect(page.getByRole("complementary")).toContainText("토스에 문의함");
  await toast.getByRole("button", { name: "되돌리기" }).click();
  await expect(toast).toContainText("되돌렸습니다");
  await page.goto(new URL(`/console${ONE}`, page.url()).href);
  await expect(row).toBeVisible();
  await row.click();
  await expect(page.getByRole("complementary")).toContainText("다시 열음");
});

test("several are given to somebody at once, and found by who has them", async ({ page, open, demo }) => {
  await open("/?class=SETTLEMENT_MISSING");
  const { discrepancies } = await demo.ask(
    "{ discrepancies(filter: {class: [SETTLEMENT_MISSING], severity: [ERROR]}) { totalCount } }",
  );
  const count = discrepancies.totalCount;
  await page.getByRole("checkbox", { name: "이 쪽 모두 선택" }).check();
  await page
    .getByRole("region", { name: `선택 ${count}건` })
    .getByRole("button", { name: "담당 지정" })
    .click();
  const dialogue = page.getByRole("dialog");
  await dialogue.getByLabel("담당", { exact: true }).fill("kim");
  await dialogue.getByRole("button", { name: "담당 지정" }).click();
  await expect(dialogue).toBeHidden();
  await expect(page.locator(".to-check-rows .assignee", { hasText: "kim" })).toHaveCount(count);
  await page.getByRole("link", { name: "필터 초기화" }).click();
  await page.getByRole("textbox", { name: "담당" }).fill("kim");
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-row]")).toHaveCount(count);
  await expect(page).toHaveURL(/assignee=kim/);
  await expect(page.getByRole("textbox", { name: "담당" })).toBeFocused();
});

test("the evidence has its rows, with the one that does not fit marked", async ({ page, open }) => {
  await open("/?class=SETTLEMENT_DUPLICATED");
  await page.getByRole("link", { name: "order-settled-twice" }).click();
  const evidence = page.getByRole("complementary", { name: "중복 정산" });
  await expect(evidence.locator(".found-rows .odd")).toHaveCount(1);
  await expect(evidence.locator(".found-rows .odd")).toContainText("안 맞는 행");
  await page.goto(new URL("/console/?class=SETTLEMENT_RESTATED", page.url()).href);
  await page.locator("[data-row]").first().click();
  await expect(page.locator(".found-change .odd").first()).toBeVisible();
});

test("counts and sums are those of the API, and each leads to its rows", async ({ page, open, demo }) => {
  const { discrepancyCounts, discrepancies } = await demo.ask(
    `{ discrepancyCounts(filter: {severity: [ERROR]}) { class count }
       discrepancies(filter: {severity: [ERROR]}) { totalCount } }`,
  );
  await open("/");
  await expect(page.getByRole("link", { name: `돈이 안 맞음 ${discrepancies.totalCount}` })).toBeVisible();
  await expect(page.locator(".to-check-sums li")).toHaveCount(discrepancyCounts.length);
  await page
    .locator(".to-check-sums")
    .getByRole("link", { name: /중복 정산/ })
    .click();
  await expect(page).toHaveURL(/class=SETTLEMENT_DUPLICATED/);
  const duplicated = discrepancyCounts.find((one: { class: string }) => one.class === "SETTLEMENT_DUPLICATED");
  await expect(page.locator("[data-row]")).toHaveCount(duplicated.count);
});

test("a viewer sees what there is and no button that would be refused", async ({ page, open, demo }) => {
  await open("/", demo.viewer);
  await page.locator("[data-row]").first().click();
  await expect(page.getByRole("complementary").getByRole("link", { name: "결제 열기" })).toBeVisible();
  await expect(page.getByRole("checkbox")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "확인함" })).toHaveCount(0);
});

test("what came back by itself says so", async ({ page, open }) => {
  await page.route("**/graphql", async (route) => {
    const asked = route.request().postDataJSON() as { operationName: string };
    if (asked.operationName !== "ToCheck") return route.fallback();
    const response = await route.fetch();
    const answer = await response.json();
    if (answer.data) {
      answer.data.discrepancies.nodes[0].notes = [{ action: "ACKNOWLEDGED" }, { action: "EVIDENCE_CHANGED" }];
    }
    await route.fulfill({ response, json: answer });
  });
  await open("/");
  await expect(page.locator(".to-check-rows tbody tr").first()).toContainText("다시 나타남");
  await page.unrouteAll({ behavior: "wait" });
});

test("what somebody else did meanwhile is told, and not written over", async ({ page, open, demo }) => {
  const { discrepancies } = await demo.ask(
    "{ discrepancies(filter: {class: [SETTLED_VOID]}) { nodes { id payment { orderId } } } }",
  );
  const [{ id, payment }] = discrepancies.nodes;
  // As if the list had been read ten seconds ago.
  await page.route("**/graphql", async (route) => {
    const response = await route.fetch();
    const date = new Date(Date.now() - 10_000).toUTCString();
    await route.fulfill({ response, headers: { ...response.headers(), date } });
  });
  await open("/?class=SETTLED_VOID");
  const row = page.getByRole("link", { name: payment.orderId });
  await row.click();
  const assign =
    'mutation ($ids: [ID!]!) { assignDiscrepancies(input: {ids: $ids, assignee: "lee"}) { error { code } } }';
  await demo.ask(assign, { ids: [id] }, demo.approver);
  await page.getByRole("complementary").getByRole("button", { name: "담당 지정" }).click();
  const dialogue = page.getByRole("dialog");
  await dialogue.getByLabel("담당", { exact: true }).fill("park");
  await dialogue.getByRole("button", { name: "담당 지정" }).click();
  await expect(dialogue.getByRole("alert")).toBeVisible();
  await page.unrouteAll({ behavior: "ignoreErrors" });
});
