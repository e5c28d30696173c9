// 내역 · 정산: Toss's settlement rows of a range.

import { useQuery } from "urql";
import { placeOf } from "../kit/address";
import { Badge } from "../kit/badge";
import { Choice } from "../kit/choice";
import { Amount, Day } from "../kit/figure";
import { type Column, ListPage, PAGE, useListAddress } from "../kit/list-page";
import { useMerchant } from "../kit/merchant";
import { OrderLink } from "../kit/order-link";
import { pageOf } from "../kit/pager";
import { RangeField } from "../kit/range-field";
import { RecordHead } from "../kit/record-head";
import { TextField } from "../kit/text-field";
import { routes } from "../routes";
import { failureText } from "../server/failure";
import { SettlementsCountDocument, SettlementsDocument, type SettlementsQuery } from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";
import { asked, chosen } from "./filters";
import "../look/records.css";

type Row = SettlementsQuery["settlements"]["nodes"][number];

function useColumns(): Column<Row>[] {
  const { records: words, codes } = useTexts();
  return [
    { head: words.soldDate, is: "wide-only", cell: (row) => <Day of={row.soldDate} /> },
    { head: words.paidOutDate, is: "when", cell: (row) => <Day of={row.paidOutDate} /> },
    { head: words.order, names: true, cell: (row) => <OrderLink of={row} /> },
    { head: words.kind, cell: (row) => word(codes.kind, row.kind, row.kind) },
    { head: words.amount, is: "number", cell: (row) => <Amount of={row.amount} signed bare /> },
    { head: words.fee, is: "number wide-only", cell: (row) => <Amount of={row.fee} bare /> },
    { head: words.supply, is: "number wide-only", cell: (row) => <Amount of={row.supplyAmount} bare /> },
    { head: words.vat, is: "number wide-only", cell: (row) => <Amount of={row.vat} bare /> },
    { head: words.payOut, is: "number sum", cell: (row) => <Amount of={row.payOutAmount} signed /> },
    {
      head: words.match,
      is: "state",
      cell: ({ match }) => (
        <Badge tone={match === "EXACT" ? "quiet" : "open"} shape={match === "EXACT" ? "check" : "dashed"}>
          {word(codes.match, match, codes.match.NONE)}
        </Badge>
      ),
    },
  ];
}

function Choosers() {
  const { records: words, codes } = useTexts();
  const { params, choose } = useListAddress();
  const is = chosen(params);
  return (
    <>
      <RangeField
        label={words.soldDate}
        range={is.soldDate ?? undefined}
        choose={(range) => choose({ ...range })}
        isNamed
      />
      <RangeField
        label={words.paidOutDate}
        range={is.paidOutDate ?? undefined}
        choose={({ from, to }) => choose({ paidFrom: from, paidTo: to })}
        isNamed
      />
      <Choice
        label={words.kind}
        any={words.any.kind}
        values={codes.kind}
        chosen={is.kind ?? undefined}
        choose={(kind) => choose({ kind })}
      />
      <Choice
        label={words.match}
        any={words.any.match}
        values={codes.match}
        chosen={is.match?.[0]}
        choose={(match) => choose({ match })}
      />
      <TextField label={words.order} value={is.orderId ?? ""} choose={(order) => choose({ order })} />
    </>
  );
}

export default function SettlementsPage() {
  const texts = useTexts();
  const { params } = useListAddress();
  const { keep } = useMerchant();
  const filter = asked(params);
  const [{ data, error, fetching }, ask] = useQuery({
    query: SettlementsDocument,
    variables: { filter, ...pageOf(placeOf(params), PAGE) },
  });
  const [count] = useQuery({ query: SettlementsCountDocument, variables: { filter } });
  return (
    <ListPage
      title={texts.pages.settlements}
      count={count.data?.settlements.totalCount}
      head={<RecordHead />}
      choosers={<Choosers />}
      chosen={Object.keys(chosen(params)).length}
      reset={keep(routes.settlements)}
      empty={texts.records.empty}
      failure={error && failureText(error, texts)}
      retry={() => ask({ requestPolicy: "network-only" })}
      fetching={fetching}
      rows={data?.settlements.nodes}
      columns={useColumns()}
      info={data?.settlements.pageInfo}
    />
  );
}
