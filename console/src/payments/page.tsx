// 내역 · 결제: the payments of a range.

import { useRef } from "react";
import { useQuery } from "urql";
import { Link, useLocation, useSearchParams } from "wouter";
import { changed } from "../kit/address";
import { VerdictBadge } from "../kit/badge";
import { Choice } from "../kit/choice";
import { Count } from "../kit/count";
import { Amount, Instant } from "../kit/figure";
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
import { PaymentsCountDocument, PaymentsDocument } from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";
import { asked, read } from "./filters";
import "../look/records.css";

const PAGE = 50;
const COLUMNS = 8;

export default function PaymentsPage() {
  const texts = useTexts();
  const { records: words, codes } = texts;
  const [params] = useSearchParams();
  const [location, go] = useLocation();
  const { keep } = useMerchant();
  const filters = read(params);
  const list = useRef<HTMLDivElement>(null);
  const [{ data, error, fetching }, ask] = useQuery({
    query: PaymentsDocument,
    variables: { filter: asked(filters), ...pageOf(filters.place, PAGE) },
  });
  const [count] = useQuery({ query: PaymentsCountDocument, variables: { filter: asked(filters) } });
  useKeys(rowKeys(() => list.current));
  const choose = (change: Record<string, string | undefined>) =>
    go(location + changed(params, { ...change, after: undefined, before: undefined }));
  const { LISTS_AGREE: _, ...verdicts } = codes.verdict;
  const rows = data?.payments.nodes;
  const isFiltered = Object.keys(asked({ ...filters, mId: undefined })).length > 0;
  return (
    <>
      <div className="page-head">
        <Title name={texts.pages.payments} />
        <Count of={count.data?.payments.totalCount} />
        <RecordTabs />
      </div>
      <div className="records-filters">
        <FilterSheet count={Object.keys(asked({ ...filters, mId: undefined })).length}>
          <RangeField label={words.paidOn} range={filters.range} choose={choose} />
          <Choice
            label={words.method}
            any={words.any.method}
            values={codes.method}
            chosen={filters.method}
            choose={(method) => choose({ method })}
          />
          <Choice
            label={words.status}
            any={words.any.status}
            values={codes.status}
            chosen={filters.status}
            choose={(status) => choose({ status })}
          />
          <Choice
            label={words.verdict}
            any={words.any.verdict}
            values={verdicts}
            chosen={filters.verdict}
            choose={(verdict) => choose({ verdict })}
          />
          {isFiltered && (
            <Link className="button quiet" href={keep(routes.payments)}>
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
                <th scope="col">{words.began}</th>
                <th scope="col">{words.order}</th>
                <th scope="col">{words.method}</th>
                <th scope="col">{words.status}</th>
                <th scope="col" className="number">
                  {words.paid}
                </th>
                <th scope="col" className="number">
                  {words.refunded}
                </th>
                <th scope="col" className="number">
                  {words.net}
                </th>
                <th scope="col">{words.verdict}</th>
              </tr>
            </thead>
            <tbody>
              {!rows && <SkeletonRows rows={12} columns={COLUMNS} />}
              {rows?.map((row) => {
                const at = row.requestedAt ?? row.history[0]?.transactionAt;
                return (
                  <tr key={row.id}>
                    <td className="when muted">{at ? <Instant of={at} /> : "–"}</td>
                    <th scope="row" className="name">
                      <Link href={keep(addressOf.payment(row.paymentKey))} data-row="" translate="no">
                        {row.orderId}
                      </Link>
                    </th>
                    <td>{word(codes.method, row.method, row.methodLabel ?? texts.states.unknown)}</td>
                    <td>{word(codes.status, row.status, row.statusLabel)}</td>
                    <td className="number">
                      <Amount of={row.paidAmount} bare />
                    </td>
                    <td className="number wide-only">
                      <Amount of={row.effectiveRefund} bare />
                    </td>
                    <td className="number sum">
                      <Amount of={row.netAmount} />
                    </td>
                    <td className="state">
                      <VerdictBadge verdict={row.reconciliation.verdict} wasRead={row.wasRead} stale={row.stale} />
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        )}
        {data && (
          <Pager
            info={data.payments.pageInfo}
            go={({ after, before }) => go(location + changed(params, { after, before }))}
          />
        )}
      </div>
    </>
  );
}
