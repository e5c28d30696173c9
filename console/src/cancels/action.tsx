// The dialogue in which something is done about a request, with what will be done said before the button.

import { type FormEvent, useState } from "react";
import { useClient, useQuery } from "urql";
import { announce } from "../kit/announce";
import { Dialogue } from "../kit/dialogue";
import { Amount } from "../kit/figure";
import { Shape } from "../kit/shapes";
import {
  ApproveRequestDocument,
  BalanceNowDocument,
  type CancelFinding,
  type RequestRowFragment,
  ResolveRequestDocument,
  TakeOverRequestDocument,
  WithdrawRequestDocument,
} from "../server/generated/graphql";
import { cancelError } from "../texts/cancel";
import { useTexts } from "../texts/language";
import type { Action } from "./filters";

interface Finding {
  outcome: CancelFinding;
  note: string;
  transactionKey: string;
}

interface Answer {
  request?: { status: string } | null;
  error?: { code: string; message: string } | null;
}

/** Asks once; what it met on the way is the answer. */
function useAction(action: Action, id: string) {
  const client = useClient();
  return async (finding: Finding): Promise<Answer | null | undefined> => {
    switch (action) {
      case "approve":
        return (await client.mutation(ApproveRequestDocument, { id })).data?.approveCancelRequest;
      case "withdraw":
        return (await client.mutation(WithdrawRequestDocument, { id })).data?.withdrawCancelRequest;
      case "takeOver":
        return (await client.mutation(TakeOverRequestDocument, { id })).data?.takeOverCancelRequest;
      case "resolve": {
        const { outcome, note } = finding;
        const variables = { id, outcome, note: note.trim(), transactionKey: finding.transactionKey.trim() || null };
        return (await client.mutation(ResolveRequestDocument, variables)).data?.resolveCancelRequest;
      }
    }
  };
}

function Balance({ of }: { of: RequestRowFragment }) {
  const { requests: words } = useTexts();
  const [{ data }] = useQuery({
    query: BalanceNowDocument,
    variables: { paymentKey: of.paymentKey },
    requestPolicy: "network-only",
  });
  return (
    <dl className="sure">
      <div>
        <dt>{words.amount}</dt>
        <dd>{of.amount ? <Amount of={of.amount} /> : words.whole}</dd>
      </div>
      <div>
        <dt>{words.payment}</dt>
        <dd translate="no">{data?.payment?.orderId ?? "–"}</dd>
      </div>
      <div>
        <dt>{words.balanceNow}</dt>
        <dd>
          <Amount of={data?.payment?.balanceAmount} />
        </dd>
      </div>
    </dl>
  );
}

function FindingFields({ finding, change }: { finding: Finding; change: (part: Partial<Finding>) => void }) {
  const { requests: words } = useTexts();
  const findings: [CancelFinding, string][] = [
    ["EXECUTED", words.executed],
    ["NOT_EXECUTED", words.notExecuted],
  ];
  return (
    <>
      <fieldset className="field">
        <legend className="hidden-text">{words.status}</legend>
        {findings.map(([value, text]) => (
          <label key={value} className="choice">
            <input
              type="radio"
              name="outcome"
              checked={finding.outcome === value}
              onChange={() => change({ outcome: value })}
            />
            {text}
          </label>
        ))}
      </fieldset>
      <div className="field">
        <label htmlFor="finding-note">{words.note}</label>
        <input
          id="finding-note"
          required
          maxLength={500}
          value={finding.note}
          onChange={(event) => change({ note: event.target.value })}
        />
        <span className="note">{words.noteHint}</span>
      </div>
      <div className="field">
        <label htmlFor="finding-key">{words.which}</label>
        <input
          id="finding-key"
          value={finding.transactionKey}
          onChange={(event) => change({ transactionKey: event.target.value })}
        />
      </div>
    </>
  );
}

interface ActionProps {
  action: Action;
  of: RequestRowFragment;
  close: () => void;
}

export function ActionDialogue({ action, of, close }: ActionProps) {
  const texts = useTexts();
  const { requests: words, cancel } = texts;
  const act = useAction(action, of.id);
  const [finding, setFinding] = useState<Finding>({ outcome: "NOT_EXECUTED", note: "", transactionKey: "" });
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const answer = await act(finding);
    setBusy(false);
    if (answer === undefined) return setTold(cancel.lost);
    // The error also says why a request has ended; here it matters only where what was asked for did not happen.
    const status = answer?.request?.status;
    const isDone = status !== undefined && status !== of.status && !(action === "approve" && status === "REJECTED");
    if (answer?.error && !isDone) return setTold(cancelError(cancel, answer.error));
    announce(words.done);
    close();
  };
  return (
    <Dialogue title={words[`${action}Title`]} isOpen onClose={close} dismissable={!busy}>
      <form className="cancel-form" onSubmit={submit}>
        <p>{words[`${action}Hint`]}</p>
        {action === "approve" && <Balance of={of} />}
        {action === "resolve" && (
          <FindingFields finding={finding} change={(part) => setFinding({ ...finding, ...part })} />
        )}
        {told && (
          <p className="banner bad" role="alert">
            <Shape name="alert" />
            {told}
          </p>
        )}
        <div className="actions">
          <button type="button" className="button" onClick={close}>
            {texts.states.close}
          </button>
          <button type="submit" className={`button ${action === "approve" ? "danger" : "primary"}`} disabled={busy}>
            {busy ? words.busy : words[action]}
          </button>
        </div>
      </form>
    </Dialogue>
  );
}
