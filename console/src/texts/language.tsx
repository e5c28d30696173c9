// Which language is spoken: the one chosen, else the browser's, else Korean.

import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { en } from "./en";
import { ko, type Texts } from "./ko";

export type Language = "ko" | "en";

interface Spoken {
  language: Language;
  texts: Texts;
  choose: (language: Language) => void;
}

const KEY = "language";

function initial(): Language {
  const chosen = localStorage.getItem(KEY);
  if (chosen === "ko" || chosen === "en") return chosen;
  const preferred = navigator.languages.find((tag) => /^(ko|en)\b/.test(tag));
  return preferred?.startsWith("en") ? "en" : "ko";
}

let current: Language = initial();

/** For what is not part of the page: headers of requests. */
export function currentLanguage(): Language {
  return current;
}

const Context = createContext<Spoken>({ language: current, texts: ko, choose: () => {} });

export function Speaking({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(current);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const spoken = useMemo(
    () => ({
      language,
      texts: language === "ko" ? ko : en,
      choose: (chosen: Language) => {
        current = chosen;
        localStorage.setItem(KEY, chosen);
        setLanguage(chosen);
      },
    }),
    [language],
  );
  return <Context value={spoken}>{children}</Context>;
}

export function useSpoken(): Spoken {
  return useContext(Context);
}

export function useTexts(): Texts {
  return useContext(Context).texts;
}
