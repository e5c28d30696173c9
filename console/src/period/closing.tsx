// 마감: the periods of a merchant whose books were closed, who closed or reopened them, and what has changed since.

import { type ReactNode, useState } from "react";
import { useQuery } from "urql";
import { Link } from "wouter";
import { minute } from "../figures/days";
import { changed } from "../kit/address";
import { Badge } from "../kit/badge";
import { FailureBanner, SkeletonLines } from "../kit/states";
import { routes } from "../routes";
import { failureText } from "../server/failure";
import { FrameDocument, PeriodsDocument, type PeriodsQuery } from "../server/generated/graphql";
import { useViewer, worksAtDesk } from "../server/viewer";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";
import type { PeriodAddress } from "./address";
import { CloseDialogue, ReopenDialogue } from "./close-dialogues";
import { ClosedDetail } from "./closed-detail";
import "../cancel/cancel.css";
import "../desk/desk.css";
import "./closing.css";

type ClosedPeriod = PeriodsQuery["periods"][number];

/** Its sums are those of the events of its days. */
function addressOfDays({ from, to, mId }: ClosedPeriod): string {
  return routes.period + changed(new URLSearchParams(), { m: mId, from, to, basis: "EVENT" });
}

function Said({ line, note }: { line: string; note: string | null | undefined }) {
  return (
    <p className="note">
      <span translate="no">{line}</span>
      {note && <q translate="no">{note}</q>}
    </p>
  );
}

function Row({ of, action }: { of: ClosedPeriod; action: ReactNode }) {
  const { closing: words } = useTexts();
  const [isShown, setIsShown] = useState(false);
  const isReopened = of.status === "REOPENED";
  return (
    <li>
      <div className="closed-head">
        <Badge tone={isReopened ? "open" : "quiet"} shape={isReopened ? "dashed" : "square"}>
          {word(words.status, of.status, words.status.CLOSED)}
        </Badge>
        <Link href={addressOfDays(of)} className="nowrap">
          {of.from} ~ {of.to}
        </Link>
        {of.changes.length > 0 && (
          <Badge tone="warn" shape="alert">
            {words.changed(of.changes.length)}
          </Badge>
        )}
        <span className="space" />
        {action}
      </div>
      <Said line={words.closed(of.closedBy, minute(of.closedAt))} note={of.note} />
      {of.reopenedAt && (
        <Said line={words.reopened(of.reopenedBy ?? "–", minute(of.reopenedAt))} note={of.reopenNote} />
      )}
      <details className="days" onToggle={(event) => setIsShown(event.currentTarget.open)}>
        <summary>{words.more}</summary>
        {isShown && <ClosedDetail id={of.id} isReopened={isReopened} />}
      </details>
    </li>
  );
}

export function Closing({ merchant, address }: { merchant: string | undefined; address: PeriodAddress }) {
  const texts = useTexts();
  const { closing: words } = texts;
  const mayClose = worksAtDesk(useViewer());
  const [{ data: frame }] = useQuery({ query: FrameDocument });
  // A period without anything in it names no merchant.
  const of = merchant ?? frame?.coverage[0]?.mId;
  const [{ data, error }, ask] = useQuery({ query: PeriodsDocument, variables: { mId: [of ?? ""] }, pause: !of });
  const again = () => ask({ requestPolicy: "network-only" });
  const [isClosing, setIsClosing] = useState(false);
  const [reopening, setReopening] = useState<ClosedPeriod>();
  if (!of) return null;
  return (
    <section className="card part closing">
      <div className="closed-head">
        <h2>
          {words.title}{" "}
          <span className="muted" translate="no">
            · {of}
          </span>
        </h2>
        <span className="space" />
        {mayClose && (
          <button type="button" className="button" onClick={() => setIsClosing(true)}>
            {words.close}
          </button>
        )}
      </div>
      <p className="note">{words.hint}</p>
      {error && <FailureBanner said={failureText(error, texts)} retry={again} />}
      {!data && !error && <SkeletonLines lines={2} />}
      {data?.periods.length === 0 && <p className="muted">{words.empty}</p>}
      <ul>
        {data?.periods.map((one) => (
          <Row
            key={one.id}
            of={one}
            action={
              mayClose &&
              one.status === "CLOSED" && (
                <button type="button" className="button" onClick={() => setReopening(one)}>
                  {words.reopen}
                </button>
              )
            }
          />
        ))}
      </ul>
      {isClosing && (
        <CloseDialogue merchant={of} shown={address.range} again={again} close={() => setIsClosing(false)} />
      )}
      {reopening && <ReopenDialogue of={reopening} again={again} close={() => setReopening(undefined)} />}
    </section>
  );
}
