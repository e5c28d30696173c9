// The rows of the page that somebody has chosen. Rows that leave the page leave the choice.

import { useState } from "react";
import { useKeys } from "../kit/keys";
import type { Selection } from "./rows";

interface Chosen<Row> {
  selection: Selection;
  chosen: Row[];
  clear: () => void;
}

export function useSelection<Row extends { id: string }>(rows: readonly Row[] | undefined): Chosen<Row> {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const chosen = rows?.filter((row) => ids.has(row.id)) ?? [];
  const flip = (id: string) => {
    const next = new Set(ids);
    if (!next.delete(id)) next.add(id);
    setIds(next);
  };
  const flipFocused = () => {
    const id = document.activeElement?.getAttribute("data-id");
    if (id) flip(id);
  };
  useKeys({ x: flipFocused, " ": flipFocused });
  const isAll = chosen.length > 0 && chosen.length === rows?.length;
  return {
    chosen,
    clear: () => setIds(new Set()),
    selection: {
      has: (id) => ids.has(id),
      flip,
      flipAll: () => setIds(new Set(isAll ? [] : rows?.map((row) => row.id))),
      isAll,
    },
  };
}
