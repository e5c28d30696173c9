// What an answer's error means for whoever reads the page.

import type { CombinedError } from "@urql/core";
import type { Texts } from "../texts/ko";
import { requestId } from "./client";

/** One sentence. Raw messages of the API are shown by nobody. */
export function failureText(error: CombinedError, texts: Texts): string {
  const { states } = texts;
  const code = error.graphQLErrors[0]?.extensions.code;
  if (error.networkError && !error.response) return states.offline;
  if (code === "TOO_COMPLEX") return states.tooComplex;
  if (code === "FORBIDDEN") return states.forbidden;
  if (code === "RATE_LIMITED" || code === "OVERLOADED") {
    return states.limited(error.response?.headers?.get("Retry-After") ?? "60");
  }
  const id = error.response?.headers?.get("X-Request-Id") ?? requestId();
  return id ? states.failedId(id) : states.failed;
}
