// 기간 합계: what a period comes to, from payment to payout, for one merchant and one currency.

import { useQuery } from "urql";
import { Link } from "wouter";
import { isZero } from "../figures/money";
import { Badge } from "../kit/badge";
import { bookOf, isOf } from "../kit/book";
import { BookChoice } from "../kit/book-choice";
import { Amount } from "../kit/figure";
import { useListAddress } from "../kit/list-page";
import { useMerchant } from "../kit/merchant";
import { PeriodChoice } from "../kit/period-choice";
import { Empty, FailureBanner, SkeletonLines } from "../kit/states";
import { Title } from "../kit/title";
import { routes } from "../routes";
import { failureText } from "../server/failure";
import { PeriodDocument, PeriodMethodsDocument, PeriodReceivablesDocument } from "../server/generated/graphql";
import { useReach } from "../server/reach";
import { useTexts } from "../texts/language";
import { read } from "./address";
import { Closing } from "./closing";
import { Receivables } from "./receivables";
import { Methods, PayoutTotals } from "./tables";
import { Verdicts } from "./verdicts";
import { Waterfall } from "./waterfall";
import "./period.css";
import "./parts.css";

export default function PeriodPage() {
  const texts = useTexts();
  const { period: words } = texts;
  const { params } = useListAddress();
  const address = read(params);
  const { range, basis, mId } = address;
  const of = { range, mId: mId ? [mId] : null };
  const [{ data, error, fetching }, ask] = useQuery({ query: PeriodDocument, variables: { ...of, basis } });
  const [methods] = useQuery({ query: PeriodMethodsDocument, variables: { ...of, basis } });
  const [books] = useQuery({ query: PeriodReceivablesDocument, variables: of });
  const reach = useReach();
  const { keep } = useMerchant();
  const book = bookOf(data?.reconciliation ?? [], mId, address.currency);
  const summary = data?.reconciliation.find(isOf(book));
  const totals = books.data?.payoutTotals.filter(isOf(book)) ?? [];
  return (
    <>
      <div className="page-head">
        <Title name={texts.pages.period} />
        {reach && !reach.isWhole && (
          <Link href={keep(routes.coverage)}>
            <Badge tone="open" shape="dashed">
              {words.notAllRead}
            </Badge>
          </Link>
        )}
        <span className="space" />
        <BookChoice book={book} />
      </div>
      <PeriodChoice />
      {error && <FailureBanner said={failureText(error, texts)} retry={() => ask({ requestPolicy: "network-only" })} />}
      <div className="period" aria-busy={fetching}>
        <section className="card part flow">
          <h2>
            {words.waterfall} <span className="muted">· {words.bases[basis]}</span>
          </h2>
          <p className="note">{words.basisHints[basis]}</p>
          {!data && !error && <SkeletonLines lines={7} />}
          {data && !summary && <Empty title={words.empty} />}
          {summary && <Waterfall of={summary} address={address} />}
          {summary && !isZero(summary.voidedAmount.amount) && (
            <p className="note">
              {words.voided} <Amount of={summary.voidedAmount} /> · {words.voidedHint}
            </p>
          )}
        </section>
        <div className="beside">
          {summary && <Verdicts of={summary} address={address} />}
          <PayoutTotals of={totals} address={address} />
        </div>
        <Methods of={methods.data?.reconciliation.filter(isOf(book)) ?? []} />
        <Receivables of={books.data?.receivables.filter(isOf(book)) ?? []} />
        {(data || error) && <Closing merchant={book.merchant} address={address} />}
      </div>
    </>
  );
}
