// When discrepancies were seen to stand as they are shown: what somebody else did to them later is then told by the API.

import { useMemo } from "react";
import { answeredAt } from "../server/client";

/** The time of the answer that brought `shown`. */
export function useSeenAt(shown: unknown): string | undefined {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another answer is seen at another time
  return useMemo(answeredAt, [shown]);
}
