// Saved filters as tabs with their counts, the filters one by one, and the sums of what is shown by type.

import { Link } from "wouter";
import type { Change } from "../kit/address";
import { ClassBadge } from "../kit/badge";
import { Choice } from "../kit/choice";
import { Amount } from "../kit/figure";
import { Filters as FilterSheet } from "../kit/filters";
import { RangeField } from "../kit/range-field";
import { Shape } from "../kit/shapes";
import { TextField } from "../kit/text-field";
import type { ToCheckCountsQuery } from "../server/generated/graphql";
import { useTexts } from "../texts/language";
import { chosenCount, type Filters, tabs } from "./filters";

const PLACE = { after: undefined, before: undefined, item: undefined };
const NOTHING_CHOSEN = { class: undefined, from: undefined, to: undefined, assignee: undefined, least: undefined };

interface FilterBarProps {
  filters: Filters;
  counts: ToCheckCountsQuery | undefined;
  to: (change: Change) => string;
  choose: (change: Change) => void;
}

export function FilterBar({ filters, counts, to, choose }: FilterBarProps) {
  const texts = useTexts();
  const { toCheck, desk } = texts;
  const { NEWEST, ...orders } = desk.orders;
  return (
    <>
      <nav className="tabs to-check-tabs" aria-label={toCheck.tabs}>
        {tabs.map((tab) => (
          <Link
            key={tab.name}
            className="tab"
            href={to({ tab: tab.name === "wrong" ? undefined : tab.name, class: undefined, ...PLACE })}
            aria-current={filters.tab === tab.name ? "page" : undefined}
          >
            <Shape name={tab.shape} size={12} />
            {toCheck[tab.name]}
            {counts?.[tab.name].totalCount != null && <span className="tally">{counts[tab.name].totalCount}</span>}
          </Link>
        ))}
      </nav>
      <div className="filters">
        <FilterSheet count={chosenCount(filters)}>
          <Choice
            label={toCheck.class}
            any={toCheck.anyClass}
            values={texts.codes.class}
            chosen={filters.class}
            choose={(value) => choose({ class: value })}
          />
          <RangeField label={toCheck.period} range={filters.range} choose={(range) => choose({ ...range })} />
          <TextField label={desk.assignee} value={filters.assignee} choose={(assignee) => choose({ assignee })} />
          <TextField
            label={desk.leastDelta}
            value={filters.least}
            choose={(least) => choose({ least })}
            inputMode="decimal"
          />
          <Choice
            label={texts.records.orderBy}
            any={NEWEST}
            values={orders}
            chosen={filters.order}
            choose={(order) => choose({ order })}
          />
          {chosenCount(filters) > 0 && (
            <Link className="button quiet" href={to({ ...NOTHING_CHOSEN, ...PLACE })}>
              {texts.states.reset}
            </Link>
          )}
        </FilterSheet>
      </div>
    </>
  );
}

/** How many of each type, with the sums of their differences: each a way to its rows. */
export function Sums({ of, to }: { of: ToCheckCountsQuery["discrepancyCounts"]; to: (change: Change) => string }) {
  const { desk, states } = useTexts();
  if (of.length === 0) return null;
  return (
    <section className="to-check-sums">
      <h2 className="note">{desk.sums}</h2>
      <ul>
        {of.map((one) => (
          <li key={one.class}>
            <Link href={to({ class: one.class, ...PLACE })}>
              <ClassBadge of={one.class} severity={one.severity} />
              <span className="muted">{states.count(one.count, String(one.count))}</span>
              {one.delta.map((sum) => (
                <strong key={sum.currency}>
                  <Amount of={sum} signed />
                </strong>
              ))}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
