// 설정: what everybody sets for themselves; for those who may, the access tokens and the audit log.

import { useState } from "react";
import { Dialogue } from "../kit/dialogue";
import { Preferences } from "../kit/preferences";
import { Title } from "../kit/title";
import { signOut } from "../server/session";
import { useViewer, worksAtDesk } from "../server/viewer";
import { useTexts } from "../texts/language";
import { Audit } from "./audit";
import { Tokens } from "./tokens";
import "../look/records.css";
import "./settings.css";

function Mine() {
  const texts = useTexts();
  const { settings: words } = texts;
  const [isSure, setIsSure] = useState(false);
  return (
    <section className="card part mine">
      <h2>{words.mine}</h2>
      <Preferences />
      <button type="button" className="button" onClick={() => setIsSure(true)}>
        {words.signOutEverywhere}
      </button>
      <Dialogue title={words.signOutTitle} isOpen={isSure} onClose={() => setIsSure(false)}>
        <p>{words.signOutHint}</p>
        <div className="actions">
          <button type="button" className="button" onClick={() => setIsSure(false)}>
            {texts.states.close}
          </button>
          <button type="button" className="button primary" onClick={() => void signOut(true)}>
            {words.signOutEverywhere}
          </button>
        </div>
      </Dialogue>
    </section>
  );
}

export default function SettingsPage() {
  const texts = useTexts();
  const viewer = useViewer();
  return (
    <>
      <div className="page-head">
        <Title name={texts.pages.settings} />
      </div>
      <div className="settings">
        <Mine />
        {worksAtDesk(viewer) && (
          <div className="beside">
            <Tokens mayChange={viewer?.role === "ADMIN"} />
            <Audit />
          </div>
        )}
      </div>
    </>
  );
}
