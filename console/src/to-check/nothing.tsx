// The page that finance works for. The check mark stands only where everything was read.

import { Empty } from "../kit/states";
import { useReach } from "../server/reach";
import { useTexts } from "../texts/language";

export function NothingToCheck() {
  const { toCheck } = useTexts();
  const reach = useReach();
  if (!reach) return null;
  if (reach.unavailable) return <Empty mark={{ tone: "open", shape: "dashed" }} title={toCheck.testKey} />;
  if (!reach.isWhole) {
    return (
      <Empty mark={{ tone: "open", shape: "dashed" }} title={toCheck.goodSoFar}>
        <p className="muted">{toCheck.notAllRead}</p>
      </Empty>
    );
  }
  const through = reach.sources.flatMap((one) => (one.through ? [one.through] : [])).sort()[0];
  return (
    <Empty mark={{ tone: "good", shape: "check" }} title={toCheck.good}>
      {through && <p className="muted">{toCheck.goodThrough(through)}</p>}
    </Empty>
  );
}
