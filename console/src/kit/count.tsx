// How many rows a list has, asked for apart so that it never holds the rows up.

import { digits } from "../figures/money";
import { useTexts } from "../texts/language";

export function Count({ of }: { of: number | null | undefined }) {
  const { states } = useTexts();
  return of == null ? null : <span className="muted nowrap count">{states.count(of, digits(String(of)))}</span>;
}
