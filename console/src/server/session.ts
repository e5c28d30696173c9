// Who is signed in: a cookie that the page cannot read. The token is sent once and kept nowhere.

import { server } from "./info";

export const OURS = { "X-Toss-Recon": "console" };

export type SignInOutcome = { is: "in" } | { is: "wrong" | "refused" | "failed" } | { is: "slow"; seconds: string };

export type Standing = "unknown" | "in" | "out" | "ended";

let standing: Standing = "unknown";
const listeners = new Set<() => void>();

export const session = {
  standing: (): Standing => standing,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  is(next: Standing): void {
    if (next === standing) return;
    standing = next;
    for (const listener of listeners) listener();
  },
  /** An answer said that there is no session in force. */
  refused(): void {
    session.is(standing === "in" || standing === "ended" ? "ended" : "out");
  },
};

export async function signIn(token: string): Promise<SignInOutcome> {
  let response: Response;
  try {
    response = await fetch("/session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token: token.trim() }),
    });
  } catch {
    return { is: "failed" };
  }
  if (response.ok) return { is: "in" };
  if (response.status === 401) return { is: "wrong" };
  if (response.status === 429) return { is: "slow", seconds: response.headers.get("Retry-After") ?? "60" };
  if (response.status === 403 || response.status === 404) return { is: "refused" };
  return { is: "failed" };
}

/** Ends this session, or every session of whoever it is. */
export async function signOut(everywhere = false): Promise<void> {
  await fetch(`/session${everywhere ? "?everywhere=true" : ""}`, { method: "DELETE", headers: OURS });
  session.is("out");
}

/** The token in a demo's own address, which is taken out of it before anything else is done. */
export function tokenOfAddress(): string | undefined {
  const [, token] = /^#sign-in=([\w.~-]+)$/.exec(location.hash) ?? [];
  if (token === undefined) return undefined;
  history.replaceState(history.state, "", location.pathname + location.search);
  return server.demo ? token : undefined;
}
