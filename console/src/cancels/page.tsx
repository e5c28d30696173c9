// 취소 요청: what was asked to be cancelled, by whom, what came of it, and what waits for somebody.

import { useRef, useState } from "react";
import { useQuery } from "urql";
import { Link, useLocation, useSearchParams } from "wouter";
import { changed } from "../kit/address";
import { rowKeys, useKeys } from "../kit/keys";
import { Pager } from "../kit/pager";
import { Empty, FailureBanner } from "../kit/states";
import { Title } from "../kit/title";
import { failureText } from "../server/failure";
import { CancelRequestsDocument, type RequestRowFragment } from "../server/generated/graphql";
import { useEveryMinute } from "../server/live";
import { useTexts } from "../texts/language";
import { ActionDialogue } from "./action";
import { type Action, asked, read, TABS } from "./filters";
import { RequestRows } from "./rows";
import "../cancel/cancel.css";
import "./cancels.css";

const PAGE = 50;

export default function CancelsPage() {
  const texts = useTexts();
  const { requests: words } = texts;
  const [params] = useSearchParams();
  const [location, go] = useLocation();
  const filters = read(params);
  const list = useRef<HTMLDivElement>(null);
  const [acting, setActing] = useState<{ action: Action; of: RequestRowFragment }>();
  const [{ data, error, fetching, stale }, ask] = useQuery({
    query: CancelRequestsDocument,
    variables: { filter: asked(filters), first: PAGE, after: filters.after ?? null },
    requestPolicy: "cache-and-network",
  });
  const again = () => ask({ requestPolicy: "network-only" });
  useEveryMinute(again);
  useKeys(rowKeys(() => list.current));
  const to = (change: Record<string, string | undefined>) => location + changed(params, change);
  const rows = data?.cancelRequests.nodes;
  return (
    <>
      <div className="page-head">
        <Title name={texts.pages.cancels} />
      </div>
      <nav className="tabs cancels-tabs" aria-label={words.kinds}>
        {TABS.map((tab) => (
          <Link
            key={tab}
            className="tab"
            href={to({ state: tab === "all" ? undefined : tab, after: undefined })}
            aria-current={filters.tab === tab ? "page" : undefined}
          >
            {words.tabs[tab]}
          </Link>
        ))}
      </nav>
      {error && <FailureBanner said={failureText(error, texts)} retry={again} />}
      <div className="card list" ref={list} aria-busy={fetching && !stale && !data}>
        {rows?.length === 0 && <Empty title={filters.tab === "all" ? words.empty : texts.toCheck.filtered} />}
        {!error && rows?.length !== 0 && (
          <RequestRows rows={rows} viewer={data?.viewer} act={(action, of) => setActing({ action, of })} />
        )}
        {data && <Pager info={data.cancelRequests.pageInfo} go={(place) => go(to({ after: place.after }))} />}
      </div>
      {acting && <ActionDialogue action={acting.action} of={acting.of} close={() => setActing(undefined)} />}
    </>
  );
}
