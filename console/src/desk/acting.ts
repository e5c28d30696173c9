// Asks the API for a step at the desk. Nothing is asked twice by itself.

import type { Client } from "@urql/core";
import { useClient } from "urql";
import { answeredAt } from "../server/client";
import {
  AcknowledgeDiscrepanciesDocument,
  AssignDiscrepanciesDocument,
  NoteDiscrepanciesDocument,
  ReopenDiscrepanciesDocument,
} from "../server/generated/graphql";
import type { Act, OnDesk } from "./steps";
import { heldBefore } from "./steps";

export interface Typed {
  note: string;
  /** Until when it may stay so. */
  until: string;
  /** Empty for nobody. */
  assignee: string;
}

interface Answered {
  data?: { answer: { error?: { message: string } | null } } | undefined;
}

export type Outcome = { is: "done" } | { is: "refused"; message: string } | { is: "lost" };

function outcome({ data }: Answered): Outcome {
  if (!data) return { is: "lost" };
  return data.answer.error ? { is: "refused", message: data.answer.error.message } : { is: "done" };
}

interface Wanted {
  act: Act;
  ids: string[];
  typed: Typed;
  /** When these were seen to stand as they are shown. */
  seenAt: string | undefined;
}

async function carryOut(client: Client, { act, ids, typed, seenAt }: Wanted): Promise<Outcome> {
  const note = typed.note.trim();
  switch (act) {
    case "acknowledge": {
      const input = { ids, note, until: typed.until || null, seenAt };
      return outcome(await client.mutation(AcknowledgeDiscrepanciesDocument, { input }));
    }
    case "assign": {
      const input = { ids, assignee: typed.assignee.trim() || null, seenAt };
      return outcome(await client.mutation(AssignDiscrepanciesDocument, { input }));
    }
    case "note":
      return outcome(await client.mutation(NoteDiscrepanciesDocument, { input: { ids, note } }));
    case "reopen":
      return outcome(
        await client.mutation(ReopenDiscrepanciesDocument, { input: { ids, note: note || null, seenAt } }),
      );
  }
}

/** What takes a step back; undefined where nothing does. */
function undoing(client: Client, act: Act, of: readonly OnDesk[]): (() => Promise<Outcome>) | undefined {
  const ids = of.map((one) => one.id);
  if (act === "acknowledge") {
    return async () => outcome(await client.mutation(ReopenDiscrepanciesDocument, { input: { ids } }));
  }
  if (act !== "assign") return undefined;
  return async () => {
    let last: Outcome = { is: "done" };
    for (const [assignee, held] of heldBefore(of)) {
      const input = { ids: held, assignee, seenAt: answeredAt() };
      last = outcome(await client.mutation(AssignDiscrepanciesDocument, { input }));
      if (last.is !== "done") return last;
    }
    return last;
  };
}

/** Carries out a step for several discrepancies, as they stood at `seenAt`. */
export function useActing(act: Act, of: readonly OnDesk[], seenAt: string | undefined) {
  const client = useClient();
  return {
    carryOut: (typed: Typed) => carryOut(client, { act, ids: of.map((one) => one.id), typed, seenAt }),
    undo: undoing(client, act, of),
  };
}
