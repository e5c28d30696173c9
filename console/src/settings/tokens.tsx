// The access tokens: who they stand for, what they may, and when they were used last.

import { useState } from "react";
import { useQuery } from "urql";
import { Badge } from "../kit/badge";
import { Instant } from "../kit/figure";
import { type Column, ListRows } from "../kit/list-page";
import { FailureBanner } from "../kit/states";
import { failureText } from "../server/failure";
import { TokensDocument, type TokensQuery } from "../server/generated/graphql";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";
import { CreateDialogue } from "./create";
import { RevokeDialogue } from "./revoke";

type Token = NonNullable<TokensQuery["tokens"]>[number];
type Row = Token & { id: string };

function useColumns(revoke: ((name: string) => void) | undefined): Column<Row>[] {
  const { settings: words, codes } = useTexts();
  const columns: Column<Row>[] = [
    { head: words.name, names: true, cell: (row) => <span translate="no">{row.name}</span> },
    { head: words.owner, is: "wide-only", cell: (row) => <span translate="no">{row.owner}</span> },
    { head: words.role, cell: (row) => word(codes.role, row.role, row.role) },
    {
      head: words.merchants,
      is: "wide-only",
      cell: (row) => (row.merchants ? <span translate="no">{row.merchants.join(", ")}</span> : words.everyMerchant),
    },
    { head: words.created, is: "wide-only", cell: (row) => <Instant of={row.createdAt} /> },
    {
      head: words.lastUsed,
      cell: (row) =>
        row.lastUsedAt ? <Instant of={row.lastUsedAt} /> : <span className="muted">{words.neverUsed}</span>,
    },
    {
      head: words.expires,
      is: "wide-only",
      cell: (row) =>
        row.expiresAt ? <Instant of={row.expiresAt} /> : <span className="muted">{words.neverExpires}</span>,
    },
    {
      head: words.state,
      is: "state",
      cell: (row) => {
        if (row.revokedAt) {
          return <Badge tone="open">{words.revoked(row.revokedAt.slice(0, 10))}</Badge>;
        }
        if (!revoke) return <Badge tone="quiet">{words.inForce}</Badge>;
        return (
          <button type="button" className="button" onClick={() => revoke(row.name)}>
            {words.revoke}
          </button>
        );
      },
    },
  ];
  return columns;
}

export function Tokens({ mayChange }: { mayChange: boolean }) {
  const texts = useTexts();
  const { settings: words } = texts;
  const [{ data, error }, ask] = useQuery({ query: TokensDocument });
  const [isCreating, setIsCreating] = useState(false);
  const [revoking, setRevoking] = useState<string>();
  const again = () => ask({ requestPolicy: "network-only" });
  const columns = useColumns(mayChange ? setRevoking : undefined);
  const rows = data?.tokens?.map((token) => ({ ...token, id: token.name }));
  return (
    <section className="card tokens">
      <div className="section-head">
        <h2>{words.tokens}</h2>
        <span className="space" />
        {mayChange && (
          <button type="button" className="button primary" onClick={() => setIsCreating(true)}>
            {words.create}
          </button>
        )}
      </div>
      {error && <FailureBanner said={failureText(error, texts)} retry={again} />}
      {!error && <ListRows rows={rows} columns={columns} />}
      {isCreating && (
        <CreateDialogue
          close={() => {
            setIsCreating(false);
            again();
          }}
        />
      )}
      {revoking && (
        <RevokeDialogue
          name={revoking}
          close={() => {
            setRevoking(undefined);
            again();
          }}
        />
      )}
    </section>
  );
}
