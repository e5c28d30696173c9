// How far Toss's lists have been read, in the few words of the strip: what the API's coverage says, put side by side.

import { useQuery } from "urql";
import { useMerchant } from "../kit/merchant";
import { FrameDocument, type FrameQuery } from "./generated/graphql";

export type CoverageRow = FrameQuery["coverage"][number];

export interface SourceReach {
  source: string;
  /** The earliest day of all merchants up to which everything was read. Undefined where one was not read at all. */
  through: string | undefined;
  gapDays: string[];
  faultDays: string[];
}

export interface Reach {
  sources: SourceReach[];
  unavailable: boolean;
  lastReadAt: string | undefined;
  isWhole: boolean;
}

function daysOf(spans: readonly { from: string; to: string }[]): string[] {
  return spans.map(({ from, to }) => (from === to ? from.slice(5) : `${from.slice(5)} ~ ${to.slice(5)}`));
}

function ofSource(source: string, rows: readonly CoverageRow[]): SourceReach {
  const read = rows.map((row) => row.through ?? undefined);
  const through = read.includes(undefined) ? undefined : read.sort()[0];
  return {
    source,
    through,
    gapDays: [...new Set(daysOf(rows.flatMap((row) => row.gaps)))].sort(),
    faultDays: [...new Set(rows.flatMap((row) => row.faults).map((fault) => fault.day.slice(5)))].sort(),
  };
}

/** Of one merchant, or of all. */
export function reachOf(coverage: readonly CoverageRow[], mId: string | undefined): Reach {
  const rows = coverage.filter((row) => mId === undefined || row.mId === mId);
  const available = rows.filter((row) => !row.unavailable);
  const sources = [...new Set(available.map((row) => row.source))].sort().reverse();
  const reached = sources.map((source) =>
    ofSource(
      source,
      available.filter((row) => row.source === source),
    ),
  );
  const reads = rows.flatMap((row) => (row.lastReadAt ? [row.lastReadAt] : []));
  return {
    sources: reached,
    unavailable:
      rows.some((row) => row.unavailable && row.source === "SETTLEMENTS") && !sources.includes("SETTLEMENTS"),
    lastReadAt: reads.sort().at(-1),
    isWhole:
      reached.length > 0 &&
      reached.every((one) => one.through && one.gapDays.length === 0 && one.faultDays.length === 0),
  };
}

/** Of the merchant that is looked at. Undefined until it is known. */
export function useReach(): Reach | undefined {
  const { mId } = useMerchant();
  const [{ data }] = useQuery({ query: FrameDocument });
  return data && reachOf(data.coverage, mId);
}
