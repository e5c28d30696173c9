// The head of a payment: what it is, how it stands, since when that is known, and its sums.

import type { ReactNode } from "react";
import { minute } from "../figures/days";
import { isZero } from "../figures/money";
import { VerdictBadge } from "../kit/badge";
import { Copy } from "../kit/copy";
import { Amount } from "../kit/figure";
import { Shape } from "../kit/shapes";
import { Title } from "../kit/title";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";
import type { PaymentShown } from "./lines";
import { PaidWith } from "./paid-with";

interface HeadProps {
  of: PaymentShown;
  fetching: boolean;
  reread: () => void;
  actions?: ReactNode;
}

export function Head({ of, fetching, reread, actions }: HeadProps) {
  const texts = useTexts();
  const { payment: words, codes } = texts;
  const method = word(codes.method, of.method, of.methodLabel ?? texts.states.unknown);
  return (
    <header className="payment-head">
      <div className="page-head">
        <Title name={of.orderId}>
          <span translate="no">{of.orderId}</span>
        </Title>
        <Copy text={of.orderId} what={texts.toCheck.order} />
        {of.orderName && (
          <span className="muted" translate="no">
            {of.orderName}
          </span>
        )}
        <VerdictBadge verdict={of.reconciliation.verdict} wasRead={of.wasRead} stale={of.stale} />
        <span className="space" />
        <span className="note nowrap">{words.asOf(minute(of.asOf))}</span>
        <button type="button" className="button" onClick={reread} disabled={fetching}>
          <Shape name="refresh" size={14} />
          {words.reread}
        </button>
        {actions}
      </div>
      <p className="facts-line">
        <span>
          <strong>{method}</strong> {word(codes.status, of.status, of.statusLabel)}
        </span>
        <PaidWith of={of} />
        <span>
          {texts.toCheck.merchant} <span translate="no">{of.mId}</span>
        </span>
        <span className="key">
          {words.key} <span translate="no">{of.paymentKey}</span>
          <Copy text={of.paymentKey} what={words.key} />
        </span>
      </p>
    </header>
  );
}

/** The sums, each as the API gives it. */
export function Sums({ of }: { of: PaymentShown }) {
  const { payment: words } = useTexts();
  const unread = words.notRead;
  return (
    <dl className="card sums" aria-label={words.sums}>
      <div>
        <dt>{words.paid}</dt>
        <dd>
          <Amount of={of.paidAmount} />
        </dd>
      </div>
      <div>
        <dt>{words.refunded}</dt>
        <dd>
          <Amount of={of.effectiveRefund} />
        </dd>
      </div>
      <div>
        <dt>{words.net}</dt>
        <dd>
          <Amount of={of.netAmount} />
        </dd>
      </div>
      <div>
        <dt>{words.balance}</dt>
        <dd>{of.balanceAmount ? <Amount of={of.balanceAmount} /> : <span title={unread}>–</span>}</dd>
        {!of.balanceAmount && <dd className="note">{unread}</dd>}
      </div>
      {!isZero(of.voidedAmount.amount) && (
        <div className="voided">
          <dt>{words.voided}</dt>
          <dd>
            <Amount of={of.voidedAmount} />
          </dd>
          <dd className="note">{words.notRefund}</dd>
        </div>
      )}
    </dl>
  );
}
