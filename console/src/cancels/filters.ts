// What the address of 취소 요청 says, and what can be done about a request.

import { oneOf } from "../kit/address";
import type { CancelRequestStatus, CancelRequestsFilter, RequestRowFragment } from "../server/generated/graphql";

export const TABS = ["approval", "open", "person", "all"] as const;
export type Tab = (typeof TABS)[number];

const STATES: Record<Tab, CancelRequestStatus[] | undefined> = {
  approval: ["AWAITING_APPROVAL"],
  open: ["REQUESTED", "SENT", "UNKNOWN"],
  person: ["NEEDS_OPERATOR"],
  all: undefined,
};

export interface Filters {
  tab: Tab;
  mId: string | undefined;
  after: string | undefined;
}

export function read(params: URLSearchParams): Filters {
  return {
    tab: oneOf(TABS, params.get("state")) ?? "all",
    mId: params.get("m") ?? undefined,
    after: params.get("after") ?? undefined,
  };
}

export function asked({ tab, mId }: Filters): CancelRequestsFilter {
  const status = STATES[tab];
  return { ...(status && { status }), ...(mId && { mId: [mId] }) };
}

export type Action = "approve" | "withdraw" | "resolve" | "takeOver";

/** What whoever is asking may do about a request: an admin, and nobody says what became of their own. */
export function actionsOf(request: RequestRowFragment, viewer: { name: string; role: string }): Action[] {
  if (viewer.role !== "ADMIN") return [];
  switch (request.status) {
    case "AWAITING_APPROVAL":
      return request.viewerCanApprove ? ["approve", "withdraw"] : ["withdraw"];
    case "UNKNOWN":
      return ["takeOver"];
    case "NEEDS_OPERATOR":
      return request.requestedBy === viewer.name ? [] : ["resolve"];
    default:
      return [];
  }
}
