// Saved filters as tabs, and the filters one by one.

import { useState } from "react";
import { Link, useLocation } from "wouter";
import { Shape } from "../kit/shapes";
import { useTexts } from "../texts/language";
import { CLASSES, type Filters, isFiltered, tabs } from "./filters";

interface FilterBarProps {
  filters: Filters;
  to: (change: Record<string, string | undefined>) => string;
}

export function FilterBar({ filters, to }: FilterBarProps) {
  const texts = useTexts();
  const [, go] = useLocation();
  const [isOpen, setIsOpen] = useState(false);
  const page = { after: undefined, before: undefined, item: undefined };
  const range = (change: { from?: string; to?: string }) => {
    const next = { from: change.from ?? filters.range?.from ?? "", to: change.to ?? filters.range?.to ?? "" };
    // A day alone is a range of that day until the other is given.
    go(to({ from: next.from || next.to, to: next.to || next.from, ...page }));
  };
  return (
    <div className="filters">
      <nav className="tabs" aria-label={texts.toCheck.tabs}>
        {tabs.map((tab) => (
          <Link
            key={tab.name}
            className="tab"
            href={to({ class: tab.class, ...page })}
            aria-current={filters.class === tab.class ? "page" : undefined}
          >
            <Shape name={tab.shape} size={12} />
            {texts.toCheck[tab.name]}
          </Link>
        ))}
      </nav>
      <button
        type="button"
        className="button choosers-button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        {texts.toCheck.filters((filters.class ? 1 : 0) + (filters.range ? 1 : 0))}
        <Shape name="down" size={12} />
      </button>
      <div className={`choosers ${isOpen ? "is-open" : ""}`}>
        <select
          className="control"
          aria-label={texts.toCheck.class}
          value={filters.class ?? ""}
          onChange={(event) => go(to({ class: event.target.value, ...page }))}
        >
          <option value="">{texts.toCheck.anyClass}</option>
          {CLASSES.map((one) => (
            <option key={one} value={one}>
              {texts.codes.class[one]}
            </option>
          ))}
        </select>
        <input
          className="control"
          type="date"
          aria-label={texts.toCheck.from}
          value={filters.range?.from ?? ""}
          onChange={(event) => range({ from: event.target.value })}
        />
        <span aria-hidden="true">~</span>
        <input
          className="control"
          type="date"
          aria-label={texts.toCheck.to}
          value={filters.range?.to ?? ""}
          onChange={(event) => range({ to: event.target.value })}
        />
        {isFiltered(filters) && (
          <Link className="button quiet" href={to({ class: undefined, from: undefined, to: undefined, ...page })}>
            {texts.states.reset}
          </Link>
        )}
      </div>
    </div>
  );
}
