// Makes an access token. Its text is shown this once: it is kept in this dialogue alone, and gone when that closes.

import { type FormEvent, useId, useState } from "react";
import { useClient } from "urql";
import { oneOf } from "../kit/address";
import { Copy } from "../kit/copy";
import { Dialogue } from "../kit/dialogue";
import { Shape } from "../kit/shapes";
import { CreateTokenDocument, type Role } from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";
import "../cancel/cancel.css";

const ROLES: Role[] = ["VIEWER", "ACCOUNTANT", "ADMIN"];

interface Typed {
  name: string;
  owner: string;
  role: Role;
  merchants: string;
  days: string;
}

/** What was typed, as the API takes it; empty fields are left out. */
function inputOf({ name, owner, role, merchants, days }: Typed) {
  const ids = merchants
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  return {
    name: name.trim(),
    role,
    owner: owner.trim() || null,
    merchants: ids.length > 0 ? ids : null,
    expiresInDays: days.trim() ? Number(days.trim()) : null,
  };
}

function Secret({ secret, name, close }: { secret: string; name: string; close: () => void }) {
  const texts = useTexts();
  const { settings: words } = texts;
  return (
    <>
      <p className="banner warn">
        <Shape name="alert" />
        {words.onceHint}
      </p>
      <p className="secret">
        <code className="key" translate="no">
          {secret}
        </code>
        <Copy text={secret} what={words.token} />
      </p>
      <p className="note">{words.made(name)}</p>
      <div className="actions">
        <button type="button" className="button primary" onClick={close}>
          {texts.states.close}
        </button>
      </div>
    </>
  );
}

interface FieldProps {
  label: string;
  hint?: string;
  value: string;
  type: (text: string) => void;
  required?: boolean;
  isNumber?: boolean;
}

function Field({ label, hint, value, type, required, isNumber }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={value}
        required={required}
        autoComplete="off"
        spellCheck={false}
        inputMode={isNumber ? "numeric" : undefined}
        pattern={isNumber ? "[0-9]*" : undefined}
        onChange={(event) => type(event.target.value)}
      />
      {hint && <span className="note">{hint}</span>}
    </div>
  );
}

export function CreateDialogue({ close }: { close: () => void }) {
  const texts = useTexts();
  const { settings: words, codes } = texts;
  const client = useClient();
  const roleId = useId();
  const [typed, setTyped] = useState<Typed>({ name: "", owner: "", role: "VIEWER", merchants: "", days: "" });
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState<string>();
  const [secret, setSecret] = useState<string>();
  const type = (change: Partial<Typed>) => setTyped({ ...typed, ...change });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const { data } = await client.mutation(CreateTokenDocument, { input: inputOf(typed) });
    setBusy(false);
    const answer = data?.createToken;
    if (!answer) return setTold(texts.states.failed);
    if (answer.error) return setTold(word(words.refusals, answer.error.code, answer.error.message));
    setSecret(answer.secret ?? undefined);
  };
  return (
    <Dialogue title={words.createTitle} isOpen onClose={close} dismissable={false}>
      {secret ? (
        <Secret secret={secret} name={typed.name} close={close} />
      ) : (
        <form className="cancel-form" onSubmit={submit}>
          <Field label={words.name} value={typed.name} type={(name) => type({ name })} required />
          <div className="field">
            <label htmlFor={roleId}>{words.role}</label>
            <select
              id={roleId}
              value={typed.role}
              onChange={(event) => type({ role: oneOf(ROLES, event.target.value) ?? "VIEWER" })}
            >
              {ROLES.map((role) => (
                <option key={role} value={role}>
                  {codes.role[role]}
                </option>
              ))}
            </select>
          </div>
          <Field label={words.owner} hint={words.ownerHint} value={typed.owner} type={(owner) => type({ owner })} />
          <Field
            label={words.merchants}
            hint={words.merchantsHint}
            value={typed.merchants}
            type={(merchants) => type({ merchants })}
          />
          <Field label={words.days} hint={words.daysHint} value={typed.days} type={(days) => type({ days })} isNumber />
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
              {busy ? texts.states.busy : words.create}
            </button>
          </div>
        </form>
      )}
    </Dialogue>
  );
}
