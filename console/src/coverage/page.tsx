// 수집 현황: through which day Toss's lists were read, of each merchant, which days are missing, and what is wrong with some.

import { useQuery } from "urql";
import { age, longDay, minute, todayInSeoul } from "../figures/days";
import { Day } from "../kit/figure";
import { useMerchant } from "../kit/merchant";
import { Shape } from "../kit/shapes";
import { FailureBanner, SkeletonLines } from "../kit/states";
import { Title } from "../kit/title";
import { failureText } from "../server/failure";
import { CoverageOfListsDocument } from "../server/generated/graphql";
import { useEveryMinute } from "../server/live";
import { useViewer, worksAtDesk } from "../server/viewer";
import { word } from "../texts/codes";
import { useSpoken, useTexts } from "../texts/language";
import { ReadAgain } from "./read-again";
import { type Covered, type DayState, stripOf } from "./strip";
import "./coverage.css";

const STATES = ["read", "gap", "fault", "open"] as const;

function Legend() {
  const { coverage: words } = useTexts();
  return (
    <p className="coverage-legend note" aria-hidden="true">
      {STATES.map((is) => (
        <span key={is}>
          <i className={`day ${is}`} /> {words.states[is]}
        </span>
      ))}
    </p>
  );
}

function Strip({ of }: { of: Covered }) {
  const { language } = useSpoken();
  const { coverage: words } = useTexts();
  const days = stripOf(of, todayInSeoul());
  const name = (is: DayState) => (is === "none" ? words.before : words.states[is]);
  return (
    <div className="strip" aria-hidden="true">
      {days.map(({ day, is }) => (
        <i
          key={day}
          className={`day ${is} ${day.endsWith("-01") ? "first" : ""}`}
          title={`${longDay(day, language)} ${name(is)}`}
        />
      ))}
    </div>
  );
}

/** What is missing and what is wrong, in words. */
function Problems({ of }: { of: Covered }) {
  const { coverage: words } = useTexts();
  if (of.gaps.length === 0 && of.faults.length === 0) return null;
  return (
    <ul className="problems">
      {of.gaps.map(({ from, to }) => (
        <li key={from}>
          <Shape name="dashed" size={14} />
          <span>
            <strong>{words.states.gap}</strong> <Day of={from} long />
            {from !== to && (
              <>
                {" ~ "}
                <Day of={to} long />
              </>
            )}
          </span>
        </li>
      ))}
      {of.faults.map((fault) => (
        <li key={`${fault.day} ${fault.code}`}>
          <Shape name="alert" size={14} />
          <span>
            <strong>{word(words.faults, fault.code, words.states.fault)}</strong> <Day of={fault.day} long />
            <span className="note" data-said="">
              {fault.message}
            </span>
            <span className="note">
              {fault.nextAttemptAt ? words.nextAttempt(minute(fault.nextAttemptAt)) : words.notByItself}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function List({ of }: { of: Covered }) {
  const texts = useTexts();
  const { coverage: words, codes } = texts;
  return (
    <section className="covered">
      <div className="covered-head">
        <h3>{word(codes.source, of.source, of.source)}</h3>
        <p>
          {of.from && of.through ? words.readFrom(of.from, of.through) : of.unavailable ? "–" : words.nothing}
          <span className="note">{of.lastReadAt ? words.lastRead(texts.ages(age(of.lastReadAt))) : words.never}</span>
        </p>
      </div>
      {of.unavailable ? (
        <p className="banner quiet">
          <Shape name="dashed" />
          {texts.freshness.unavailable}
        </p>
      ) : (
        <Strip of={of} />
      )}
      <Problems of={of} />
    </section>
  );
}

export default function CoveragePage() {
  const texts = useTexts();
  const { mId } = useMerchant();
  const mayAsk = worksAtDesk(useViewer());
  const [{ data, error, fetching }, ask] = useQuery({ query: CoverageOfListsDocument });
  const again = () => ask({ requestPolicy: "network-only" });
  useEveryMinute(again);
  const shown = data?.coverage.filter((row) => mId === undefined || row.mId === mId) ?? [];
  const merchants = [...new Set(shown.map((row) => row.mId))];
  return (
    <>
      <div className="page-head">
        <Title name={texts.pages.coverage} />
        <span className="space" />
        <Legend />
        {mayAsk && data && <ReadAgain shown={shown} again={again} />}
      </div>
      {error && <FailureBanner said={failureText(error, texts)} retry={again} />}
      <div className="coverage" aria-busy={fetching && !data}>
        {!data && !error && <SkeletonLines lines={6} />}
        {merchants.map((merchant) => (
          <article key={merchant} className="card part">
            <h2 translate="no">{merchant}</h2>
            {shown
              .filter((row) => row.mId === merchant)
              .map((row) => (
                <List key={row.source} of={row} />
              ))}
          </article>
        ))}
      </div>
    </>
  );
}
