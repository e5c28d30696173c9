// What a page or a part shows instead of its rows.

import type { ReactNode } from "react";
import { useTexts } from "../texts/language";
import { Shape, type ShapeName } from "./shapes";

/** A sentence over a part, with what can be done about it. */
export function Banner({
  tone,
  shape,
  children,
}: {
  tone: "warn" | "bad" | "quiet";
  shape?: ShapeName;
  children: ReactNode;
}) {
  return (
    <div className={`banner ${tone}`} role={tone === "bad" ? "alert" : undefined}>
      {shape && <Shape name={shape} />}
      {children}
    </div>
  );
}

/** That the server did not answer, or not with this, and a button that asks it again. */
export function FailureBanner({ said, retry }: { said: string; retry: () => void }) {
  const texts = useTexts();
  return (
    <Banner tone="bad" shape="alert">
      {said}
      <button type="button" className="button" onClick={retry}>
        {texts.states.retry}
      </button>
    </Banner>
  );
}

interface EmptyProps {
  mark?: { tone: "good" | "open"; shape: ShapeName };
  title: string;
  children?: ReactNode;
}

export function Empty({ mark, title, children }: EmptyProps) {
  return (
    <div className="empty">
      {mark && (
        <span className={`mark ${mark.tone}`}>
          <Shape name={mark.shape} size={28} />
        </span>
      )}
      <h2>{title}</h2>
      {children}
    </div>
  );
}

const WIDTHS = [62, 88, 54, 70, 80, 48, 66];

/** Rows of the right height while the real ones are on their way. */
export function SkeletonRows({ rows, columns }: { rows: number; columns: number }) {
  return Array.from({ length: rows }, (_, row) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: nothing tells one from another
    <tr className="skeleton" key={row} aria-hidden="true">
      {Array.from({ length: columns }, (_, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: nothing tells one from another
        <td key={column}>
          <i style={{ width: `${WIDTHS[(row + column) % WIDTHS.length]}%` }} />
        </td>
      ))}
    </tr>
  ));
}

export function SkeletonLines({ lines }: { lines: number }) {
  return Array.from({ length: lines }, (_, line) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: nothing tells one from another
    <i className="skeleton-line" key={line} style={{ width: `${WIDTHS[line % WIDTHS.length]}%`, margin: "12px 0" }} />
  ));
}
