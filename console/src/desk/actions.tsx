// The buttons of what may be done about discrepancies, and the dialogue behind each. By their letters too.

import { useState } from "react";
import { type Keys, useKeys } from "../kit/keys";
import { useViewer, worksAtDesk } from "../server/viewer";
import { useTexts } from "../texts/language";
import { DeskDialogue } from "./dialogue";
import { type Act, actsOf, type OnDesk } from "./steps";
import "./desk.css";

const LETTERS: Record<Act, string> = { acknowledge: "e", assign: "a", note: "n", reopen: "e" };

interface DeskActionsProps {
  of: readonly OnDesk[];
  /** When these were seen to stand as they are shown. */
  seenAt: string | undefined;
  /** Whether the letters count here. */
  byKeys?: boolean;
  /** Only these. */
  acts?: readonly Act[];
}

export function DeskActions({ of, seenAt, byKeys = false, acts }: DeskActionsProps) {
  const { desk: words } = useTexts();
  const viewer = useViewer();
  const [acting, setActing] = useState<{ act: Act; of: readonly OnDesk[]; seenAt: string | undefined }>();
  const offered = worksAtDesk(viewer) ? actsOf(of).filter((act) => acts?.includes(act) ?? true) : [];
  const keys: Keys = {};
  if (byKeys) for (const act of offered) keys[LETTERS[act]] = () => setActing({ act, of, seenAt });
  useKeys(keys);
  return (
    <>
      {offered.map((act) => (
        <button key={act} type="button" className="button" onClick={() => setActing({ act, of, seenAt })}>
          {words.acts[act]}
          {byKeys && (
            <kbd aria-hidden="true" className="letter">
              {LETTERS[act].toUpperCase()}
            </kbd>
          )}
        </button>
      ))}
      {acting && <DeskDialogue {...acting} close={() => setActing(undefined)} />}
    </>
  );
}
