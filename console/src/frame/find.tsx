// The search box: an order number or a payment key, and the payment opens.

import { type FormEvent, useRef, useState } from "react";
import { useClient } from "urql";
import { Link, useLocation } from "wouter";
import { Amount } from "../kit/figure";
import { useKeys } from "../kit/keys";
import { useMerchant } from "../kit/merchant";
import { Shape } from "../kit/shapes";
import { addressOf } from "../routes";
import { failureText } from "../server/failure";
import {
  FindByKeyDocument,
  FindByOrderDocument,
  SearchPaymentsDocument,
  type SearchPaymentsQuery,
} from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";

type Hit = SearchPaymentsQuery["payments"]["nodes"][number];

export function Find() {
  const texts = useTexts();
  const client = useClient();
  const [, go] = useLocation();
  const { keep } = useMerchant();
  const field = useRef<HTMLInputElement>(null);
  const [told, setTold] = useState<string>();
  const [hits, setHits] = useState<Hit[]>([]);
  useKeys({ "/": () => field.current?.select() });

  const clear = () => {
    setTold(undefined);
    setHits([]);
  };
  const leave = (paymentKey: string) => {
    if (field.current) field.current.value = "";
    clear();
    go(keep(addressOf.payment(paymentKey)));
  };
  const find = async (event: FormEvent) => {
    event.preventDefault();
    const text = field.current?.value.trim();
    if (!text) return;
    setTold(texts.frame.searching);
    const listed = await client.query(SearchPaymentsDocument, { text }, { requestPolicy: "network-only" });
    const known = listed.data?.payments.nodes ?? [];
    if (known.length > 1) {
      setTold(undefined);
      return setHits(known);
    }
    if (known[0]) return leave(known[0].paymentKey);
    const byOrder = await client.query(FindByOrderDocument, { text }, { requestPolicy: "network-only" });
    const found = byOrder.data?.payment
      ? byOrder
      : await client.query(FindByKeyDocument, { text }, { requestPolicy: "network-only" });
    const key = found.data?.payment?.paymentKey;
    const error = found.error ?? byOrder.error;
    setTold(key ? undefined : error ? failureText(error, texts) : texts.frame.notFound(text));
    if (key) leave(key);
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
          onChange={clear}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              clear();
              event.currentTarget.blur();
            }
          }}
        />
        <kbd aria-hidden="true">/</kbd>
      </form>
      {hits.length > 0 && (
        <ul className="told hits">
          {hits.map((hit) => (
            <li key={hit.id}>
              <Link href={keep(addressOf.payment(hit.paymentKey))} onClick={clear}>
                <strong translate="no">{hit.orderId}</strong>
                <span className="note">
                  <span translate="no">{hit.orderName}</span> {word(texts.codes.status, hit.status, hit.statusLabel)}
                </span>
                <Amount of={hit.paidAmount} />
              </Link>
            </li>
          ))}
        </ul>
      )}
      {told && (
        <p className="told" role="status">
          {told}
        </p>
      )}
    </search>
  );
}
