// The first step: how much, why, and where to. What is wrong is said beside its field.

import { type FormEvent, useRef, useState } from "react";
import { useQuery } from "urql";
import { groupTyped, typedAmount } from "../figures/money";
import { moneyText } from "../kit/figure";
import { Shape } from "../kit/shapes";
import { BanksDocument, type CancelOfferQuery } from "../server/generated/graphql";
import { server } from "../server/info";
import { cancelError } from "../texts/cancel";
import { useSpoken } from "../texts/language";
import type { CancelInput, Refusal } from "./steps";

export type Offer = NonNullable<CancelOfferQuery["payment"]>;

/** What was typed. Accounts are here and nowhere else, for as long as the dialogue is open. */
export interface Typed {
  part: boolean;
  amount: string;
  reason: string;
  voids: boolean;
  bank: string;
  accountNumber: string;
  holderName: string;
}

export const nothingTyped: Typed = {
  part: false,
  amount: "",
  reason: "",
  voids: false,
  bank: "",
  accountNumber: "",
  holderName: "",
};

/** What is sent, or the field that is missing. */
export function inputOf(
  typed: Typed,
  offer: Offer,
  idempotencyKey: string,
): CancelInput | "amount" | "reason" | "account" | "voids" {
  const amount = typedAmount(typed.amount);
  const can = offer.viewerCanCancel;
  if (typed.part && amount === undefined) return "amount";
  if (!typed.reason.trim()) return "reason";
  if (can.needsRefundAccount && !(typed.bank && typed.accountNumber && typed.holderName)) return "account";
  if (can.voids && !typed.voids) return "voids";
  const { balanceAmount } = offer;
  return {
    paymentKey: offer.paymentKey,
    idempotencyKey,
    reason: typed.reason.trim(),
    voidUnpaid: can.voids,
    ...(typed.part && amount !== undefined && { amount: { amount, currency: offer.currency } }),
    ...(balanceAmount && { expectedBalance: { amount: balanceAmount.amount, currency: balanceAmount.currency } }),
    ...(can.needsRefundAccount && {
      refundAccount: {
        bank: typed.bank.trim(),
        accountNumber: typed.accountNumber.replaceAll(/\D/g, ""),
        holderName: typed.holderName.trim(),
      },
    }),
  };
}

interface FormProps {
  offer: Offer;
  typed: Typed;
  type: (change: Partial<Typed>) => void;
  refusal: Refusal | undefined;
  busy: boolean;
  submit: () => "amount" | "reason" | "account" | "voids" | undefined;
  close: () => void;
}

export function CancelForm({ offer, typed, type, refusal, busy, submit, close }: FormProps) {
  const { texts, language } = useSpoken();
  const { cancel: words } = texts;
  const [missing, setMissing] = useState<ReturnType<typeof submit>>();
  const form = useRef<HTMLFormElement>(null);
  const can = offer.viewerCanCancel;
  const [banks] = useQuery({ query: BanksDocument, pause: !can.needsRefundAccount });
  const most = can.maxAmount ? moneyText(can.maxAmount, language) : "";
  const field = missing ?? refusal?.field ?? undefined;
  const next = (event: FormEvent) => {
    event.preventDefault();
    const lacking = submit();
    setMissing(lacking);
    if (lacking) form.current?.querySelector<HTMLInputElement>(`[data-field=${lacking}]`)?.focus();
  };
  const problem = (name: NonNullable<typeof missing>, text: string) =>
    missing === name && (
      <p className="problem" role="alert">
        {text}
      </p>
    );
  return (
    <form ref={form} className="cancel-form" onSubmit={next} autoComplete="off">
      {refusal && (
        <p className="banner bad" role="alert">
          <Shape name="alert" />
          {cancelError(words, refusal)}
        </p>
      )}
      <fieldset className="field">
        <legend className="label">{words.amount}</legend>
        <label className="choice">
          <input type="radio" name="part" checked={!typed.part} onChange={() => type({ part: false })} />
          {words.whole(most)}
        </label>
        {can.partialAllowed && (
          <label className="choice">
            <input type="radio" name="part" checked={typed.part} onChange={() => type({ part: true })} />
            {words.part}
            <input
              className="control number"
              data-field="amount"
              inputMode="decimal"
              aria-label={words.amount}
              aria-invalid={field === "amount" || undefined}
              value={typed.amount}
              onFocus={() => type({ part: true })}
              onChange={(event) => type({ amount: groupTyped(event.target.value), part: true })}
            />
            <span className="note">{words.amountHint(most)}</span>
          </label>
        )}
        {problem("amount", words.badAmount)}
      </fieldset>
      <div className="field">
        <label htmlFor="reason">{words.reason}</label>
        <input
          id="reason"
          data-field="reason"
          list="reasons"
          maxLength={server.reasonLength}
          value={typed.reason}
          aria-invalid={field === "reason" || undefined}
          onChange={(event) => type({ reason: event.target.value })}
        />
        <datalist id="reasons">
          {words.reasons.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
        <span className="note counted">{words.reasonLength(typed.reason.length, server.reasonLength)}</span>
        {problem("reason", words.reasonMissing)}
      </div>
      {can.needsRefundAccount && (
        <fieldset className="field account">
          <legend className="label">{words.account}</legend>
          <select
            data-field="account"
            aria-label={words.bank}
            value={typed.bank}
            onChange={(event) => type({ bank: event.target.value })}
          >
            <option value="">{words.bank}</option>
            {banks.data?.banks.map((bank) => (
              <option key={bank.code} value={bank.code}>
                {language === "ko" ? bank.nameKo : bank.nameEn}
              </option>
            ))}
          </select>
          <input
            aria-label={words.number}
            placeholder={words.number}
            inputMode="numeric"
            value={typed.accountNumber}
            onChange={(event) => type({ accountNumber: event.target.value })}
          />
          <input
            aria-label={words.holder}
            placeholder={words.holder}
            value={typed.holderName}
            maxLength={60}
            onChange={(event) => type({ holderName: event.target.value })}
          />
          <p className="note">{words.accountHint}</p>
          {problem("account", words.accountMissing)}
        </fieldset>
      )}
      {can.voids && (
        <div className="field">
          <label className="choice">
            <input
              type="checkbox"
              data-field="voids"
              checked={typed.voids}
              onChange={(event) => type({ voids: event.target.checked })}
            />
            {words.voids}
          </label>
          {problem("voids", words.voidMissing)}
        </div>
      )}
      <div className="actions">
        <button type="button" className="button" onClick={close}>
          {texts.states.close}
        </button>
        <button type="submit" className="button primary" disabled={busy}>
          {busy ? words.checking : words.next}
        </button>
      </div>
    </form>
  );
}
