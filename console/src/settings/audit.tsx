// The audit log: every cancel, every decision about one, and every change of a token. A document of its own, since it is
// refused to some.

import { useQuery } from "urql";
import { placeOf } from "../kit/address";
import { Instant } from "../kit/figure";
import { type Column, ListRows, useListAddress } from "../kit/list-page";
import { Pager } from "../kit/pager";
import { FailureBanner } from "../kit/states";
import { failureText } from "../server/failure";
import { AuditLogDocument, type AuditLogQuery } from "../server/generated/graphql";
import { useTexts } from "../texts/language";
import { detailText } from "./detail";

type Row = NonNullable<AuditLogQuery["auditLog"]>["nodes"][number] & { id: string };
const SHOWN = 20;

export function Audit() {
  const texts = useTexts();
  const { settings: words } = texts;
  const { params, go } = useListAddress();
  const [{ data, error }, ask] = useQuery({
    query: AuditLogDocument,
    variables: { first: SHOWN, after: placeOf(params).after },
  });
  const columns: Column<Row>[] = [
    { head: words.at, is: "when muted", cell: (row) => <Instant of={row.at} /> },
    {
      head: words.action,
      names: true,
      cell: (row) => words.actions[row.action] ?? <span translate="no">{row.action}</span>,
    },
    { head: words.actor, cell: (row) => <span translate="no">{row.actor}</span> },
    {
      head: words.subject,
      is: "wide-only",
      cell: (row) => (
        <span className="key note" translate="no">
          {row.subject}
        </span>
      ),
    },
    {
      head: words.detail,
      is: "wide-only detail",
      cell: (row) => (
        <span className="key note" translate="no">
          {detailText(row.detail)}
        </span>
      ),
    },
  ];
  return (
    <section className="card">
      <div className="section-head">
        <h2>{words.audit}</h2>
        <span className="note">{words.auditHint}</span>
      </div>
      {error && <FailureBanner said={failureText(error, texts)} retry={() => ask({ requestPolicy: "network-only" })} />}
      {!error && <ListRows rows={data?.auditLog?.nodes.map((row) => ({ ...row, id: row.number }))} columns={columns} />}
      {data?.auditLog && <Pager info={data.auditLog.pageInfo} go={({ after }) => go({ after })} />}
    </section>
  );
}
