// What asks the API, as the session's holder. Queries that met the end of a session wait and are asked again after the next
// sign-in; mutations never are.

import { Client, type CombinedError, cacheExchange, type Exchange, fetchExchange, type Operation } from "@urql/core";
import { filter, makeSubject, merge, pipe, tap } from "wonka";
import { currentLanguage } from "../texts/language";
import { OURS, session } from "./session";

const waiting = new Map<number, Operation>();
const again = makeSubject<Operation>();

function isSignedOut(error: CombinedError | undefined): boolean {
  return (
    error?.graphQLErrors.some((one) => one.extensions.code === "UNAUTHENTICATED") ?? error?.response?.status === 401
  );
}

/** Holds back results that only say that nobody is signed in, and what asked for them with them. */
const sessionExchange: Exchange =
  ({ forward }) =>
  (operations) =>
    pipe(
      merge([
        pipe(
          operations,
          tap((operation) => operation.kind === "teardown" && waiting.delete(operation.key)),
        ),
        again.source,
      ]),
      forward,
      filter(({ operation, error }) => {
        if (!isSignedOut(error)) {
          if (session.standing() === "unknown" && !error) session.is("in");
          return true;
        }
        session.refused();
        if (operation.kind !== "query") return true;
        waiting.set(operation.key, operation);
        return false;
      }),
    );

/** The numbers of the server's log, and when to ask again, are in headers: they go with the answer. */
async function ask(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  lastRequestId = response.headers.get("X-Request-Id") ?? undefined;
  lastAnswerAt = response.headers.get("Date") ?? undefined;
  return response;
}

let lastRequestId: string | undefined;
let lastAnswerAt: string | undefined;

/** What the server calls the request that was answered last. */
export function requestId(): string | undefined {
  return lastRequestId;
}

/** When the server answered last, by its own clock, which tells whole seconds: the end of that second. */
export function answeredAt(): string | undefined {
  const told = Date.parse(lastAnswerAt ?? "");
  return Number.isNaN(told) ? undefined : new Date(told + 1000).toISOString();
}

export const client = new Client({
  url: "/graphql",
  preferGetMethod: false,
  fetch: ask,
  fetchOptions: () => ({
    credentials: "same-origin",
    headers: { ...OURS, Accept: "application/json", "Accept-Language": currentLanguage() },
  }),
  exchanges: [cacheExchange, sessionExchange, fetchExchange],
});

/** Somebody has signed in: what waited is asked now. */
export function askAgain(): void {
  const operations = [...waiting.values()];
  waiting.clear();
  session.is("in");
  for (const operation of operations) again.next(operation);
}
