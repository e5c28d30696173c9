// The filters of a list. On narrow screens they are behind a button that says how many are set.

import { type ReactNode, useState } from "react";
import { useTexts } from "../texts/language";
import { Shape } from "./shapes";

export function Filters({ count, children }: { count: number; children: ReactNode }) {
  const { toCheck } = useTexts();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="button choosers-button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        {toCheck.filters(count)}
        <Shape name="down" size={12} />
      </button>
      <div className={`choosers ${isOpen ? "is-open" : ""}`}>{children}</div>
    </>
  );
}
