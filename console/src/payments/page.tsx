// 내역 · 결제: the payments of a range.

import { useQuery } from "urql";
import { placeOf } from "../kit/address";
import { VerdictBadge } from "../kit/badge";
import { Choice } from "../kit/choice";
import { Amount, Instant } from "../kit/figure";
import { type Column, ListPage, PAGE, useListAddress } from "../kit/list-page";
import { useMerchant } from "../kit/merchant";
import { OrderLink } from "../kit/order-link";
import { pageOf } from "../kit/pager";
import { RangeField } from "../kit/range-field";
import { RecordHead } from "../kit/record-head";
import { TextField } from "../kit/text-field";
import { routes } from "../routes";
import { failureText } from "../server/failure";
import { PaymentsCountDocument, PaymentsDocument, type PaymentsQuery } from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";
import { asked, chosen, orderOf } from "./filters";
import "../look/records.css";

type Row = PaymentsQuery["payments"]["nodes"][number];

function useColumns(): Column<Row>[] {
  const texts = useTexts();
  const { records: words, codes } = texts;
  return [
    {
      head: words.began,
      is: "when muted",
      cell: ({ requestedAt, history }) => {
        const at = requestedAt ?? history[0]?.transactionAt;
        return at ? <Instant of={at} /> : "–";
      },
    },
    {
      head: words.order,
      names: true,
      cell: (row) => <OrderLink of={row} />,
    },
    {
      head: words.orderName,
      is: "wide-only ordered",
      cell: (row) => <span translate="no">{row.orderName ?? "–"}</span>,
    },
    { head: words.method, cell: (row) => word(codes.method, row.method, row.methodLabel ?? texts.states.unknown) },
    { head: words.status, cell: (row) => word(codes.status, row.status, row.statusLabel) },
    { head: words.paid, is: "number", cell: (row) => <Amount of={row.paidAmount} bare /> },
    { head: words.refunded, is: "number wide-only", cell: (row) => <Amount of={row.effectiveRefund} bare /> },
    { head: words.net, is: "number sum", cell: (row) => <Amount of={row.netAmount} /> },
    {
      head: words.verdict,
      is: "state",
      cell: (row) => <VerdictBadge verdict={row.reconciliation.verdict} wasRead={row.wasRead} stale={row.stale} />,
    },
  ];
}

function Choosers() {
  const { records: words, codes } = useTexts();
  const { params, choose } = useListAddress();
  const { LISTS_AGREE: _, ...verdicts } = codes.verdict;
  const is = chosen(params);
  const one = (name: string) => (value: string) => choose({ [name]: value });
  return (
    <>
      <Choice
        label={words.basis}
        any={words.paidOn}
        values={{ cancelled: words.cancelledOn }}
        chosen={params.get("basis") ?? ""}
        choose={one("basis")}
      />
      <RangeField
        label={is.cancelDate ? words.cancelledOn : words.paidOn}
        range={is.cancelDate ?? is.transactionDate ?? undefined}
        choose={({ from, to }) => choose({ from, to })}
      />
      <Choice
        label={words.method}
        any={words.any.method}
        values={codes.method}
        chosen={is.method?.[0]}
        choose={one("method")}
      />
      <Choice
        label={words.status}
        any={words.any.status}
        values={codes.status}
        chosen={is.status?.[0]}
        choose={one("status")}
      />
      <Choice
        label={words.verdict}
        any={words.any.verdict}
        values={verdicts}
        chosen={is.verdict?.[0]}
        choose={one("verdict")}
      />
      <Choice
        label={words.reading}
        any={words.any.reading}
        values={words.readings}
        chosen={params.get("read") ?? ""}
        choose={one("read")}
      />
      <TextField label={words.search} value={is.search ?? ""} choose={one("search")} />
      <TextField label={words.least} value={is.amount?.from ?? ""} choose={one("least")} inputMode="decimal" />
      <TextField label={words.most} value={is.amount?.to ?? ""} choose={one("most")} inputMode="decimal" />
      <Choice
        label={words.orderBy}
        any={words.orders.BEGAN_AT_DESC}
        values={{
          BEGAN_AT_ASC: words.orders.BEGAN_AT_ASC,
          AMOUNT_DESC: words.orders.AMOUNT_DESC,
          AMOUNT_ASC: words.orders.AMOUNT_ASC,
        }}
        chosen={orderOf(params)}
        choose={one("order")}
      />
    </>
  );
}

export default function PaymentsPage() {
  const texts = useTexts();
  const { params } = useListAddress();
  const { keep } = useMerchant();
  const filter = asked(params);
  const [{ data, error, fetching }, ask] = useQuery({
    query: PaymentsDocument,
    variables: { filter, orderBy: orderOf(params), ...pageOf(placeOf(params), PAGE) },
  });
  const [count] = useQuery({ query: PaymentsCountDocument, variables: { filter } });
  return (
    <ListPage
      title={texts.pages.payments}
      count={count.data?.payments.totalCount}
      head={<RecordHead />}
      choosers={<Choosers />}
      chosen={Object.keys(chosen(params)).length}
      reset={keep(routes.payments)}
      empty={texts.records.empty}
      failure={error && failureText(error, texts)}
      retry={() => ask({ requestPolicy: "network-only" })}
      fetching={fetching}
      rows={data?.payments.nodes}
      columns={useColumns()}
      info={data?.payments.pageInfo}
    />
  );
}
