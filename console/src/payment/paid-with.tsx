// How a payment was made: its card, its wallet or its account, masked as the API gives them.

import { minute } from "../figures/days";
import { isZero } from "../figures/money";
import { Amount } from "../kit/figure";
import { Shape } from "../kit/shapes";
import { useTexts } from "../texts/language";
import type { PaymentShown } from "./lines";

export function PaidWith({ of }: { of: PaymentShown }) {
  const { payment: words, states } = useTexts();
  const { card, easyPay, virtualAccount } = of;
  const months = card?.installmentMonths;
  return (
    <>
      {easyPay && (
        <span>
          <span translate="no">{easyPay.provider}</span>
          {easyPay.amount && !isZero(easyPay.amount.amount) && (
            <>
              {" "}
              <Amount of={easyPay.amount} />
            </>
          )}
          {easyPay.discountAmount && !isZero(easyPay.discountAmount.amount) && (
            <>
              {` + ${words.discount} `}
              <Amount of={easyPay.discountAmount} />
            </>
          )}
        </span>
      )}
      {card && (
        <span>
          <span translate="no">{card.maskedNumber}</span>
          {card.approvalNumber && (
            <>
              {` · ${words.approval} `}
              <span translate="no">{card.approvalNumber}</span>
            </>
          )}
          {months != null && ` · ${months === 0 ? words.atOnce : words.months(months)}`}
          {months !== 0 && card.interestFree && ` · ${words.interestFree}`}
        </span>
      )}
      {virtualAccount && (
        <span>
          {virtualAccount.bank} {virtualAccount.maskedAccountNumber}
          {virtualAccount.dueDate && ` · ${words.due(minute(virtualAccount.dueDate))}`}
          {virtualAccount.refundStatus && virtualAccount.refundStatus !== "NONE" && (
            <>
              {" · "}
              <span translate="no">{words.refundStatus(virtualAccount.refundStatus)}</span>
            </>
          )}
        </span>
      )}
      {of.receiptUrl?.startsWith("https:") && (
        <a href={of.receiptUrl} target="_blank" rel="noreferrer">
          {words.receipt} <Shape name="out" size={12} />
          <span className="hidden-text">{states.newTab}</span>
        </a>
      )}
    </>
  );
}
