// Pages of a list, by cursor.

import { useTexts } from "../texts/language";
import type { Place } from "./address";
import { useKeys } from "./keys";
import { Shape } from "./shapes";

export interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor?: string | null;
  endCursor?: string | null;
}

export function Pager({ info, go }: { info: PageInfo; go: (place: Place) => void }) {
  const { states } = useTexts();
  const previous = () => info.hasPreviousPage && info.startCursor && go({ before: info.startCursor });
  const next = () => info.hasNextPage && info.endCursor && go({ after: info.endCursor });
  useKeys({ "[": previous, "]": next });
  if (!info.hasNextPage && !info.hasPreviousPage) return null;
  return (
    <nav className="pager" aria-label={states.pages}>
      <button type="button" className="button" disabled={!info.hasPreviousPage} onClick={previous}>
        <Shape name="left" /> {states.previous}
      </button>
      <button type="button" className="button" disabled={!info.hasNextPage} onClick={next}>
        {states.next} <Shape name="right" />
      </button>
    </nav>
  );
}

/** What a page of a list is asked with. */
export function pageOf(place: Place, size: number): { first?: number; after?: string; last?: number; before?: string } {
  if (place.before) return { last: size, before: place.before };
  return place.after ? { first: size, after: place.after } : { first: size };
}
