// The lists of 내역 over one range: payments, their transactions, and settlement rows.

import { Link, useLocation, useSearchParams } from "wouter";
import { routes } from "../routes";
import { useTexts } from "../texts/language";
import { changed } from "./address";

const TABS = ["payments", "transactions", "settlements"] as const;

export function RecordTabs() {
  const { pages } = useTexts();
  const [location] = useLocation();
  const [params] = useSearchParams();
  const kept = new URLSearchParams();
  for (const name of ["m", "from", "to"]) {
    const value = params.get(name);
    if (value) kept.set(name, value);
  }
  return (
    <nav className="tabs" aria-label={pages.records}>
      {TABS.map((tab) => (
        <Link
          key={tab}
          className="tab"
          href={routes[tab] + changed(kept, {})}
          aria-current={location === routes[tab] ? "page" : undefined}
        >
          {pages[tab]}
        </Link>
      ))}
    </nav>
  );
}
