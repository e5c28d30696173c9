// Closing the books of a period, and reopening one. What stands in the way is the server's to say.

import { type ReactNode, useId, useState } from "react";
import { type OperationResult, useClient } from "urql";
import { Link } from "wouter";
import type { DayRange } from "../kit/address";
import { Asking } from "../kit/asking";
import { DaysFields } from "../kit/days-fields";
import { useMerchant } from "../kit/merchant";
import { tell } from "../kit/toast";
import { routes } from "../routes";
import { failureText } from "../server/failure";
import { ClosePeriodDocument, type ClosePeriodMutation, ReopenPeriodDocument } from "../server/generated/graphql";
import { useTexts } from "../texts/language";
import { isOfReading } from "./closed";

const LONGEST_NOTE = 500;

/** Why nothing was done; nothing where it was. */
function useRefusal(): (result: OperationResult<Pick<ClosePeriodMutation, "answer">>) => ReactNode {
  const texts = useTexts();
  const { keep } = useMerchant();
  return ({ data, error }) => {
    if (!data) return error && !error.networkError ? failureText(error, texts) : texts.closing.lost;
    const refused = data.answer.error;
    if (!refused) return null;
    return (
      <>
        <span data-said="">{refused.message}</span>
        {isOfReading(refused.code) && <Link href={keep(routes.coverage)}>{texts.closing.toCoverage}</Link>}
      </>
    );
  };
}

function NoteField({ label, isNeeded, value, type }: NoteFieldProps) {
  const { closing: words } = useTexts();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        rows={2}
        required={isNeeded}
        maxLength={LONGEST_NOTE}
        value={value}
        onChange={(event) => type(event.target.value)}
      />
      <span className="note">{words.noteHint}</span>
    </div>
  );
}

interface NoteFieldProps {
  label: string;
  isNeeded?: boolean;
  value: string;
  type: (note: string) => void;
}

interface CloseDialogueProps {
  merchant: string;
  /** The days to begin with. */
  shown: DayRange;
  again: () => void;
  close: () => void;
}

export function CloseDialogue({ merchant, shown, again, close }: CloseDialogueProps) {
  const { closing: words } = useTexts();
  const client = useClient();
  const refusal = useRefusal();
  const [range, setRange] = useState(shown);
  const [note, setNote] = useState("");
  const ask = async () => {
    const input = { mId: merchant, ...range, note: note.trim() || null };
    const result = await client.mutation(ClosePeriodDocument, { input });
    const refused = refusal(result);
    again();
    if (!refused) tell(words.done(range.from, range.to));
    return refused;
  };
  return (
    <Asking
      title={words.closeTitle(merchant)}
      hint={words.closeHint}
      submit={words.closeNow}
      busy={words.closing}
      ask={ask}
      close={close}
    >
      <DaysFields labels={words} range={range} choose={setRange} />
      <NoteField label={words.note} value={note} type={setNote} />
    </Asking>
  );
}

interface ReopenDialogueProps {
  of: { id: string; from: string; to: string };
  again: () => void;
  close: () => void;
}

export function ReopenDialogue({ of, again, close }: ReopenDialogueProps) {
  const { closing: words } = useTexts();
  const client = useClient();
  const refusal = useRefusal();
  const [note, setNote] = useState("");
  const ask = async () => {
    const refused = refusal(await client.mutation(ReopenPeriodDocument, { input: { id: of.id, note: note.trim() } }));
    again();
    if (!refused) tell(words.openAgain(of.from, of.to));
    return refused;
  };
  return (
    <Asking
      title={words.reopenTitle(of.from, of.to)}
      hint={words.reopenHint}
      submit={words.reopenNow}
      isReady={note.trim() !== ""}
      ask={ask}
      close={close}
    >
      <NoteField label={words.why} isNeeded value={note} type={setNote} />
    </Asking>
  );
}
