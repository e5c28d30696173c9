// An order's number, as the way to its payment where there is one.

import { Link } from "wouter";
import { addressOf } from "../routes";
import { useMerchant } from "./merchant";

export function OrderLink({ of }: { of: { paymentKey?: string | null; orderId: string } }) {
  const { keep } = useMerchant();
  if (!of.paymentKey) return <span translate="no">{of.orderId}</span>;
  return (
    <Link href={keep(addressOf.payment(of.paymentKey))} data-row="" translate="no">
      {of.orderId}
    </Link>
  );
}
