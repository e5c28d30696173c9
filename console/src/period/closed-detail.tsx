// What is kept of a closed period: which of its figures would be others now, its report, and the digests of that.

import { useQuery } from "urql";
import { Link } from "wouter";
import { Copy } from "../kit/copy";
import { Amount } from "../kit/figure";
import { FailureBanner, SkeletonLines } from "../kit/states";
import { addressOf } from "../routes";
import { failureText } from "../server/failure";
import { ClosedPeriodDocument, type ClosedPeriodQuery } from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";
import { commandOf, shownOf } from "./closed";

type Kept = Extract<NonNullable<ClosedPeriodQuery["node"]>, { digests: unknown }>;
type Change = Kept["changes"][number];

function Payments({ of }: { of: Change["payments"] }) {
  const { closing: words } = useTexts();
  const { shown, others } = shownOf(of);
  if (shown.length === 0) return <span className="muted">{words.noPayments}</span>;
  return (
    <>
      {shown.map((payment) => (
        <Link key={payment.paymentKey} href={addressOf.payment(payment.paymentKey)} translate="no">
          {payment.orderId ?? payment.paymentKey}
        </Link>
      ))}
      {others > 0 && <span className="muted">{words.others(others)}</span>}
    </>
  );
}

function Changes({ of }: { of: Change[] }) {
  const { closing: words } = useTexts();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls is reached by keyboard
    <section className="scrolled" tabIndex={0} aria-label={words.changes}>
      <table className="rows">
        <thead>
          <tr>
            <th scope="col">{words.figure}</th>
            <th scope="col" className="number">
              {words.asClosed}
            </th>
            <th scope="col" className="number">
              {words.now}
            </th>
            <th scope="col">{words.payments}</th>
          </tr>
        </thead>
        <tbody>
          {of.map((change) => (
            <tr key={`${change.currency} ${change.figure}`}>
              <th scope="row">{word(words.figures, change.figure, change.figure)}</th>
              <td className="number muted">
                <Amount of={change.closed} />
              </td>
              <td className="number">
                <strong>
                  <Amount of={change.now} />
                </strong>
              </td>
              <td className="changed-by">
                <Payments of={change.payments} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Report({ id, digests }: { id: string; digests: Kept["digests"] }) {
  const { closing: words } = useTexts();
  return (
    <>
      <h3>{words.report}</h3>
      <p className="note">{words.reportHint}</p>
      <p className="command">
        <code className="key" translate="no">
          {commandOf(id)}
        </code>
        <Copy text={commandOf(id)} what={words.command} />
      </p>
      <h3>{words.digests}</h3>
      <dl className="digests" translate="no">
        {digests.map(({ section, sha256 }) => (
          <div key={section}>
            <dt>{section}</dt>
            <dd className="key">{sha256}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

export function ClosedDetail({ id, isReopened }: { id: string; isReopened: boolean }) {
  const texts = useTexts();
  const { closing: words } = texts;
  const [{ data, error }, ask] = useQuery({ query: ClosedPeriodDocument, variables: { id } });
  if (error) {
    return <FailureBanner said={failureText(error, texts)} retry={() => ask({ requestPolicy: "network-only" })} />;
  }
  if (!data) return <SkeletonLines lines={3} />;
  const kept = data.node && "digests" in data.node ? data.node : undefined;
  if (!kept) return null;
  return (
    <>
      <h3>{words.changes}</h3>
      {kept.changes.length === 0 && <p className="note">{words.unchanged}</p>}
      {kept.changes.length > 0 && (
        <>
          <p className="note">{isReopened ? words.changesOfReopened : words.changesHint}</p>
          <Changes of={kept.changes} />
        </>
      )}
      <Report id={id} digests={kept.digests} />
    </>
  );
}
