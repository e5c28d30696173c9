// What a discrepancy rests on: the sentence, the numbers in it, its rows, what was done about it, and what can be done now.

import { useEffect, useRef } from "react";
import { useQuery } from "urql";
import { Link } from "wouter";
import { DeskActions } from "../desk/actions";
import { cameBack } from "../desk/steps";
import { Badge, ClassBadge } from "../kit/badge";
import { Copy } from "../kit/copy";
import { Amount, Instant } from "../kit/figure";
import { useMerchant } from "../kit/merchant";
import { Shape } from "../kit/shapes";
import { SkeletonLines } from "../kit/states";
import { addressOf } from "../routes";
import { type DiscrepancyRowFragment, ToCheckEvidenceDocument } from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";
import { EvidenceRows, type Found } from "./evidence-rows";

/** Expected, observed, and what is between them. */
function Figures({ of }: { of: DiscrepancyRowFragment }) {
  const { toCheck } = useTexts();
  if (!of.expected && !of.observed) return null;
  return (
    <dl className="figures">
      <div>
        <dt>{toCheck.expected}</dt>
        <dd>
          <Amount of={of.expected} />
        </dd>
      </div>
      <div>
        <dt>{toCheck.observed}</dt>
        <dd>
          <Amount of={of.observed} />
        </dd>
      </div>
      {of.delta && (
        <div className="delta">
          <dt>{toCheck.difference}</dt>
          <dd>
            <Amount of={of.delta} signed />
          </dd>
        </div>
      )}
    </dl>
  );
}

/** Every step of the desk, oldest first. */
function Steps({ of }: { of: Found["notes"] }) {
  const { desk, states } = useTexts();
  if (of.length === 0) return null;
  return (
    <section className="found-part">
      <h3 className="note">{desk.stepsTitle}</h3>
      <ol className="steps">
        {of.map((step) => (
          <li key={`${step.at} ${step.action} ${step.text}`}>
            <span>
              <strong>{word(desk.steps, step.action, states.unknown)}</strong>{" "}
              {step.by === "toss-recon" ? desk.toss : <span translate="no">{step.by}</span>}
            </span>
            <Instant of={step.at} year={false} />
            {step.text && (
              <p className="said" translate="no">
                {step.text}
              </p>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Facts({ of }: { of: DiscrepancyRowFragment }) {
  const texts = useTexts();
  const { toCheck, codes, desk } = texts;
  const { payment } = of;
  return (
    <dl className="facts">
      {payment && (
        <>
          <dt>{texts.payment.status}</dt>
          <dd>
            {word(codes.method, payment.method, payment.methodLabel ?? texts.states.unknown)} ·{" "}
            {word(codes.status, payment.status, payment.statusLabel)}
          </dd>
        </>
      )}
      <dt>{desk.assignee}</dt>
      <dd translate="no">{of.assignee ?? "–"}</dd>
      <dt>{toCheck.found}</dt>
      <dd>
        <Instant of={of.detectedAt} /> · {desk.age(of.ageBusinessDays)}
      </dd>
      <dt>{toCheck.merchant}</dt>
      <dd translate="no">{of.mId}</dd>
    </dl>
  );
}

interface EvidenceProps {
  of: DiscrepancyRowFragment;
  seenAt: string | undefined;
  close: () => void;
  /** Whether the letters of the desk count for it, and not for rows that were chosen. */
  byKeys: boolean;
}

export function Evidence({ of, seenAt, close, byKeys }: EvidenceProps) {
  const texts = useTexts();
  const { toCheck, codes, desk } = texts;
  const { keep } = useMerchant();
  const heading = useRef<HTMLHeadingElement>(null);
  const [{ data, fetching }] = useQuery({ query: ToCheckEvidenceDocument, variables: { id: of.id } });
  // biome-ignore lint/correctness/useExhaustiveDependencies: each item is announced by its heading
  useEffect(() => {
    // Beside the list the focus stays in the list; where the panel is a page, it is in the panel.
    if (matchMedia("(max-width: 1100px)").matches) heading.current?.focus();
  }, [of.id]);
  const { payment } = of;
  const key = payment?.paymentKey ?? of.paymentKey;
  const found = data?.node && "evidence" in data.node && data.node.id === of.id ? data.node : undefined;
  return (
    <aside className="card evidence" aria-label={codes.class[of.class] ?? of.class}>
      <div className="evidence-head">
        <span className="badges">
          <ClassBadge of={of.class} severity={of.severity} />
          {cameBack(of) && (
            <Badge tone="warn" shape="refresh">
              {desk.back}
            </Badge>
          )}
        </span>
        <button type="button" className="icon-button" onClick={close}>
          <Shape name="left" />
          <span className="hidden-text">{texts.states.close}</span>
        </button>
      </div>
      <h2 ref={heading} tabIndex={-1} translate={payment ? "no" : undefined}>
        {payment?.orderId ?? toCheck.noOrder}
        {payment && <Copy text={payment.orderId} what={toCheck.order} />}
      </h2>
      <p className="explanation" data-said="">
        {of.explanation}
      </p>
      {of.state === "ACKNOWLEDGED" && of.acknowledgedUntil && (
        <p className="note">{desk.acknowledgedUntil(of.acknowledgedUntil)}</p>
      )}
      <Figures of={of} />
      {!found && fetching && <SkeletonLines lines={3} />}
      {found && <EvidenceRows of={found.evidence} kind={of.class} />}
      <Facts of={of} />
      {found && <Steps of={found.notes} />}
      <div className="evidence-acts">
        {key && (
          <Link className="button primary" href={keep(addressOf.payment(key))}>
            {toCheck.open}
          </Link>
        )}
        <DeskActions of={[of]} seenAt={seenAt} byKeys={byKeys} />
      </div>
    </aside>
  );
}
