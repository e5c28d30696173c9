// The second and third step: what will happen, with its number on the button, and what came of it.

import type { ReactNode } from "react";
import { Amount, moneyText } from "../kit/figure";
import { Shape, type ShapeName } from "../kit/shapes";
import { cancelError } from "../texts/cancel";
import { useSpoken } from "../texts/language";
import type { Preview, Step } from "./steps";

interface ConfirmProps {
  preview: Preview;
  busy: boolean;
  back: () => void;
  send: () => void;
}

export function Confirm({ preview, busy, back, send }: ConfirmProps) {
  const { texts, language } = useSpoken();
  const { cancel: words } = texts;
  return (
    <div className="cancel-form">
      <dl className="sure">
        <div>
          <dt>{words.amount}</dt>
          <dd>
            <Amount of={preview.amount} />
          </dd>
        </div>
        <div>
          <dt>{words.balance}</dt>
          <dd>
            <Amount of={preview.balanceBefore} /> → <Amount of={preview.balanceAfter} />
          </dd>
        </div>
      </dl>
      {preview.needsApproval && (
        <p className="banner warn">
          <Shape name="alert" />
          {words.needsApproval}
        </p>
      )}
      {preview.voids && (
        <p className="banner quiet">
          <Shape name="diamond" />
          {words.isVoid}
        </p>
      )}
      <div className="actions">
        <button type="button" className="button" onClick={back} disabled={busy}>
          {words.back}
        </button>
        {/* The focus stays here, so that a press on Enter too many sends nothing that was not read. */}
        <button type="button" className="button danger" onClick={send} disabled={busy}>
          {busy ? words.sending : words.send(moneyText(preview.amount, language))}
        </button>
      </div>
    </div>
  );
}

interface OutcomeProps {
  step: Exclude<Step, { at: "form" | "previewing" | "confirm" | "sending" }>;
  close: () => void;
  sendAgain: (preview: Preview) => void;
  anew: () => void;
}

export function Outcome({ step, close, sendAgain, anew }: OutcomeProps) {
  const { texts, language } = useSpoken();
  const { cancel: words } = texts;
  const told = (shape: ShapeName, tone: string, title: string, hint?: string, action?: ReactNode) => (
    <div className="cancel-form">
      <div className={`outcome ${tone}`} role="status">
        <Shape name={shape} size={24} />
        <p>
          <strong>{title}</strong>
          {hint && <span>{hint}</span>}
        </p>
      </div>
      <div className="actions">
        {action}
        <button type="button" className="button" onClick={close}>
          {texts.states.close}
        </button>
      </div>
    </div>
  );
  switch (step.at) {
    case "succeeded": {
      const { preview } = step;
      const title = preview.voids ? words.voided : words.succeeded(moneyText(preview.amount, language));
      return told("check", "good", title);
    }
    case "approval":
      return told("quarter", "wait", words.approval);
    case "waiting":
      return told("quarter", "wait", words.waiting, words.waitingHint);
    case "already":
      return told("info", "quiet", words.already, cancelError(words, step.refusal));
    case "lost":
      return told(
        "alert",
        "warn",
        words.lost,
        words.lostHint,
        <button type="button" className="button primary" onClick={() => sendAgain(step.preview)}>
          {words.sendAgain}
        </button>,
      );
    case "refused":
      return told(
        "alert",
        "bad",
        words.refused,
        cancelError(words, step.refusal),
        step.final || step.refusal.advice === "FIX_INPUT" ? (
          <button type="button" className="button" onClick={anew}>
            {words.anew}
          </button>
        ) : (
          step.refusal.advice === "RETRY" && (
            <button type="button" className="button primary" onClick={() => sendAgain(step.preview)}>
              {words.sendAgain}
            </button>
          )
        ),
      );
  }
}
