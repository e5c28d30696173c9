// What somebody says when they acknowledge discrepancies, give them to somebody, write a note, or take an acknowledgement back.

import { type FormEvent, useId, useState } from "react";
import { Dialogue } from "../kit/dialogue";
import { Shape } from "../kit/shapes";
import { tell } from "../kit/toast";
import { useViewer } from "../server/viewer";
import { useTexts } from "../texts/language";
import { type Typed, useActing } from "./acting";
import type { Act, OnDesk } from "./steps";

const LONGEST_NOTE = 500;

interface FieldsProps {
  act: Act;
  typed: Typed;
  type: (change: Partial<Typed>) => void;
}

function Fields({ act, typed, type }: FieldsProps) {
  const { desk: words } = useTexts();
  const viewer = useViewer();
  const id = useId();
  if (act === "assign") {
    return (
      <div className="field">
        <label htmlFor={id}>{words.assignee}</label>
        <input
          id={id}
          maxLength={100}
          autoComplete="off"
          value={typed.assignee}
          onChange={(event) => type({ assignee: event.target.value })}
        />
        <span className="note">{words.nobody}</span>
        {viewer && (
          <button type="button" className="button" onClick={() => type({ assignee: viewer.owner })}>
            {words.me}
          </button>
        )}
      </div>
    );
  }
  return (
    <>
      <div className="field">
        <label htmlFor={id}>{act === "reopen" ? words.why : words.note}</label>
        <textarea
          id={id}
          rows={3}
          required={act !== "reopen"}
          maxLength={LONGEST_NOTE}
          value={typed.note}
          onChange={(event) => type({ note: event.target.value })}
        />
        <span className="note">{words.noteHint}</span>
      </div>
      {act === "acknowledge" && (
        <div className="field">
          <label htmlFor={`${id}-until`}>{words.until}</label>
          <input
            id={`${id}-until`}
            type="date"
            value={typed.until}
            onChange={(event) => type({ until: event.target.value })}
          />
          <span className="note">{words.untilHint}</span>
        </div>
      )}
    </>
  );
}

interface DeskDialogueProps {
  act: Act;
  of: readonly OnDesk[];
  seenAt: string | undefined;
  close: () => void;
}

export function DeskDialogue({ act, of, seenAt, close }: DeskDialogueProps) {
  const texts = useTexts();
  const { desk: words } = texts;
  const [typed, setTyped] = useState<Typed>({ note: "", until: "", assignee: of[0]?.assignee ?? "" });
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState<string>();
  const { carryOut, undo } = useActing(act, of, seenAt);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const outcome = await carryOut(typed);
    setBusy(false);
    if (outcome.is === "lost") return setTold(texts.states.failed);
    if (outcome.is === "refused") return setTold(outcome.message);
    close();
    const takeBack = undo && (async () => tell((await undo()).is === "done" ? words.undone : words.notUndone));
    tell(words.done[act](of.length), takeBack && (() => void takeBack()));
  };
  return (
    <Dialogue title={words.titles[act](of.length)} isOpen onClose={close} dismissable={!busy}>
      <form className="desk-form" onSubmit={submit}>
        <Fields act={act} typed={typed} type={(change) => setTyped({ ...typed, ...change })} />
        {told && (
          <p className="banner bad" role="alert" data-said="">
            <Shape name="alert" />
            {told}
          </p>
        )}
        <div className="actions">
          <button type="button" className="button" onClick={close}>
            {texts.states.close}
          </button>
          <button type="submit" className="button primary" disabled={busy}>
            {busy ? texts.states.busy : words.acts[act]}
          </button>
        </div>
      </form>
    </Dialogue>
  );
}
