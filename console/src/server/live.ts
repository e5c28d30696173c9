// Being told of changes: one stream a page, and only while somebody can see it.

import { createClient } from "graphql-sse";
import { useEffect, useRef } from "react";
import { OURS } from "./session";

const events = createClient({ url: "/graphql", headers: OURS, retryAttempts: 5 });

/** Calls `told` for each event of a subscription but the first, which is the state now. */
export function useLive(query: string | undefined, told: () => void): void {
  const latest = useRef(told);
  latest.current = told;
  useEffect(() => {
    if (query === undefined) return;
    let stop: (() => void) | undefined;
    const follow = () => {
      stop?.();
      stop = undefined;
      if (document.visibilityState !== "visible") return;
      let isFirst = true;
      const next = () => {
        if (!isFirst) latest.current();
        isFirst = false;
      };
      // Without a stream the page still asks once a minute.
      stop = events.subscribe({ query }, { next, error: () => {}, complete: () => {} });
    };
    follow();
    document.addEventListener("visibilitychange", follow);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      stop?.();
    };
  }, [query]);
}

/** Calls `again` once a minute while the page is seen, and when it is looked at again. */
export function useEveryMinute(again: () => void): void {
  const latest = useRef(again);
  latest.current = again;
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === "visible") latest.current();
    };
    const timer = setInterval(look, 60_000);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);
}
