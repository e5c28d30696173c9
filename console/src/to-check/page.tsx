// 확인할 항목: what does not add up, and beside it what that rests on.

import { useRef, useState } from "react";
import { useClient, useQuery } from "urql";
import { Link, useLocation, useSearchParams } from "wouter";
import { changed } from "../kit/address";
import { Count } from "../kit/count";
import { rowKeys, useKeys } from "../kit/keys";
import { Pager, pageOf } from "../kit/pager";
import { Shape } from "../kit/shapes";
import { Empty, FailureBanner } from "../kit/states";
import { Title } from "../kit/title";
import { failureText } from "../server/failure";
import { ToCheckCountDocument, ToCheckDocument, ToCheckIdsDocument } from "../server/generated/graphql";
import { useEveryMinute, useLive } from "../server/live";
import { useSpoken } from "../texts/language";
import { CHANGED } from "./changed";
import { Evidence } from "./evidence";
import { FilterBar } from "./filter-bar";
import { asked, isFiltered, read } from "./filters";
import { NothingToCheck } from "./nothing";
import { Rows } from "./rows";
import "./to-check.css";
import "./to-check-narrow.css";

const PAGE = 50;

/** How the list has changed since it was shown. */
interface News {
  added: number;
}

interface Identified {
  id: string;
}

function newsOf(shown: readonly Identified[], now: readonly Identified[]): News | undefined {
  const known = new Set(shown.map((row) => row.id));
  const added = now.filter((row) => !known.has(row.id)).length;
  return added === 0 && now.length === shown.length ? undefined : { added };
}

export default function ToCheckPage() {
  const { texts, language } = useSpoken();
  const [params] = useSearchParams();
  const [location, go] = useLocation();
  const filters = read(params);
  const client = useClient();
  const list = useRef<HTMLDivElement>(null);
  const [news, setNews] = useState<News>();
  const [{ data, error, fetching, stale }, ask] = useQuery({
    query: ToCheckDocument,
    variables: {
      filter: asked(filters),
      ...pageOf(filters.place, PAGE),
      locale: language === "ko" ? "KO" : "EN",
    },
  });
  const rows = data?.discrepancies.nodes;
  const look = async () => {
    const variables = { filter: asked(filters), ...pageOf(filters.place, PAGE) };
    const now = await client.query(ToCheckIdsDocument, variables, { requestPolicy: "network-only" });
    if (now.data && rows) setNews(newsOf(rows, now.data.discrepancies.nodes));
  };
  // Rows never move under the reader's hands: a change is told, and shown when it is asked for.
  useLive(CHANGED, look);
  useEveryMinute(look);
  const [count] = useQuery({ query: ToCheckCountDocument, variables: { filter: asked(filters) } });
  useKeys(rowKeys(() => list.current));
  const to = (change: Record<string, string | undefined>) => location + changed(params, change);
  const again = () => {
    setNews(undefined);
    ask({ requestPolicy: "network-only" });
  };
  const chosen = rows?.find((row) => row.id === filters.item);
  const close = () => {
    go(to({ item: undefined }));
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-id="${chosen?.id}"]`)?.focus());
  };
  useKeys({ Escape: () => chosen && close() });

  return (
    <>
      <div className="page-head">
        <Title name={texts.pages.toCheck} />
        <Count of={count.data?.discrepancies.totalCount} />
        {news && (
          <button type="button" className="button quiet" onClick={again}>
            <Shape name="refresh" />
            {news.added > 0 ? texts.toCheck.added(news.added) : texts.toCheck.changed} · {texts.toCheck.show}
          </button>
        )}
      </div>
      <FilterBar filters={filters} to={to} />
      {error && <FailureBanner said={failureText(error, texts)} retry={again} />}
      <div className={`work ${chosen ? "has-chosen" : ""}`} ref={list}>
        <div className={`card list ${stale || fetching ? "is-asked" : ""}`} aria-busy={fetching}>
          {rows?.length === 0 && !isFiltered(filters) && !filters.place.after && <NothingToCheck />}
          {rows?.length === 0 && isFiltered(filters) && (
            <Empty title={texts.toCheck.filtered}>
              <Link className="button" href={to({ tab: undefined, class: undefined, from: undefined, to: undefined })}>
                {texts.states.reset}
              </Link>
            </Empty>
          )}
          {!error && rows?.length !== 0 && <Rows rows={rows} chosen={filters.item} to={to} />}
          {data && (
            <Pager
              info={data.discrepancies.pageInfo}
              go={(place) => go(to({ after: place.after, before: place.before, item: undefined }))}
            />
          )}
        </div>
        {chosen ? (
          <Evidence of={chosen} close={close} />
        ) : (
          <aside className="card evidence none">
            {rows && rows.length > 0 && <p className="muted">{texts.toCheck.choose}</p>}
          </aside>
        )}
      </div>
    </>
  );
}
