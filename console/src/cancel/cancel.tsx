// The dialogue by which a payment is cancelled. One intention has one key: however often it is sent, it is carried out once.

import { useEffect, useRef, useState } from "react";
import { useClient } from "urql";
import { Dialogue } from "../kit/dialogue";
import { CancelOfferDocument, CancelOutcomeDocument, CancelPaymentDocument } from "../server/generated/graphql";
import { useTexts } from "../texts/language";
import { CancelForm, inputOf, nothingTyped, type Offer, type Typed } from "./form";
import { Confirm, Outcome } from "./outcome";
import {
  afterLooking,
  afterPreview,
  afterSending,
  type CancelInput,
  isSafeToClose,
  newKey,
  type Preview,
  type Step,
} from "./steps";
import "./cancel.css";

const LOOK_AGAIN_MS = 5000;

/** Looks at a request whose outcome is open until it is final. */
function useOutcome(step: Step, found: (step: Step) => void): void {
  const client = useClient();
  useEffect(() => {
    if (step.at !== "waiting" || !step.requestId) return;
    const { requestId } = step;
    const timer = setInterval(async () => {
      if (document.visibilityState !== "visible") return;
      const looked = await client.query(CancelOutcomeDocument, { id: requestId }, { requestPolicy: "network-only" });
      const next = afterLooking(step, looked.data?.cancelRequest);
      if (next !== step) found(next);
    }, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [step, client, found]);
}

export function CancelDialogue({ offer: first, close }: { offer: Offer; close: () => void }) {
  const texts = useTexts();
  const { cancel: words } = texts;
  const client = useClient();
  const [offer, setOffer] = useState(first);
  const [typed, setTyped] = useState<Typed>(nothingTyped);
  const [step, setStep] = useState<Step>({ at: "form" });
  const [isLeaving, setIsLeaving] = useState(false);
  const key = useRef<string>(undefined);
  key.current ??= newKey();
  const sent = useRef<CancelInput>(undefined);
  const isSending = useRef(false);
  useOutcome(step, setStep);

  const isTyped = typed !== nothingTyped;
  const leave = () => {
    if (isSafeToClose(step, isTyped)) close();
    else if (step.at !== "sending") setIsLeaving(true);
  };
  const preview = () => {
    const input = inputOf(typed, offer, key.current ?? "");
    if (typeof input === "string") return input;
    sent.current = input;
    setStep({ at: "previewing" });
    void client.mutation(CancelPaymentDocument, { input, dryRun: true }).then(({ data }) => {
      setStep(data ? afterPreview(data.cancelPayment) : { at: "form", refusal: noAnswer(words.lost) });
    });
    return undefined;
  };
  const send = async (of: Preview) => {
    const input = sent.current;
    // A double click and Enter with a click are one press.
    if (!input || isSending.current) return;
    isSending.current = true;
    setStep({ at: "sending", preview: of });
    const { data } = await client.mutation(CancelPaymentDocument, { input, dryRun: false });
    isSending.current = false;
    setStep(data ? afterSending(data.cancelPayment, of) : { at: "lost", preview: of });
  };
  const anew = async () => {
    key.current = newKey();
    const again = await client.query(
      CancelOfferDocument,
      { paymentKey: offer.paymentKey },
      { requestPolicy: "network-only" },
    );
    if (again.data?.payment) setOffer(again.data.payment);
    setStep({ at: "form" });
  };

  const isForm = step.at === "form" || step.at === "previewing";
  const isConfirm = step.at === "confirm" || step.at === "sending";
  const title = isForm ? words.title(offer.orderId) : isConfirm ? words.confirm : words.result;
  return (
    <>
      <Dialogue title={title} isOpen dismissable={isSafeToClose(step, isTyped)} onClose={leave}>
        {isForm && (
          <CancelForm
            offer={offer}
            typed={typed}
            type={(change) => setTyped((before) => ({ ...before, ...change }))}
            refusal={step.at === "form" ? step.refusal : undefined}
            busy={step.at === "previewing"}
            submit={preview}
            close={leave}
          />
        )}
        {(step.at === "confirm" || step.at === "sending") && (
          <Confirm
            preview={step.preview}
            busy={step.at === "sending"}
            back={() => setStep({ at: "form" })}
            send={() => void send(step.preview)}
          />
        )}
        {step.at !== "form" && step.at !== "previewing" && step.at !== "confirm" && step.at !== "sending" && (
          <Outcome step={step} close={close} sendAgain={(of) => void send(of)} anew={() => void anew()} />
        )}
      </Dialogue>
      <Dialogue title={words.leave} isOpen={isLeaving} onClose={() => setIsLeaving(false)}>
        <p>{words.leaveHint}</p>
        <div className="actions">
          <button type="button" className="button" onClick={() => setIsLeaving(false)}>
            {words.stay}
          </button>
          <button type="button" className="button danger" onClick={close}>
            {words.leave}
          </button>
        </div>
      </Dialogue>
    </>
  );
}

/** No answer to a dry run: nothing was sent, so the form stands as it was. */
function noAnswer(message: string) {
  return { code: "NO_ANSWER", message, advice: "RETRY", field: null } as const;
}
