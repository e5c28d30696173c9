// 결제 상세: what happened to a payment, what Toss booked of it, and what arrives.

import { useEffect, useRef, useState } from "react";
import { useQuery } from "urql";
import { Link, useParams } from "wouter";
import { CancelButton } from "../cancel/button";
import { minute } from "../figures/days";
import { announce } from "../kit/announce";
import { Amount, Instant } from "../kit/figure";
import { useKeys } from "../kit/keys";
import { useMerchant } from "../kit/merchant";
import { Shape } from "../kit/shapes";
import { Banner, Empty, FailureBanner, SkeletonLines } from "../kit/states";
import { Title } from "../kit/title";
import { addressOf, routes } from "../routes";
import { failureText } from "../server/failure";
import { PaymentPageDocument } from "../server/generated/graphql";
import { useEveryMinute } from "../server/live";
import { word } from "../texts/codes";
import { useSpoken } from "../texts/language";
import { Discrepancies } from "./discrepancies";
import { EventTable } from "./event-table";
import { Head, Sums } from "./head";
import { changedEvents, linesOf, type PaymentShown } from "./lines";
import "./payment.css";
import "./payment-narrow.css";

/** However old: what is stored is shown at once. */
const STORED = 2_147_483_647;
const FRESH_SECONDS = 30;

/** What is stored, at once, and then what Toss says now, with what that changed. */
function usePayment(paymentKey: string) {
  const { texts, language } = useSpoken();
  const locale = language === "ko" ? "KO" : "EN";
  const [maxAgeSeconds, setMaxAge] = useState(STORED);
  const [{ data, error, fetching }, ask] = useQuery({
    query: PaymentPageDocument,
    variables: { paymentKey, maxAgeSeconds, locale },
  });
  const shown = useRef<PaymentShown>(undefined);
  const [changed, setChanged] = useState<Set<string>>(new Set());
  const payment = data ? data.payment : undefined;
  const before = shown.current?.paymentKey === paymentKey ? shown.current : undefined;
  useEffect(() => {
    if (maxAgeSeconds === STORED && payment) setMaxAge(FRESH_SECONDS);
  }, [payment, maxAgeSeconds]);
  useEffect(() => {
    if (!payment) return;
    const earlier = shown.current;
    shown.current = payment;
    if (earlier?.paymentKey !== payment.paymentKey || earlier === payment) return;
    const events = changedEvents(earlier, payment);
    if (events.size === 0) return;
    setChanged(events);
    announce(texts.payment.changed);
    const timer = setTimeout(() => setChanged(new Set()), 4000);
    return () => clearTimeout(timer);
  }, [payment, texts]);
  const reread = () => {
    if (maxAgeSeconds === 0) ask({ requestPolicy: "network-only" });
    else setMaxAge(0);
  };
  const look = () => ask({ requestPolicy: "network-only" });
  return { look, payment: payment ?? (fetching ? before : payment), error, fetching, changed, reread };
}

function Loading() {
  return (
    <div className="card loading" aria-busy="true">
      <SkeletonLines lines={8} />
    </div>
  );
}

export default function PaymentPage() {
  const { paymentKey = "" } = useParams<{ paymentKey: string }>();
  const { texts } = useSpoken();
  const { keep } = useMerchant();
  const { payment, error, fetching, changed, reread, look } = usePayment(decodeURIComponent(paymentKey));
  useKeys({ r: reread });
  useEveryMinute(look);

  const back = (
    <Link className="back" href={keep(routes.toCheck)}>
      <Shape name="left" size={14} />
      {texts.payment.back}
    </Link>
  );
  if (payment === undefined && !error) {
    return (
      <>
        {back}
        <Title name={texts.pages.payment} hidden />
        <Loading />
      </>
    );
  }
  if (!payment) {
    return (
      <>
        {back}
        <Title name={texts.pages.payment} hidden />
        {error ? (
          <FailureBanner said={failureText(error, texts)} retry={reread} />
        ) : (
          <div className="card">
            <Empty title={texts.payment.notFound}>
              <p className="key muted" translate="no">
                {paymentKey}
              </p>
              <p className="muted">{texts.payment.notFoundHint}</p>
            </Empty>
          </div>
        )}
      </>
    );
  }
  return (
    <article className="payment">
      {back}
      <Head
        of={payment}
        fetching={fetching}
        reread={reread}
        actions={payment.wasRead && <CancelButton paymentKey={payment.paymentKey} stale={payment.stale} />}
      />
      {error && (
        <Banner tone="bad" shape="alert">
          {failureText(error, texts)}
        </Banner>
      )}
      {payment.stale && (
        <Banner tone="warn" shape="alert">
          {texts.payment.stale(minute(payment.asOf))}
        </Banner>
      )}
      {!payment.wasRead && (
        <Banner tone="quiet" shape="dashed">
          {texts.payment.unread}
          <button type="button" className="button" onClick={reread} disabled={fetching}>
            {texts.payment.read}
          </button>
        </Banner>
      )}
      <Sums of={payment} />
      <Discrepancies of={payment.reconciliation.discrepancies} />
      <EventTable lines={linesOf(payment)} changed={changed} />
      {payment.otherAttempts.length > 0 && (
        <section className="card attempts">
          <h2>{texts.payment.attempts}</h2>
          <ul>
            {payment.otherAttempts.map((other) => (
              <li key={other.id}>
                <Link href={keep(addressOf.payment(other.paymentKey))} className="key" translate="no">
                  {other.paymentKey}
                </Link>
                <span>{word(texts.codes.status, other.status, other.statusLabel)}</span>
                {other.requestedAt && <Instant of={other.requestedAt} />}
                <Amount of={other.paidAmount} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </article>
  );
}
