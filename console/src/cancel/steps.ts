// The steps of a cancel, from what was typed to what came of it. Pure: answers go in, the next step comes out.

import type { CancelPaymentInput, CancelPaymentMutation } from "../server/generated/graphql";

export type Payload = CancelPaymentMutation["cancelPayment"];
export type Preview = NonNullable<Payload["preview"]>;
export type Refusal = NonNullable<Payload["error"]>;

export type Step =
  | { at: "form"; refusal?: Refusal }
  | { at: "previewing" }
  | { at: "confirm"; preview: Preview }
  | { at: "sending"; preview: Preview }
  | { at: "succeeded"; preview: Preview }
  | { at: "approval" }
  | { at: "waiting"; requestId: string | undefined; preview: Preview }
  /** Nothing was done; `final` when the key was used up by it. */
  | { at: "refused"; refusal: Refusal; final: boolean; preview: Preview }
  | { at: "already"; refusal: Refusal }
  /** No answer came: the same may be sent again, under the same key. */
  | { at: "lost"; preview: Preview };

/** After a dry run, which sends nothing and uses no key. */
export function afterPreview(payload: Payload): Step {
  if (payload.preview && !payload.error) return { at: "confirm", preview: payload.preview };
  if (payload.error?.advice === "ALREADY_DONE") return { at: "already", refusal: payload.error };
  return payload.error ? { at: "form", refusal: payload.error } : { at: "form" };
}

/** After it was sent. */
export function afterSending(payload: Payload, preview: Preview): Step {
  const { error, request } = payload;
  if (!error) return { at: "succeeded", preview };
  if (request?.status === "AWAITING_APPROVAL") return { at: "approval" };
  switch (error.advice) {
    case "WAIT":
      return { at: "waiting", requestId: request?.id, preview };
    case "ALREADY_DONE":
      return { at: "already", refusal: error };
    default:
      return { at: "refused", refusal: error, final: request != null, preview };
  }
}

/** After a request whose outcome was open was looked at again. */
export function afterLooking(
  step: Extract<Step, { at: "waiting" }>,
  request: { status: string; error?: Refusal | null } | null | undefined,
): Step {
  if (request?.status === "SUCCEEDED") return { at: "succeeded", preview: step.preview };
  if (request?.status === "REJECTED" && request.error) {
    return { at: "refused", refusal: request.error, final: true, preview: step.preview };
  }
  return step;
}

/** Whether the dialogue may be closed without asking. */
export function isSafeToClose(step: Step, typed: boolean): boolean {
  return step.at === "sending" ? false : step.at === "form" || step.at === "confirm" ? !typed : true;
}

/** A key for one intention. Also where the browser gives no UUIDs: over plain http. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `console-${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export type CancelInput = CancelPaymentInput;
