// 보고서: the report of a period as a file, with what is missing from it named before.

import { useQuery } from "urql";
import { Day } from "../kit/figure";
import { useListAddress } from "../kit/list-page";
import { useMerchant } from "../kit/merchant";
import { periodOf } from "../kit/period";
import { PeriodChoice } from "../kit/period-choice";
import { Shape } from "../kit/shapes";
import { Title } from "../kit/title";
import { addressOf, type ReportFormat } from "../routes";
import { FrameDocument } from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";
import { type Unread, unreadOf } from "./unread";
import "./reports.css";

const FORMATS: ReportFormat[] = ["xlsx", "zip", "json"];

function UnreadDays({ of }: { of: readonly Unread[] }) {
  const { reports: words, codes } = useTexts();
  if (of.length === 0) {
    return (
      <p className="note unread">
        <Shape name="check" size={14} />
        {words.whole}
      </p>
    );
  }
  return (
    <div className="banner warn unread">
      <strong>
        <Shape name="dashed" size={14} /> {words.unread}
      </strong>
      <ul>
        {of.map((gap) => (
          <li key={`${gap.mId} ${gap.source} ${gap.from}`}>
            <span translate="no">{gap.mId}</span> {word(codes.source, gap.source, gap.source)}{" "}
            <Day of={gap.from} long />
            {gap.from !== gap.to && (
              <>
                {" ~ "}
                <Day of={gap.to} long />
              </>
            )}
          </li>
        ))}
      </ul>
      <span>{words.stillMade}</span>
    </div>
  );
}

export default function ReportsPage() {
  const texts = useTexts();
  const { reports: words } = texts;
  const { params } = useListAddress();
  const { mId } = useMerchant();
  const { range, basis } = periodOf(params);
  const [{ data }] = useQuery({ query: FrameDocument });
  const asked = { m: mId ?? "", basis: basis === "TRANSACTION" ? "" : basis };
  return (
    <>
      <div className="page-head">
        <Title name={texts.pages.reports} />
      </div>
      <PeriodChoice />
      {data && <UnreadDays of={unreadOf(data.coverage, range, mId)} />}
      <p className="muted report-intro">{words.intro}</p>
      <ul className="formats">
        {FORMATS.map((format) => (
          <li key={format} className="card">
            <Shape name="sheet" size={28} />
            <h2>{words.formats[format].name}</h2>
            <p className="muted">{words.formats[format].hint}</p>
            <a
              className={`button ${format === "xlsx" ? "primary" : ""}`}
              href={addressOf.report(range.from, range.to, format, asked)}
              download
            >
              {words.download(words.formats[format].name)}
            </a>
          </li>
        ))}
      </ul>
      <p className="note">{words.digests}</p>
      <p className="note">{words.oneAtATime}</p>
    </>
  );
}
