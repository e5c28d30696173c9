// The pages that the menu leads to: all of them in the bar, and at the thumb the first few, with the others behind one button.

import type { ReactNode } from "react";
import { Button, Dialog, DialogTrigger, Popover } from "react-aria-components";
import { useQuery } from "urql";
import { Link, useLocation } from "wouter";
import { given, only } from "../kit/address";
import { useMerchant } from "../kit/merchant";
import { Shape } from "../kit/shapes";
import { menu, routes } from "../routes";
import { TalliesDocument } from "../server/generated/graphql";
import { useEveryMinute } from "../server/live";
import { useTexts } from "../texts/language";

/** The other lists behind 내역. */
const RECORDS: string[] = [routes.transactions, routes.settlements];

/** Whether a menu's page is the one at an address: itself, or what lies below it. */
function isAt(address: string, location: string): boolean {
  if (address === routes.payments && RECORDS.includes(location)) return true;
  return address === "/" ? location === "/" : location === address || location.startsWith(`${address}/`);
}

type Entry = (typeof menu)[number];

/** Whatever is done about one of these changes a count. */
const COUNTED = { additionalTypenames: ["Discrepancy", "CancelRequest"] };

/** How many items wait for somebody behind an entry, where that is counted. */
function useTallies(): (page: Entry["page"]) => number | null | undefined {
  const { mId } = useMerchant();
  const of = given({ mId: only(mId) });
  const [{ data }, again] = useQuery({
    query: TalliesDocument,
    variables: {
      wrong: { ...of, severity: ["ERROR"] },
      open: { ...of, status: ["AWAITING_APPROVAL", "UNKNOWN", "NEEDS_OPERATOR"] },
    },
    context: COUNTED,
  });
  useEveryMinute(() => again({ requestPolicy: "network-only" }));
  return (page) => (page === "toCheck" || page === "cancels" ? data?.[page].totalCount : undefined);
}

function Tally({ of }: { of: number | null | undefined }) {
  if (!of) return null;
  return <span className="tally">{of}</span>;
}

interface MenuProps {
  of?: readonly Entry[];
  chosen?: () => void;
  children: (entry: Entry) => ReactNode;
}

function Menu({ of = menu, chosen, children }: MenuProps) {
  const [location] = useLocation();
  const { keep } = useMerchant();
  return of.map((entry) => (
    <Link
      key={entry.page}
      href={keep(entry.address)}
      aria-current={isAt(entry.address, location) ? "page" : undefined}
      onClick={chosen}
    >
      {children(entry)}
    </Link>
  ));
}

/** How many stand at the thumb. */
const AT_THUMB = 3;

/** All of them, in the bar. */
export function TopMenu() {
  const texts = useTexts();
  const tally = useTallies();
  return (
    <nav className="menu" aria-label={texts.frame.main}>
      <Menu>
        {({ page }) => (
          <>
            {texts.pages[page]} <Tally of={tally(page)} />
          </>
        )}
      </Menu>
    </nav>
  );
}

export function BottomBar() {
  const texts = useTexts();
  const entry = ({ page, shape }: Entry) => (
    <>
      <Shape name={shape} size={20} />
      {texts.pages[page]}
    </>
  );
  return (
    <nav className="bottom-bar" aria-label={texts.frame.main}>
      <Menu of={menu.slice(0, AT_THUMB)}>{entry}</Menu>
      <DialogTrigger>
        <Button>
          <Shape name="more" size={20} />
          {texts.frame.more}
        </Button>
        <Popover className="popover" placement="top end">
          <Dialog className="more-menu" aria-label={texts.frame.more}>
            {({ close }) => (
              <Menu of={menu.slice(AT_THUMB)} chosen={close}>
                {entry}
              </Menu>
            )}
          </Dialog>
        </Popover>
      </DialogTrigger>
    </nav>
  );
}
