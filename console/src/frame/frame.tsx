// What surrounds every page: the bar, the strip of freshness, and on narrow screens the bar at the thumb.

import { type ReactNode, useState } from "react";
import { useQuery } from "urql";
import { Link, useLocation, useSearchParams } from "wouter";
import { changed } from "../kit/address";
import { useRowCopy } from "../kit/copy-row";
import { useKeys, usePrefix } from "../kit/keys";
import { useMerchant } from "../kit/merchant";
import { besides, menu } from "../routes";
import { FrameDocument } from "../server/generated/graphql";
import { useEveryMinute } from "../server/live";
import { useReach } from "../server/reach";
import { useTexts } from "../texts/language";
import { Account } from "./account";
import { Find } from "./find";
import { Freshness } from "./freshness";
import { KeysHelp } from "./keys-help";
import { BottomBar, TopMenu } from "./menu";

function MerchantChoice({ merchants }: { merchants: string[] }) {
  const texts = useTexts();
  const { mId } = useMerchant();
  const [params] = useSearchParams();
  const [location, go] = useLocation();
  if (merchants.length < 2) return null;
  return (
    <select
      className="control"
      aria-label={texts.frame.merchant}
      value={mId ?? ""}
      onChange={(event) =>
        go(location + changed(params, { m: event.target.value, after: undefined, before: undefined, item: undefined }))
      }
    >
      <option value="">{texts.frame.all}</option>
      {merchants.map((one) => (
        <option key={one} translate="no">
          {one}
        </option>
      ))}
    </select>
  );
}

export function Frame({ children }: { children: ReactNode }) {
  const texts = useTexts();
  const [, go] = useLocation();
  const { keep } = useMerchant();
  const [showsKeys, setShowsKeys] = useState(false);
  const [{ data }, again] = useQuery({ query: FrameDocument });
  const reach = useReach();
  useEveryMinute(() => again({ requestPolicy: "network-only" }));
  usePrefix();
  useRowCopy();
  useKeys({
    "?": () => setShowsKeys(true),
    ...Object.fromEntries([...menu, ...besides].map(({ letter, address }) => [`g ${letter}`, () => go(keep(address))])),
  });
  const merchants = [...new Set(data?.coverage.map((row) => row.mId))].sort();
  return (
    <>
      <a className="skip" href="#main">
        {texts.frame.skip}
      </a>
      <header className="top">
        <div className="bar">
          <Link href={keep("/")} className="brand" aria-label={texts.product}>
            <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
              <rect width="32" height="32" rx="8" fill="currentColor" />
              <path d="M8 12.5h16M8 19.5h16" stroke="var(--surface)" strokeWidth="3.2" strokeLinecap="round" />
            </svg>
            <span>{texts.product}</span>
          </Link>
          <TopMenu />
          <span className="space" />
          <MerchantChoice merchants={merchants} />
          <Find />
          <Account person={data?.viewer} showKeys={() => setShowsKeys(true)} />
        </div>
        <Freshness reach={reach} />
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <BottomBar />
      <KeysHelp isOpen={showsKeys} onClose={() => setShowsKeys(false)} />
    </>
  );
}
