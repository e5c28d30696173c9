// The one merchant and currency whose books are looked at: nothing is added across either.

interface OfBook {
  mId: string;
  currency: string;
}

export interface Book {
  merchants: string[];
  merchant: string | undefined;
  currencies: string[];
  currency: string | undefined;
}

/** What merchants and currencies there are to choose from, and the one of each that is looked at: won where there is won. */
export function bookOf(entries: readonly OfBook[], mId: string | undefined, currency: string | undefined): Book {
  const merchants = [...new Set(entries.map((entry) => entry.mId))].sort();
  const merchant = mId ?? merchants[0];
  const ofMerchant = entries.filter((entry) => entry.mId === merchant);
  const currencies = [...new Set(ofMerchant.map((entry) => entry.currency))].sort();
  const chosen =
    currency && currencies.includes(currency) ? currency : (currencies.find((one) => one === "KRW") ?? currencies[0]);
  return { merchants, merchant, currencies, currency: chosen };
}

/** Whether an entry is of the book that is looked at. */
export function isOf(book: Book) {
  return (entry: OfBook): boolean => entry.mId === book.merchant && entry.currency === book.currency;
}
