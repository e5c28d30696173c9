// 내역 · 정산: Toss's settlement rows of a range.

import { useRef } from "react";
import { useQuery } from "urql";
import { Link, useLocation, useSearchParams } from "wouter";
import { changed } from "../kit/address";
import { Badge } from "../kit/badge";
import { Choice } from "../kit/choice";
import { Count } from "../kit/count";
import { Amount, Day } from "../kit/figure";
import { Filters as FilterSheet } from "../kit/filters";
import { rowKeys, useKeys } from "../kit/keys";
import { useMerchant } from "../kit/merchant";
import { Pager, pageOf } from "../kit/pager";
import { RangeField } from "../kit/range-field";
import { RecordTabs } from "../kit/record-tabs";
import { Empty, FailureBanner, SkeletonRows } from "../kit/states";
import { Title } from "../kit/title";
import { addressOf, routes } from "../routes";
import { failureText } from "../server/failure";
import { SettlementsCountDocument, SettlementsDocument } from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";
import { asked, read } from "./filters";
import "../look/records.css";

const PAGE = 50;

export default function SettlementsPage() {
  const texts = useTexts();
  const { records: words, codes } = texts;
  const [params] = useSearchParams();
  const [location, go] = useLocation();
  const { keep } = useMerchant();
  const filters = read(params);
  const list = useRef<HTMLDivElement>(null);
  const [{ data, error, fetching }, ask] = useQuery({
    query: SettlementsDocument,
    variables: { filter: asked(filters), ...pageOf(filters.place, PAGE) },
  });
  const [count] = useQuery({ query: SettlementsCountDocument, variables: { filter: asked(filters) } });
  useKeys(rowKeys(() => list.current));
  const choose = (change: Record<string, string | undefined>) =>
    go(location + changed(params, { ...change, after: undefined, before: undefined }));
  const rows = data?.settlements.nodes;
  const isFiltered = Object.keys(asked({ ...filters, mId: undefined })).length > 0;
  const numbers = [words.amount, words.fee, words.supply, words.vat, words.payOut];
  return (
    <>
      <div className="page-head">
        <Title name={texts.pages.settlements} />
        <Count of={count.data?.settlements.totalCount} />
        <RecordTabs />
      </div>
      <div className="records-filters">
        <FilterSheet count={Object.keys(asked({ ...filters, mId: undefined })).length}>
          <span className="note">{words.soldDate}</span>
          <RangeField label={words.soldDate} range={filters.sold} choose={choose} />
          <span className="note">{words.paidOutDate}</span>
          <RangeField
            label={words.paidOutDate}
            range={filters.paidOut}
            choose={({ from, to }) => choose({ paidFrom: from, paidTo: to })}
          />
          <Choice
            label={words.kind}
            any={words.any.kind}
            values={codes.kind}
            chosen={filters.kind}
            choose={(kind) => choose({ kind })}
          />
          {isFiltered && (
            <Link className="button quiet" href={keep(routes.settlements)}>
              {texts.states.reset}
            </Link>
          )}
        </FilterSheet>
      </div>
      {error && <FailureBanner said={failureText(error, texts)} retry={() => ask({ requestPolicy: "network-only" })} />}
      <div className={`card list ${fetching ? "is-asked" : ""}`} ref={list} aria-busy={fetching}>
        {rows?.length === 0 && <Empty title={isFiltered ? texts.toCheck.filtered : words.empty} />}
        {!error && rows?.length !== 0 && (
          <table className="rows record-rows">
            <thead>
              <tr>
                <th scope="col">{words.soldDate}</th>
                <th scope="col">{words.paidOutDate}</th>
                <th scope="col">{words.order}</th>
                <th scope="col">{words.kind}</th>
                {numbers.map((head) => (
                  <th key={head} scope="col" className="number">
                    {head}
                  </th>
                ))}
                <th scope="col">{words.match}</th>
              </tr>
            </thead>
            <tbody>
              {!rows && <SkeletonRows rows={12} columns={10} />}
              {rows?.map((row) => (
                <tr key={row.id}>
                  <td className="wide-only">
                    <Day of={row.soldDate} />
                  </td>
                  <td className="when">
                    <Day of={row.paidOutDate} />
                  </td>
                  <th scope="row" className="name">
                    {row.paymentKey ? (
                      <Link href={keep(addressOf.payment(row.paymentKey))} data-row="" translate="no">
                        {row.orderId}
                      </Link>
                    ) : (
                      <span translate="no">{row.orderId}</span>
                    )}
                  </th>
                  <td>{word(codes.kind, row.kind, row.kind)}</td>
                  <td className="number">
                    <Amount of={row.amount} signed bare />
                  </td>
                  <td className="number wide-only">
                    <Amount of={row.fee} bare />
                  </td>
                  <td className="number wide-only">
                    <Amount of={row.supplyAmount} bare />
                  </td>
                  <td className="number wide-only">
                    <Amount of={row.vat} bare />
                  </td>
                  <td className="number sum">
                    <Amount of={row.payOutAmount} signed />
                  </td>
                  <td className="state">
                    <Badge
                      tone={row.match === "EXACT" ? "quiet" : "open"}
                      shape={row.match === "EXACT" ? "check" : "dashed"}
                    >
                      {word(codes.match, row.match, codes.match.NONE)}
                    </Badge>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {data && (
          <Pager
            info={data.settlements.pageInfo}
            go={({ after, before }) => go(location + changed(params, { after, before }))}
          />
        )}
      </div>
    </>
  );
}
