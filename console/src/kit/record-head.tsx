// Beside the name of a list of 내역: the other lists, and the report of the range that is looked at.

import { useSearchParams } from "wouter";
import { addressOf } from "../routes";
import { useTexts } from "../texts/language";
import { rangeOf } from "./address";
import { RecordTabs } from "./record-tabs";
import { Shape } from "./shapes";

export function RecordHead() {
  const { reports: words } = useTexts();
  const [params] = useSearchParams();
  const range = rangeOf(params);
  return (
    <>
      <RecordTabs />
      <span className="space" />
      {range && (
        <a
          className="button"
          href={addressOf.report(range.from, range.to, "xlsx", { m: params.get("m") ?? "" })}
          download
        >
          <Shape name="sheet" />
          {words.ofRange}
        </a>
      )}
    </>
  );
}
