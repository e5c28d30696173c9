// The search box: an order number or a payment key, and the payment opens.

import { type FormEvent, useRef, useState } from "react";
import { useClient } from "urql";
import { useLocation } from "wouter";
import { useKeys } from "../kit/keys";
import { useMerchant } from "../kit/merchant";
import { Shape } from "../kit/shapes";
import { addressOf } from "../routes";
import { failureText } from "../server/failure";
import { FindByKeyDocument, FindByOrderDocument } from "../server/generated/graphql";
import { useTexts } from "../texts/language";

export function Find() {
  const texts = useTexts();
  const client = useClient();
  const [, go] = useLocation();
  const { keep } = useMerchant();
  const field = useRef<HTMLInputElement>(null);
  const [told, setTold] = useState<string>();
  useKeys({ "/": () => field.current?.select() });

  const find = async (event: FormEvent) => {
    event.preventDefault();
    const text = field.current?.value.trim();
    if (!text) return;
    setTold(texts.frame.searching);
    const byOrder = await client.query(FindByOrderDocument, { text }, { requestPolicy: "network-only" });
    const found = byOrder.data?.payment
      ? byOrder
      : await client.query(FindByKeyDocument, { text }, { requestPolicy: "network-only" });
    const key = found.data?.payment?.paymentKey;
    const error = found.error ?? byOrder.error;
    setTold(key ? undefined : error ? failureText(error, texts) : texts.frame.notFound(text));
    if (!key) return;
    if (field.current) field.current.value = "";
    go(keep(addressOf.payment(key)));
  };

  return (
    <search className="find">
      <form onSubmit={find}>
        <Shape name="search" />
        <input
          ref={field}
          name="find"
          aria-label={texts.frame.searchLabel}
          placeholder={texts.frame.search}
          autoComplete="off"
          spellCheck={false}
          enterKeyHint="search"
          onChange={() => setTold(undefined)}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              setTold(undefined);
              event.currentTarget.blur();
            }
          }}
        />
        <kbd aria-hidden="true">/</kbd>
      </form>
      {told && (
        <p className="told" role="status">
          {told}
        </p>
      )}
    </search>
  );
}
