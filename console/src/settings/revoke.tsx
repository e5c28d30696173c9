// Takes an access token back, once its name was typed.

import { type FormEvent, useId, useState } from "react";
import { useClient } from "urql";
import { Dialogue } from "../kit/dialogue";
import { Shape } from "../kit/shapes";
import { tell } from "../kit/toast";
import { RevokeTokenDocument } from "../server/generated/graphql";
import { useTexts } from "../texts/language";

export function RevokeDialogue({ name, close }: { name: string; close: () => void }) {
  const texts = useTexts();
  const { settings: words } = texts;
  const client = useClient();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || typed !== name) return;
    setBusy(true);
    const { data } = await client.mutation(RevokeTokenDocument, { name });
    setBusy(false);
    if (!data) return setTold(texts.states.failed);
    if (!data.revokeToken) return setTold(words.notThere);
    close();
    tell(words.revokedNow(name));
  };
  return (
    <Dialogue title={words.revokeTitle(name)} isOpen onClose={close} dismissable={!busy}>
      <form className="cancel-form" onSubmit={submit}>
        <p>{words.revokeHint}</p>
        <div className="field">
          <label htmlFor={id}>{words.typeName(name)}</label>
          <input
            id={id}
            value={typed}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
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
          <button type="submit" className="button danger" disabled={busy || typed !== name}>
            {busy ? texts.states.busy : words.revoke}
          </button>
        </div>
      </form>
    </Dialogue>
  );
}
