// The shapes that stand beside words. None says anything by itself.

import type { ReactNode } from "react";

export type ShapeName =
  | "full"
  | "quarter"
  | "alert"
  | "dashed"
  | "info"
  | "check"
  | "back"
  | "diamond"
  | "bolt"
  | "none"
  | "square"
  | "hatch"
  | "search"
  | "copy"
  | "down"
  | "left"
  | "right"
  | "out"
  | "person"
  | "more"
  | "list"
  | "calendar"
  | "refresh"
  | "cross"
  | "chart"
  | "stack"
  | "sheet";

const line = {
  fill: "none",
  stroke: "currentColor",
  strokeWidth: 1.6,
  strokeLinecap: "round",
  strokeLinejoin: "round",
} as const;

const drawn: Record<ShapeName, ReactNode> = {
  full: <circle cx="8" cy="8" r="5" fill="currentColor" />,
  quarter: (
    <>
      <circle cx="8" cy="8" r="5.2" {...line} />
      <path d="M8 2.8A5.2 5.2 0 0 1 13.2 8H8Z" fill="currentColor" />
    </>
  ),
  alert: <path d="M8 2.4 14.2 13.2H1.8Z" fill="currentColor" stroke="currentColor" strokeLinejoin="round" />,
  dashed: <circle cx="8" cy="8" r="5.2" {...line} strokeDasharray="2.2 2.4" />,
  info: (
    <>
      <circle cx="8" cy="8" r="6" {...line} />
      <path d="M8 7.4V11M8 5v.1" {...line} />
    </>
  ),
  check: <path d="M3 8.6 6.4 12 13 4.6" {...line} strokeWidth={2} />,
  back: <path d="M6 3.5 3 6.5l3 3M3.2 6.5H10a3 3 0 0 1 0 6H7.5" {...line} />,
  diamond: <path d="M8 2.5 13.5 8 8 13.5 2.5 8Z" {...line} />,
  bolt: <path d="M9.2 1.8 4.5 8.6h3.3l-1 5.6 4.7-6.8H8.2Z" {...line} />,
  none: <path d="M4 8h8" {...line} />,
  square: <rect x="2.5" y="2.5" width="11" height="11" rx="1.5" fill="currentColor" />,
  hatch: (
    <>
      <rect x="2.8" y="2.8" width="10.4" height="10.4" rx="1.5" {...line} strokeWidth={1.2} />
      <path d="M3 9 9 3M3 13 13 3M7 13l6-6" {...line} strokeWidth={1.2} />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.4" {...line} />
      <path d="m10.4 10.4 3.2 3.2" {...line} />
    </>
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" {...line} strokeWidth={1.3} />
      <path d="M10.5 3.2A1.2 1.2 0 0 0 9.3 2.5H4A1.5 1.5 0 0 0 2.5 4v5.3c0 .5.3 1 .7 1.2" {...line} strokeWidth={1.3} />
    </>
  ),
  down: <path d="m4 6.2 4 4 4-4" {...line} />,
  left: <path d="m9.8 4-4 4 4 4" {...line} />,
  right: <path d="m6.2 4 4 4-4 4" {...line} />,
  out: <path d="M6.5 3.5H3.5v9h9v-3M9 2.5h4.5V7M13 3 7.5 8.5" {...line} />,
  person: (
    <>
      <circle cx="8" cy="5.4" r="2.7" {...line} />
      <path d="M2.8 13.6c.6-2.8 2.6-4.2 5.2-4.2s4.6 1.4 5.2 4.2" {...line} />
    </>
  ),
  more: <path d="M3.5 8h.1M8 8h.1M12.5 8h.1" {...line} strokeWidth={2.4} />,
  list: <path d="M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.1M2.5 8h.1M2.5 12h.1" {...line} />,
  calendar: <path d="M2.5 4.2h11v9h-11zM2.5 7h11M5.5 2.5v2.6M10.5 2.5v2.6" {...line} />,
  cross: <path d="m4 4 8 8M12 4l-8 8" {...line} />,
  chart: <path d="M2.5 13.5h11M4 11V7M8 11V3M12 11V5.5" {...line} strokeWidth={2} />,
  stack: (
    <path d="M2.5 5.2 8 2.5l5.5 2.7L8 8ZM2.5 8.2 8 11l5.5-2.8M2.5 11.2 8 14l5.5-2.8" {...line} strokeWidth={1.3} />
  ),
  sheet: <path d="M4 2.5h5.5L12.5 5v8.5H4ZM6.2 7h4M6.2 9.6h4" {...line} strokeWidth={1.4} />,
  refresh: <path d="M13 8a5 5 0 1 1-1.5-3.6M13 2.2v2.9h-2.9" {...line} />,
};

export function Shape({ name, size = 16 }: { name: ShapeName; size?: number }) {
  return (
    <svg viewBox="0 0 16 16" width={size} height={size} aria-hidden="true">
      {drawn[name]}
    </svg>
  );
}
