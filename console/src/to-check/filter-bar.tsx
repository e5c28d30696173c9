// Saved filters as tabs, and the filters one by one.

import { Link, useLocation } from "wouter";
import { Choice } from "../kit/choice";
import { Filters as FilterSheet } from "../kit/filters";
import { RangeField } from "../kit/range-field";
import { Shape } from "../kit/shapes";
import { useTexts } from "../texts/language";
import { type Filters, tabs } from "./filters";

interface FilterBarProps {
  filters: Filters;
  to: (change: Record<string, string | undefined>) => string;
}

export function FilterBar({ filters, to }: FilterBarProps) {
  const texts = useTexts();
  const [, go] = useLocation();
  const page = { after: undefined, before: undefined, item: undefined };
  return (
    <div className="filters">
      <nav className="tabs" aria-label={texts.toCheck.tabs}>
        {tabs.map((tab) => (
          <Link
            key={tab.name}
            className="tab"
            href={to({ tab: tab.name === "wrong" ? undefined : tab.name, class: undefined, ...page })}
            aria-current={filters.tab === tab.name ? "page" : undefined}
          >
            <Shape name={tab.shape} size={12} />
            {texts.toCheck[tab.name]}
          </Link>
        ))}
      </nav>
      <FilterSheet count={(filters.class ? 1 : 0) + (filters.range ? 1 : 0)}>
        <Choice
          label={texts.toCheck.class}
          any={texts.toCheck.anyClass}
          values={texts.codes.class}
          chosen={filters.class}
          choose={(value) => go(to({ class: value, ...page }))}
        />
        <RangeField
          label={texts.toCheck.period}
          range={filters.range}
          choose={(range) => go(to({ ...range, ...page }))}
        />
        {(filters.class || filters.range) && (
          <Link className="button quiet" href={to({ class: undefined, from: undefined, to: undefined, ...page })}>
            {texts.states.reset}
          </Link>
        )}
      </FilterSheet>
    </div>
  );
}
