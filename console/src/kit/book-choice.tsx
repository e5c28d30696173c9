// Chooses the merchant and the currency whose books are looked at, where there are several.

import { useTexts } from "../texts/language";
import type { Book } from "./book";
import { useListAddress } from "./list-page";

export function BookChoice({ book }: { book: Book }) {
  const { frame, records } = useTexts();
  const { params, go } = useListAddress();
  return (
    <>
      {!params.get("m") && book.merchants.length > 1 && (
        <select
          className="control"
          aria-label={frame.merchant}
          value={book.merchant}
          onChange={(event) => go({ m: event.target.value })}
        >
          {book.merchants.map((one) => (
            <option key={one} translate="no">
              {one}
            </option>
          ))}
        </select>
      )}
      {book.currencies.length > 1 && (
        <select
          className="control"
          aria-label={records.currency}
          value={book.currency}
          onChange={(event) => go({ currency: event.target.value })}
        >
          {book.currencies.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      )}
    </>
  );
}
