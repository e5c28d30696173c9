import { expect, it } from "vitest";
import type { RequestRowFragment } from "../server/generated/graphql";
import { actionsOf, asked, read } from "./filters";

it("asks for what the address says", () => {
  const cases: [string, object][] = [
    ["", {}],
    ["state=approval", { status: ["AWAITING_APPROVAL"] }],
    ["state=person&m=shop", { status: ["NEEDS_OPERATOR"], mId: ["shop"] }],
    ["state=nothing", {}],
  ];
  for (const [search, filter] of cases) expect(asked(read(new URLSearchParams(search)))).toEqual(filter);
});

it("offers what may be done, and to nobody the approval of their own", () => {
  const request = (status: string, requestedBy = "kim") =>
    ({ status, requestedBy, viewerCanApprove: requestedBy !== "lee" }) as RequestRowFragment;
  const admin = { name: "lee", role: "ADMIN" };
  expect(actionsOf(request("AWAITING_APPROVAL"), admin)).toEqual(["approve", "withdraw"]);
  expect(actionsOf(request("AWAITING_APPROVAL", "lee"), admin)).toEqual(["withdraw"]);
  expect(actionsOf(request("UNKNOWN"), admin)).toEqual(["takeOver"]);
  expect(actionsOf(request("NEEDS_OPERATOR"), admin)).toEqual(["resolve"]);
  expect(actionsOf(request("NEEDS_OPERATOR", "lee"), admin)).toEqual([]);
  expect(actionsOf(request("SUCCEEDED"), admin)).toEqual([]);
  expect(actionsOf(request("AWAITING_APPROVAL"), { name: "kim", role: "VIEWER" })).toEqual([]);
});
