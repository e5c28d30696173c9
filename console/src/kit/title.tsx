// A page's one heading. After a change of page the focus goes to it, and the page is announced.

import { type ReactNode, useEffect, useRef } from "react";
import { useTexts } from "../texts/language";
import { announce } from "./announce";

let isFirstPage = true;

export function Title({ name, children, hidden = false }: { name: string; children?: ReactNode; hidden?: boolean }) {
  const texts = useTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${name} – ${texts.product}`;
  }, [name, texts]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each page, not for each language
  useEffect(() => {
    if (!isFirstPage) {
      heading.current?.focus({ preventScroll: true });
      window.scrollTo(0, 0);
      announce(texts.frame.opened(name));
    }
    isFirstPage = false;
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1} className={hidden ? "hidden-text" : undefined}>
      {children ?? name}
    </h1>
  );
}
