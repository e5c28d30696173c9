// 확인할 항목: what does not add up, beside it what that rests on, and what is done about it.

import { useMemo, useRef, useState } from "react";
import { useClient, useQuery } from "urql";
import { Link } from "wouter";
import { DeskActions } from "../desk/actions";
import { useSeenAt } from "../desk/seen";
import { Count } from "../kit/count";
import { rowKeys, useKeys } from "../kit/keys";
import { PAGE, useListAddress } from "../kit/list-page";
import { Pager, pageOf } from "../kit/pager";
import { Shape } from "../kit/shapes";
import { Empty, FailureBanner } from "../kit/states";
import { Title } from "../kit/title";
import { failureText } from "../server/failure";
import { ToCheckCountsDocument, ToCheckDocument, ToCheckIdsDocument } from "../server/generated/graphql";
import { useEveryMinute, useLive } from "../server/live";
import { useViewer, worksAtDesk } from "../server/viewer";
import { useSpoken, useTexts } from "../texts/language";
import { CHANGED } from "./changed";
import { Evidence } from "./evidence";
import { FilterBar, Sums } from "./filter-bar";
import { asked, askedOfTabs, type Filters, isFiltered, read } from "./filters";
import { NothingToCheck } from "./nothing";
import { Rows } from "./rows";
import { useSelection } from "./selection";
import "./to-check.css";
import "./to-check-desk.css";
import "./to-check-narrow.css";

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

/** An empty list may gain rows too: whatever is done at the desk asks for both again. */
const OF_DISCREPANCIES = { additionalTypenames: ["Discrepancy"] };

function useWorkList(filters: Filters) {
  const { language } = useSpoken();
  const client = useClient();
  const context = useMemo(() => OF_DISCREPANCIES, []);
  const [news, setNews] = useState<News>();
  const list = { filter: asked(filters), orderBy: filters.order, ...pageOf(filters.place, PAGE) };
  const [{ data, error, fetching, stale }, ask] = useQuery({
    query: ToCheckDocument,
    variables: { ...list, locale: language === "ko" ? "KO" : "EN" },
    context,
  });
  const [counts] = useQuery({ query: ToCheckCountsDocument, variables: askedOfTabs(filters), context });
  const rows = data?.discrepancies.nodes;
  const look = async () => {
    const now = await client.query(ToCheckIdsDocument, list, { requestPolicy: "network-only" });
    if (now.data && rows) setNews(newsOf(rows, now.data.discrepancies.nodes));
  };
  // Rows never move under the reader's hands: a change is told, and shown when it is asked for.
  useLive(CHANGED, look);
  useEveryMinute(look);
  const again = () => {
    setNews(undefined);
    ask({ requestPolicy: "network-only" });
  };
  return { data, rows, error, isAsked: stale || fetching, fetching, counts: counts.data, news, again };
}

function NewsButton({ news, again }: { news: News | undefined; again: () => void }) {
  const { toCheck } = useTexts();
  if (!news) return null;
  return (
    <button type="button" className="button quiet" onClick={again}>
      <Shape name="refresh" />
      {news.added > 0 ? toCheck.added(news.added) : toCheck.changed} · {toCheck.show}
    </button>
  );
}

export default function ToCheckPage() {
  const texts = useTexts();
  const { params, to, go, choose } = useListAddress();
  const filters = read(params);
  const list = useRef<HTMLDivElement>(null);
  const { data, rows, error, isAsked, fetching, counts, news, again } = useWorkList(filters);
  const { selection, chosen, clear } = useSelection(rows);
  const mayAct = worksAtDesk(useViewer());
  const seenAt = useSeenAt(data);
  useKeys(rowKeys(() => list.current));
  const open = rows?.find((row) => row.id === filters.item);
  const close = () => {
    go({ item: undefined });
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-id="${open?.id}"]`)?.focus());
  };
  useKeys({ Escape: () => (open ? close() : clear()) });

  return (
    <>
      <div className="page-head">
        <Title name={texts.pages.toCheck} />
        <Count of={counts?.shown.totalCount} />
        <NewsButton news={news} again={again} />
      </div>
      <FilterBar filters={filters} counts={counts} to={to} choose={choose} />
      {error && <FailureBanner said={failureText(error, texts)} retry={again} />}
      <div className={`work ${open ? "has-chosen" : ""} ${rows?.length === 0 ? "is-empty" : ""}`} ref={list}>
        <div className={`card list ${isAsked ? "is-asked" : ""}`} aria-busy={fetching}>
          {rows?.length === 0 && !isFiltered(filters) && !filters.place.after && <NothingToCheck />}
          {rows?.length === 0 && isFiltered(filters) && (
            <Empty title={texts.toCheck.filtered}>
              <Link className="button" href={to({ tab: undefined, ...NOTHING })}>
                {texts.states.reset}
              </Link>
            </Empty>
          )}
          {!error && rows?.length !== 0 && (
            <Rows rows={rows} open={filters.item} selection={mayAct ? selection : undefined} to={to} />
          )}
          {data && (
            <Pager
              info={data.discrepancies.pageInfo}
              go={(place) => choose({ after: place.after, before: place.before })}
            />
          )}
          {counts && rows && rows.length > 0 && <Sums of={counts.discrepancyCounts} to={to} />}
          {chosen.length > 0 && (
            <section className="bulk" aria-label={texts.desk.selected(chosen.length)}>
              <strong>{texts.desk.selected(chosen.length)}</strong>
              <DeskActions of={chosen} seenAt={seenAt} byKeys />
              <button type="button" className="button quiet" onClick={clear}>
                {texts.desk.clear}
              </button>
            </section>
          )}
        </div>
        {open ? (
          <Evidence of={open} seenAt={seenAt} close={close} byKeys={chosen.length === 0} />
        ) : (
          rows?.length !== 0 && (
            <aside className="card evidence none">{rows && <p className="muted">{texts.toCheck.choose}</p>}</aside>
          )
        )}
      </div>
    </>
  );
}

const NOTHING = { class: undefined, from: undefined, to: undefined, assignee: undefined, least: undefined };
