import { expect, it } from "vitest";
import {
  afterLooking,
  afterPreview,
  afterSending,
  isSafeToClose,
  newKey,
  type Payload,
  type Preview,
  type Refusal,
  type Step,
} from "./steps";

const won = (amount: string) => ({ amount, currency: "KRW" });
const preview: Preview = {
  needsApproval: false,
  voids: false,
  amount: won("33000"),
  balanceBefore: won("33000"),
  balanceAfter: won("0"),
};

function refusal(advice: Refusal["advice"], code = "X"): Refusal {
  return { advice, code, message: "m", field: null };
}

function payload(change: Partial<Payload>): Payload {
  return { error: null, preview: null, request: null, payment: null, ...change };
}

it("goes on from a dry run only with a preview and nothing in the way", () => {
  expect(afterPreview(payload({ preview })).at).toBe("confirm");
  expect(afterPreview(payload({ preview, error: refusal("FIX_INPUT") })).at).toBe("form");
  expect(afterPreview(payload({ error: refusal("FIX_INPUT") }))).toMatchObject({ at: "form", refusal: { code: "X" } });
  expect(afterPreview(payload({ error: refusal("ALREADY_DONE") })).at).toBe("already");
});

it("decides by the advice what came of it", () => {
  const cases: [Partial<Payload>, Step["at"], boolean?][] = [
    [{ request: { id: "r", status: "SUCCEEDED" } }, "succeeded"],
    [
      { error: refusal("NEEDS_PERSON", "APPROVAL_REQUIRED"), request: { id: "r", status: "AWAITING_APPROVAL" } },
      "approval",
    ],
    [{ error: refusal("WAIT"), request: { id: "r", status: "UNKNOWN" } }, "waiting"],
    [{ error: refusal("ALREADY_DONE") }, "already"],
    [{ error: refusal("RETRY") }, "refused", false],
    [{ error: refusal("FIX_INPUT", "BALANCE_CHANGED"), request: { id: "r", status: "REJECTED" } }, "refused", true],
    [{ error: refusal("NEEDS_PERSON") }, "refused", false],
  ];
  for (const [change, at, final] of cases) {
    const step = afterSending(payload(change), preview);
    expect(step.at, JSON.stringify(change)).toBe(at);
    if (step.at === "refused") expect(step.final).toBe(final);
  }
});

it("waits until the outcome is final", () => {
  const waiting = { at: "waiting", requestId: "r", preview } as const;
  expect(afterLooking(waiting, { status: "UNKNOWN" })).toBe(waiting);
  expect(afterLooking(waiting, null)).toBe(waiting);
  expect(afterLooking(waiting, { status: "SUCCEEDED" }).at).toBe("succeeded");
  expect(afterLooking(waiting, { status: "REJECTED", error: refusal("NEEDS_PERSON") })).toMatchObject({ final: true });
});

it("asks before it forgets what was typed, and does not close while it sends", () => {
  expect(isSafeToClose({ at: "form" }, false)).toBe(true);
  expect(isSafeToClose({ at: "form" }, true)).toBe(false);
  expect(isSafeToClose({ at: "sending", preview }, true)).toBe(false);
  expect(isSafeToClose({ at: "waiting", requestId: "r", preview }, true)).toBe(true);
});

it("makes keys that the API takes, never twice", () => {
  const keys = new Set(Array.from({ length: 100 }, newKey));
  expect(keys.size).toBe(100);
  for (const key of keys) expect(key).toMatch(/^console-[0-9a-f]{32}$/);
});
