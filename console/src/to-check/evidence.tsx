// What a discrepancy rests on: the sentence, the numbers in it, and the way to the payment.

import { useEffect, useRef } from "react";
import { Link } from "wouter";
import { ClassBadge } from "../kit/badge";
import { Copy } from "../kit/copy";
import { Amount, Instant } from "../kit/figure";
import { useMerchant } from "../kit/merchant";
import { Shape } from "../kit/shapes";
import { addressOf } from "../routes";
import type { DiscrepancyRowFragment } from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";

export function Evidence({ of, close }: { of: DiscrepancyRowFragment; close: () => void }) {
  const texts = useTexts();
  const { toCheck, codes } = texts;
  const { keep } = useMerchant();
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each item is announced by its heading
  useEffect(() => {
    // Beside the list the focus stays in the list; where the panel is a page, it is in the panel.
    if (matchMedia("(max-width: 1100px)").matches) heading.current?.focus();
  }, [of.id]);
  const { payment } = of;
  const key = payment?.paymentKey ?? of.paymentKey;
  return (
    <aside className="card evidence" aria-label={codes.class[of.class] ?? of.class}>
      <div className="evidence-head">
        <ClassBadge of={of.class} severity={of.severity} />
        <button type="button" className="icon-button" onClick={close}>
          <Shape name="left" />
          <span className="hidden-text">{texts.states.close}</span>
        </button>
      </div>
      <h2 ref={heading} tabIndex={-1} translate={payment ? "no" : undefined}>
        {payment?.orderId ?? toCheck.noOrder}
        {payment && <Copy text={payment.orderId} what={toCheck.order} />}
      </h2>
      <p className="explanation" data-said="">
        {of.explanation}
      </p>
      {(of.expected || of.observed) && (
        <dl className="figures">
          <div>
            <dt>{toCheck.expected}</dt>
            <dd>
              <Amount of={of.expected} />
            </dd>
          </div>
          <div>
            <dt>{toCheck.observed}</dt>
            <dd>
              <Amount of={of.observed} />
            </dd>
          </div>
          {of.delta && (
            <div className="delta">
              <dt>{toCheck.difference}</dt>
              <dd>
                <Amount of={of.delta} signed />
              </dd>
            </div>
          )}
        </dl>
      )}
      <dl className="facts">
        {payment && (
          <>
            <dt>{texts.payment.status}</dt>
            <dd>{word(codes.status, payment.status, payment.statusLabel)}</dd>
            <dt>{toCheck.method}</dt>
            <dd>{word(codes.method, payment.method, payment.methodLabel ?? texts.states.unknown)}</dd>
          </>
        )}
        <dt>{toCheck.found}</dt>
        <dd>
          <Instant of={of.detectedAt} />
        </dd>
        <dt>{toCheck.merchant}</dt>
        <dd translate="no">{of.mId}</dd>
        {of.transactionKey && (
          <>
            <dt>{toCheck.transaction}</dt>
            <dd className="key note" translate="no">
              {of.transactionKey}
            </dd>
          </>
        )}
      </dl>
      {key && (
        <Link className="button primary" href={keep(addressOf.payment(key))}>
          {toCheck.open}
        </Link>
      )}
    </aside>
  );
}
