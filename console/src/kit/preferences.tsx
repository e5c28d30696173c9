// What everybody sets for themselves, kept in this browser: language, light or dark, and single-letter keys.

import { useState } from "react";
import { useSpoken } from "../texts/language";
import { singleKeysOn, switchSingleKeys } from "./keys";
import { chooseTheme, chosenTheme, type Theme } from "./theme";

const THEMES: Theme[] = ["auto", "light", "dark"];

export function Preferences() {
  const { texts, language, choose } = useSpoken();
  const [theme, setTheme] = useState(chosenTheme);
  const [single, setSingle] = useState(singleKeysOn);
  return (
    <>
      <fieldset className="field">
        <legend className="note">{texts.frame.language}</legend>
        <div className="choices">
          <button type="button" lang="ko" translate="no" aria-pressed={language === "ko"} onClick={() => choose("ko")}>
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
    </>
  );
}
