import { expect, test } from "../guards";

test.use({ locale: "ko-KR" });

test("from an item to its evidence, its payment, and back to the same row, by keyboard alone", async ({
  page,
  open,
}) => {
  await open("/?class=SETTLEMENT_DUPLICATED");
  const row = page.getByRole("link", { name: "order-settled-twice" });
  await expect(row).toBeVisible();
  for (
    let presses = 0;
    presses < 20 && !(await row.evaluate((link) => link === document.activeElement));
    presses += 1
  ) {
    await page.keyboard.press("j");
  }
  await expect(row).toBeFocused();
  await page.keyboard.press("Enter");
  const evidence = page.getByRole("complementary", { name: "중복 정산" });
  await expect(evidence).toContainText("-44,000원");
  await page.keyboard.press("Escape");
  await expect(evidence).toBeHidden();
  await expect(row).toBeFocused();
  await page.keyboard.press("Enter");
  const open2 = evidence.getByRole("link", { name: "결제 열기" });
  await expect(open2).toBeVisible();
  await open2.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "order-settled-twice", level: 1 })).toBeFocused();
  await page.goBack();
  await expect(evidence).toBeVisible();
  await expect(row).toHaveAttribute("aria-current", "true");
});

test("the list shows what the API lists, and a link with filters opens the same list elsewhere", async ({
  page,
  open,
  demo,
  browser,
}) => {
  const { discrepancies } = await demo.ask(
    "{ discrepancies(filter: {class: [SETTLEMENT_MISSING]}, first: 50) { nodes { payment { orderId } } } }",
  );
  const orders = discrepancies.nodes.map((row: { payment: { orderId: string } }) => row.payment.orderId);
  await open("/");
  await page.getByLabel("유형", { exact: true }).selectOption("SETTLEMENT_MISSING");
  await expect(page.locator("[data-row]")).toHaveText(orders);
  const context = await browser.newContext({ locale: "ko-KR" });
  const elsewhere = await context.newPage();
  await elsewhere.goto(demo.signedIn);
  await expect(elsewhere.locator("[data-row]").first()).toBeVisible();
  await elsewhere.goto(page.url());
  await expect(elsewhere.locator("[data-row]")).toHaveText(orders);
  await context.close();
});

test("a filter that nothing fits says so, and nothing is called good", async ({ page, open }) => {
  await open("/?from=2001-01-01&to=2001-01-31");
  await expect(page.getByText("조건에 맞는 항목이 없습니다")).toBeVisible();
  await expect(page.locator(".mark.good")).toHaveCount(0);
  await page.locator(".empty").getByRole("link", { name: "필터 초기화" }).click();
  await expect(page.locator("[data-row]").first()).toBeVisible();
});

test("an empty list wears no check mark while anything is unread", async ({ page, open }) => {
  await open("/");
  await page.route("**/graphql", async (route) => {
    const asked = route.request().postDataJSON() as { operationName: string };
    if (asked.operationName !== "ToCheck") return route.fallback();
    const response = await route.fetch();
    const answer = await response.json();
    answer.data.discrepancies.nodes = [];
    await route.fulfill({ response, json: answer });
  });
  // The demo has a row that cannot be read at the first merchant, and the second was read whole.
  await page.goto(new URL("/console/?m=tdemoshop01", page.url()).href);
  await expect(page.getByText("읽은 범위에서는 확인할 항목이 없습니다")).toBeVisible();
  await expect(page.locator(".mark.good")).toHaveCount(0);
  await page.goto(new URL("/console/?m=tdemoshop02", page.url()).href);
  await expect(page.getByText("확인할 항목이 없습니다", { exact: true })).toBeVisible();
  await expect(page.locator(".mark.good")).toHaveCount(1);
  // What was never read is counted apart, and each count leads to its rows.
  const figure = (name: string) => page.locator(".good-figures div", { hasText: name }).getByRole("link");
  await expect(figure("대사 완료")).toHaveAttribute("href", /verdict=RECONCILED&read=yes&m=tdemoshop02/);
  await expect(figure("목록만 일치")).toHaveAttribute("href", /verdict=RECONCILED&read=no&m=tdemoshop02/);
  await page.goto(new URL("/console/?m=tdemotest01", page.url()).href);
  await expect(page.getByText("테스트 키에는 정산 자료가 없어 대사할 수 없습니다")).toBeVisible();
  await page.unrouteAll({ behavior: "wait" });
});

test("a kind that this version does not know is shown, not crashed on", async ({ page, open }) => {
  await page.route("**/graphql", async (route) => {
    const asked = route.request().postDataJSON() as { operationName: string };
    if (asked.operationName !== "ToCheck") return route.fallback();
    const response = await route.fetch();
    const answer = await response.json();
    if (answer.data) {
      Object.assign(answer.data.discrepancies.nodes[0], {
        class: "FROM_TOMORROW",
        severity: "GRAVE",
        explanation: "내일의 문장",
      });
    }
    await route.fulfill({ response, json: answer });
  });
  await open("/");
  await page.locator("[data-row]").first().click();
  await expect(page.getByText("내일의 문장")).toBeVisible();
  await page.unrouteAll({ behavior: "wait" });
});
