// Who is signed in, and what they may set for themselves.

import { useState } from "react";
import { Button, Dialog, DialogTrigger, Popover } from "react-aria-components";
import { singleKeysOn, switchSingleKeys } from "../kit/keys";
import { Shape } from "../kit/shapes";
import { signOut } from "../server/session";
import { word } from "../texts/codes";
import { useSpoken } from "../texts/language";
import { chooseTheme, chosenTheme, type Theme } from "./theme";

export interface Person {
  name: string;
  role: string;
}

const THEMES: Theme[] = ["auto", "light", "dark"];

export function Account({ person, showKeys }: { person: Person | undefined; showKeys: () => void }) {
  const { texts, language, choose } = useSpoken();
  const [theme, setTheme] = useState(chosenTheme);
  const [single, setSingle] = useState(singleKeysOn);
  const role = person ? word(texts.codes.role, person.role, person.role) : "";
  return (
    <DialogTrigger>
      <Button className="person">
        <Shape name="person" />
        <span className="hidden-text">{texts.frame.account}</span>
        <span className="name" translate="no">
          {person?.name}
        </span>
        <span className="role muted">{role}</span>
        <Shape name="down" size={12} />
      </Button>
      <Popover className="popover" placement="bottom end">
        <Dialog className="account-menu" aria-label={texts.frame.account}>
          {({ close }) => (
            <>
              <p>
                <strong translate="no">{person?.name}</strong> <span className="muted">{role}</span>
              </p>
              <fieldset className="field">
                <legend className="note">{texts.frame.language}</legend>
                <div className="choices">
                  <button
                    type="button"
                    lang="ko"
                    translate="no"
                    aria-pressed={language === "ko"}
                    onClick={() => choose("ko")}
                  >
                    한국어
                  </button>
                  <button type="button" lang="en" aria-pressed={language === "en"} onClick={() => choose("en")}>
                    English
                  </button>
                </div>
              </fieldset>
              <fieldset className="field">
                <legend className="note">{texts.frame.theme}</legend>
                <div className="choices">
                  {THEMES.map((one) => (
                    <button
                      type="button"
                      key={one}
                      aria-pressed={theme === one}
                      onClick={() => {
                        setTheme(one);
                        chooseTheme(one);
                      }}
                    >
                      {texts.frame.themes[one]}
                    </button>
                  ))}
                </div>
              </fieldset>
              <label>
                <input
                  type="checkbox"
                  checked={single}
                  onChange={(event) => {
                    setSingle(event.target.checked);
                    switchSingleKeys(event.target.checked);
                  }}
                />{" "}
                {texts.frame.singleKeys}
              </label>
              <button
                type="button"
                className="button"
                onClick={() => {
                  close();
                  showKeys();
                }}
              >
                {texts.frame.keys}
              </button>
              <button type="button" className="button" onClick={() => void signOut()}>
                {texts.frame.signOut}
              </button>
            </>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
