// Signing in with a token: as a page of its own, and over the page when a session has ended.

import { type FormEvent, useEffect, useRef, useState } from "react";
import { Shape } from "../kit/shapes";
import { askAgain } from "../server/client";
import { type SignInOutcome, signIn } from "../server/session";
import type { Texts } from "../texts/ko";
import { useSpoken } from "../texts/language";
import "./sign-in.css";

function problem(outcome: SignInOutcome, { signIn: texts }: Texts): string | undefined {
  if (outcome.is === "in") return undefined;
  return outcome.is === "slow" ? texts.slow(outcome.seconds) : texts[outcome.is];
}

export function SignInForm({ intro }: { intro?: string }) {
  const { texts } = useSpoken();
  const field = useRef<HTMLInputElement>(null);
  const [busy, setBusy] = useState(false);
  const [told, setTold] = useState<string>();
  useEffect(() => field.current?.focus(), []);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const token = field.current?.value ?? "";
    if (!token.trim()) return field.current?.focus();
    setBusy(true);
    setTold(undefined);
    const outcome = await signIn(token);
    setBusy(false);
    if (outcome.is === "in") {
      if (field.current) field.current.value = "";
      return askAgain();
    }
    setTold(problem(outcome, texts));
    field.current?.select();
  };
  return (
    <form className="sign-in" onSubmit={submit}>
      {intro && <p>{intro}</p>}
      <div className="field">
        <label htmlFor="token">{texts.signIn.token}</label>
        <input
          ref={field}
          id="token"
          type="password"
          autoComplete="current-password"
          autoCapitalize="none"
          spellCheck={false}
          aria-describedby="token-hint"
          aria-invalid={told ? true : undefined}
        />
        <p id="token-hint" className="note">
          {texts.signIn.hint}
        </p>
      </div>
      {told && (
        <p className="banner bad" role="alert">
          <Shape name="alert" />
          {told}
        </p>
      )}
      <button type="submit" className="button primary" disabled={busy}>
        {busy ? texts.signIn.busy : texts.signIn.submit}
      </button>
    </form>
  );
}

export function SignInPage() {
  const { texts, language, choose } = useSpoken();
  useEffect(() => {
    document.title = `${texts.signIn.title} – ${texts.product}`;
  }, [texts]);
  return (
    <main className="sign-in-page">
      <div className="card">
        <svg className="sign-in-mark" viewBox="0 0 32 32" width="40" height="40" aria-hidden="true">
          <rect width="32" height="32" rx="8" fill="currentColor" />
          <path d="M8 12.5h16M8 19.5h16" stroke="var(--surface)" strokeWidth="3.2" strokeLinecap="round" />
        </svg>
        <h1>{texts.product}</h1>
        <SignInForm />
      </div>
      <p>
        <button
          type="button"
          className="button quiet"
          lang={language === "ko" ? "en" : "ko"}
          translate="no"
          onClick={() => choose(language === "ko" ? "en" : "ko")}
        >
          {language === "ko" ? "English" : "한국어"}
        </button>
      </p>
    </main>
  );
}
