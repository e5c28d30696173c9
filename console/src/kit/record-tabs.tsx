// The lists of 내역 over one range: payments, and settlement rows.

import { Link, useLocation } from "wouter";
import { routes } from "../routes";
import { useTexts } from "../texts/language";
import { useMerchant } from "./merchant";

const TABS = ["payments", "settlements"] as const;

export function RecordTabs() {
  const { pages } = useTexts();
  const [location] = useLocation();
  const { keep } = useMerchant();
  return (
    <nav className="tabs" aria-label={pages.records}>
      {TABS.map((tab) => (
        <Link
          key={tab}
          className="tab"
          href={keep(routes[tab])}
          aria-current={location === routes[tab] ? "page" : undefined}
        >
          {pages[tab]}
        </Link>
      ))}
    </nav>
  );
}
