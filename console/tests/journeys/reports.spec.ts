import { readFileSync } from "node:fs";
import { expect, test } from "../guards";

test.use({ locale: "ko-KR" });

function range(): string {
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  return `from=${day(20)}&to=${day(2)}`;
}

const BEGINS: [string, string, string][] = [
  ["Excel 내려받기", ".xlsx", "PK"],
  ["CSV 내려받기", ".zip", "PK"],
  ["JSON 내려받기", ".json", "{"],
];

test("a report of each format is downloaded by a plain link", async ({ page, open }) => {
  await open(`/reports?${range()}&m=tdemoshop02`);
  for (const [name, ending, begins] of BEGINS) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
    expect(download.suggestedFilename()).toContain(ending);
    const text = readFileSync(await download.path(), "latin1");
    expect(text.startsWith(begins), name).toBe(true);
  }
});

test("days that were not read are named before the download", async ({ page, open }) => {
  await page.route("**/graphql", async (route) => {
    const asked = route.request().postDataJSON() as { operationName: string };
    if (asked.operationName !== "Frame") return route.fallback();
    const response = await route.fetch();
    const answer = await response.json();
    for (const row of answer.data?.coverage ?? []) Object.assign(row, { from: "2026-01-01", gaps: [], faults: [] });
    if (answer.data) answer.data.coverage[0].gaps = [{ from: "2026-03-10", to: "2026-03-11" }];
    await route.fulfill({ response, json: answer });
  });
  await open("/reports?from=2026-03-01&to=2026-03-31");
  await expect(page.locator(".banner.unread")).toContainText("2026-03-10");
  await page.goto(new URL("/console/reports?from=2026-02-01&to=2026-02-28", page.url()).href);
  await expect(page.getByText("이 기간의 끝난 날은 모두 읽었습니다.")).toBeVisible();
  await page.unrouteAll({ behavior: "wait" });
});

test("the report of a list is that of its range", async ({ page, open }) => {
  await open("/payments?from=2026-03-01&to=2026-03-31&m=tdemoshop01");
  await expect(page.getByRole("link", { name: "Excel" })).toHaveAttribute(
    "href",
    "/reports/2026-03-01..2026-03-31.xlsx?m=tdemoshop01",
  );
});
