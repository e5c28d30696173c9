// The merchant that the console looks at, in `?m=`, kept from page to page.

import { useSearchParams } from "wouter";

export interface Looking {
  mId: string | undefined;
  /** An address with the merchant in it. */
  keep: (address: string) => string;
}

export function useMerchant(): Looking {
  const [params] = useSearchParams();
  const mId = params.get("m") ?? undefined;
  const keep = (address: string) => {
    if (!mId) return address;
    const [path = "", search = ""] = address.split("?");
    const kept = new URLSearchParams(search);
    kept.set("m", mId);
    return `${path}?${kept}`;
  };
  return { mId, keep };
}
