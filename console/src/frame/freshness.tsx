// The strip under the bar: how far Toss's lists were read, what is missing, and how long ago it was looked.

import { Link } from "wouter";
import { age } from "../figures/days";
import { useMerchant } from "../kit/merchant";
import { Shape } from "../kit/shapes";
import { routes } from "../routes";
import type { Reach, SourceReach } from "../server/reach";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";

const SHOWN_DAYS = 3;

export function Freshness({ reach }: { reach: Reach | undefined }) {
  const texts = useTexts();
  const { freshness, codes } = texts;
  const { keep } = useMerchant();
  const days = (all: string[]) =>
    all.slice(0, SHOWN_DAYS).join(", ") + (all.length > SHOWN_DAYS ? freshness.more(all.length - SHOWN_DAYS) : "");
  const partial = reach?.sources.some((one) => one.gapDays.length > 0 || one.faultDays.length > 0) ?? false;
  const name = (one: SourceReach) => word(codes.source, one.source, one.source);
  return (
    <section className={`freshness ${partial ? "partial" : ""}`} aria-label={freshness.label}>
      <div>
        {reach?.sources.map((one) => (
          <span key={one.source}>
            {one.through ? freshness.through(name(one), one.through.slice(5)) : freshness.nothing(name(one))}
          </span>
        ))}
        {reach?.unavailable && <span>{freshness.unavailable}</span>}
        {reach?.sources
          .filter((one) => one.gapDays.length > 0)
          .map((one) => (
            <span className="gap" key={`gap ${one.source}`}>
              <Shape name="dashed" size={12} />
              {freshness.gaps(name(one), days(one.gapDays))}
            </span>
          ))}
        {reach?.sources
          .filter((one) => one.faultDays.length > 0)
          .map((one) => (
            <span className="gap" key={`fault ${one.source}`}>
              <Shape name="alert" size={12} />
              {freshness.faults(days(one.faultDays))}
            </span>
          ))}
        {partial && <Link href={keep(routes.coverage)}>{texts.pages.coverage}</Link>}
        {reach && <span>{reach.lastReadAt ? freshness.read(texts.ages(age(reach.lastReadAt))) : freshness.never}</span>}
      </div>
    </section>
  );
}
