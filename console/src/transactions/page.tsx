// 내역 · 거래: what happened to payments, event by event, with the day on which its money moves.

import { useQuery } from "urql";
import { placeOf } from "../kit/address";
import { Effect } from "../kit/badge";
import { Choice } from "../kit/choice";
import { Amount, Day, Instant } from "../kit/figure";
import { type Column, ListPage, PAGE, useListAddress } from "../kit/list-page";
import { useMerchant } from "../kit/merchant";
import { OrderLink } from "../kit/order-link";
import { pageOf } from "../kit/pager";
import { PayoutDate } from "../kit/payout-date";
import { RangeField } from "../kit/range-field";
import { RecordHead } from "../kit/record-head";
import { TextField } from "../kit/text-field";
import { routes } from "../routes";
import { failureText } from "../server/failure";
import { TransactionsCountDocument, TransactionsDocument, type TransactionsQuery } from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";
import { asked, chosen } from "./filters";
import "../look/records.css";

type Row = TransactionsQuery["transactions"]["nodes"][number];

function useColumns(): Column<Row>[] {
  const texts = useTexts();
  const { records: words, codes } = texts;
  return [
    { head: words.happened, is: "when muted", cell: (row) => <Instant of={row.transactionAt} /> },
    { head: words.order, names: true, cell: (row) => <OrderLink of={row} /> },
    {
      head: words.method,
      is: "wide-only",
      cell: (row) => word(codes.method, row.method, row.methodLabel ?? texts.states.unknown),
    },
    { head: words.transaction, cell: (row) => word(codes.status, row.status, row.statusLabel) },
    { head: words.effect, cell: (row) => <Effect of={row.effect} /> },
    { head: words.amount, is: "number sum", cell: (row) => <Amount of={row.effectiveAmount} signed /> },
    {
      head: words.origin,
      is: "origin",
      cell: (row) => (row.origin ? word(codes.origin, row.origin, codes.origin.UNCERTAIN) : ""),
    },
    {
      head: words.soldDate,
      is: "wide-only",
      cell: ({ payout }) => (payout?.soldDate ? <Day of={payout.soldDate} /> : "–"),
    },
    { head: words.paidOutDate, is: "state", cell: (row) => <PayoutDate of={row.payout} /> },
  ];
}

function Choosers() {
  const { records: words, codes } = useTexts();
  const { params, choose } = useListAddress();
  const is = chosen(params);
  return (
    <>
      <RangeField
        label={words.on}
        range={is.transactionDate ?? undefined}
        choose={(range) => choose({ ...range })}
        isNamed
      />
      <RangeField
        label={words.paidOutDate}
        range={is.payoutDate ?? undefined}
        choose={({ from, to }) => choose({ paidFrom: from, paidTo: to })}
        isNamed
      />
      <Choice
        label={words.effect}
        any={words.any.effect}
        values={codes.effect}
        chosen={is.effect?.[0]}
        choose={(effect) => choose({ effect })}
      />
      <Choice
        label={words.origin}
        any={words.any.origin}
        values={codes.origin}
        chosen={is.origin?.[0]}
        choose={(origin) => choose({ origin })}
      />
      <Choice
        label={words.method}
        any={words.any.method}
        values={codes.method}
        chosen={is.method?.[0]}
        choose={(method) => choose({ method })}
      />
      <TextField label={words.order} value={is.orderId ?? ""} choose={(order) => choose({ order })} />
    </>
  );
}

export default function TransactionsPage() {
  const texts = useTexts();
  const { params } = useListAddress();
  const { keep } = useMerchant();
  const filter = asked(params);
  const [{ data, error, fetching }, ask] = useQuery({
    query: TransactionsDocument,
    variables: { filter, ...pageOf(placeOf(params), PAGE) },
  });
  const [count] = useQuery({ query: TransactionsCountDocument, variables: { filter } });
  return (
    <ListPage
      title={texts.pages.transactions}
      count={count.data?.transactions.totalCount}
      head={<RecordHead />}
      choosers={<Choosers />}
      chosen={Object.keys(chosen(params)).length}
      reset={keep(routes.transactions)}
      empty={texts.records.empty}
      failure={error && failureText(error, texts)}
      retry={() => ask({ requestPolicy: "network-only" })}
      fetching={fetching}
      rows={data?.transactions.nodes}
      columns={useColumns()}
      info={data?.transactions.pageInfo}
    />
  );
}
