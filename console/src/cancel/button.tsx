// The button that opens the dialogue, or why there is none.

import { useState } from "react";
import { useQuery } from "urql";
import { useKeys } from "../kit/keys";
import { CancelOfferDocument } from "../server/generated/graphql";
import { cancelError } from "../texts/cancel";
import { useTexts } from "../texts/language";
import { CancelDialogue } from "./cancel";
import type { Offer } from "./form";

interface CancelButtonProps {
  paymentKey: string;
  /** Nothing is decided by what may have changed. */
  stale: boolean;
}

export function CancelButton({ paymentKey, stale }: CancelButtonProps) {
  const { cancel: words } = useTexts();
  const [{ data }] = useQuery({ query: CancelOfferDocument, variables: { paymentKey } });
  const [open, setOpen] = useState<Offer>();
  const offer = data?.payment;
  const may = offer?.viewerCanCancel.allowed === true && !stale;
  useKeys({ c: () => may && setOpen(offer) });
  if (!offer) return null;
  const reason = offer.viewerCanCancel.reasons[0];
  return (
    <>
      {may || stale ? (
        <button
          type="button"
          className="button danger"
          disabled={stale}
          title={stale ? words.stale : undefined}
          onClick={() => setOpen(offer)}
        >
          {words.open}
        </button>
      ) : (
        reason && (
          <span className="note why-not" data-said={words.errors[reason.code] ? undefined : ""}>
            {cancelError(words, reason)}
          </span>
        )
      )}
      {open && <CancelDialogue offer={open} close={() => setOpen(undefined)} />}
    </>
  );
}
