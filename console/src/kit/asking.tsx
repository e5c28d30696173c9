// A dialogue that has one thing done: busy meanwhile, refusals told in it, closed once it is done.

import { type FormEvent, type ReactNode, useState } from "react";
import { useTexts } from "../texts/language";
import { Dialogue } from "./dialogue";
import { Shape } from "./shapes";

interface AskingProps {
  title: string;
  hint: string;
  /** What the button says, and what while it is asked. */
  submit: string;
  busy?: string;
  /** Whether enough was said. */
  isReady?: boolean;
  /** Asks once, and tells why nothing was done; nothing where it was. */
  ask: () => Promise<ReactNode>;
  close: () => void;
  children: ReactNode;
}

export function Asking({ title, hint, submit, busy, isReady = true, ask, close, children }: AskingProps) {
  const { states } = useTexts();
  const [isBusy, setIsBusy] = useState(false);
  const [told, setTold] = useState<ReactNode>();
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy || !isReady) return;
    setIsBusy(true);
    setTold(undefined);
    const refused = await ask();
    setIsBusy(false);
    if (refused) setTold(refused);
    else close();
  };
  return (
    <Dialogue title={title} isOpen onClose={close} dismissable={!isBusy}>
      <form className="desk-form" onSubmit={send}>
        <p className="muted">{hint}</p>
        {children}
        {told && (
          <div className="banner bad" role="alert">
            <Shape name="alert" />
            {told}
          </div>
        )}
        <div className="actions">
          <button type="button" className="button" onClick={close}>
            {states.close}
          </button>
          <button type="submit" className="button primary" disabled={isBusy || !isReady}>
            {isBusy ? (busy ?? states.busy) : submit}
          </button>
        </div>
      </form>
    </Dialogue>
  );
}
