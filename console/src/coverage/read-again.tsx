// Asks for days of Toss's lists to be read again. Many may ask: a day waits once.

import { useState } from "react";
import { useClient } from "urql";
import { todayInSeoul } from "../figures/days";
import { Asking } from "../kit/asking";
import { DaysFields } from "../kit/days-fields";
import { tell } from "../kit/toast";
import { failureText } from "../server/failure";
import { ReadAgainDocument, type Source } from "../server/generated/graphql";
import { useTexts } from "../texts/language";
import type { Covered } from "./strip";
import { wrongDays } from "./wrong-days";
import "../cancel/cancel.css";
import "../desk/desk.css";

const SOURCES: Source[] = ["TRANSACTIONS", "SETTLEMENTS"];

interface ReadAgainProps {
  /** Of these, what is missing or wrong is offered. */
  shown: readonly Covered[];
  again: () => void;
}

function ReadAgainDialogue({ shown, again, close }: ReadAgainProps & { close: () => void }) {
  const texts = useTexts();
  const { coverage: words, codes, closing } = texts;
  const client = useClient();
  const today = todayInSeoul();
  const [range, setRange] = useState(() => wrongDays(shown, today));
  const [sources, setSources] = useState(SOURCES);
  const toggle = (source: Source) => setSources(SOURCES.filter((one) => (one === source) !== sources.includes(one)));
  const ask = async () => {
    const { data, error } = await client.mutation(ReadAgainDocument, { input: { ...range, sources } });
    if (!data) return error ? failureText(error, texts) : texts.states.failed;
    if (data.requestSync.error) return <span data-said="">{data.requestSync.error.message}</span>;
    again();
    tell(words.asked(data.requestSync.days));
    return null;
  };
  return (
    <Asking
      title={words.readAgainTitle}
      hint={words.readAgainHint}
      submit={words.readAgainNow}
      isReady={sources.length > 0}
      ask={ask}
      close={close}
    >
      <DaysFields labels={closing} range={range} latest={today} choose={setRange} />
      <fieldset className="of-lists">
        <legend className="note">{words.lists}</legend>
        {SOURCES.map((source) => (
          <label key={source} className="choice">
            <input type="checkbox" checked={sources.includes(source)} onChange={() => toggle(source)} />
            {codes.source[source]}
          </label>
        ))}
        {sources.length === 0 && <span className="note">{words.chooseOne}</span>}
      </fieldset>
    </Asking>
  );
}

export function ReadAgain({ shown, again }: ReadAgainProps) {
  const { coverage: words } = useTexts();
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <button type="button" className="button" onClick={() => setIsAsking(true)}>
        {words.readAgain}
      </button>
      {isAsking && <ReadAgainDialogue shown={shown} again={again} close={() => setIsAsking(false)} />}
    </>
  );
}
