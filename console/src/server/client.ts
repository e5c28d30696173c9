// What asks the API, as the session's holder. Queries that met the end of a session wait and are asked again after the next
// sign-in; mutations never are.

import { Client, type CombinedError, cacheExchange, type Exchange, fetchExchange, type Operation } from "@urql/core";
import { currentLanguage } from "../texts/language";
import { OURS, session } from "./session";

const waiting = new Map<number, Operation>();

function isSignedOut(error: CombinedError | undefined): boolean {
  return (
    error?.graphQLErrors.some((one) => one.extensions.code === "UNAUTHENTICATED") ?? error?.response?.status === 401
  );
}

/** Results that only say that nobody is signed in are held back, and what asked for them with them. */
const sessionExchange: Exchange =
  ({ forward }) =>
  (operations) => {
    const results = forward(operations);
    return (sink) =>
      results((signal) => {
        if (typeof signal === "object" && signal.tag === 1) {
          const { operation, error } = signal[0];
          if (isSignedOut(error)) {
            session.refused();
            if (operation.kind === "query") {
              waiting.set(operation.key, operation);
              return;
            }
          } else if (session.standing() === "unknown" && !error) session.is("in");
        }
        sink(signal);
      });
  };

/** The numbers of the server's log, and when to ask again, are in headers: they go with the answer. */
async function ask(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  lastRequestId = response.headers.get("X-Request-Id") ?? undefined;
  return response;
}

let lastRequestId: string | undefined;

/** What the server calls the request that was answered last. */
export function requestId(): string | undefined {
  return lastRequestId;
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
  for (const operation of operations) {
    client.reexecuteOperation(
      client.createRequestOperation("query", operation, { ...operation.context, requestPolicy: "network-only" }),
    );
  }
}
