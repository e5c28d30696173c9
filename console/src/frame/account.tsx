// Who is signed in, and what they may set for themselves.

import { Button, Dialog, DialogTrigger, Popover } from "react-aria-components";
import { Link } from "wouter";
import { useMerchant } from "../kit/merchant";
import { Preferences } from "../kit/preferences";
import { Shape } from "../kit/shapes";
import { routes } from "../routes";
import { signOut } from "../server/session";
import { word } from "../texts/codes";
import { useTexts } from "../texts/language";

export interface Person {
  name: string;
  role: string;
}

export function Account({ person, showKeys }: { person: Person | undefined; showKeys: () => void }) {
  const texts = useTexts();
  const { keep } = useMerchant();
  const role = person ? word(texts.codes.role, person.role, person.role) : "";
  return (
    <DialogTrigger>
      <Button className="person">
        <Shape name="person" />
        <span className="hidden-text">{texts.frame.account}</span>
        <span className="name" translate="no">
          {person?.name}
        </span>
        <span className="role muted">{role}</span>
        <Shape name="down" size={12} />
      </Button>
      <Popover className="popover" placement="bottom end">
        <Dialog className="account-menu" aria-label={texts.frame.account}>
          {({ close }) => (
            <>
              <p>
                <strong translate="no">{person?.name}</strong> <span className="muted">{role}</span>
              </p>
              <Preferences />
              <Link className="button" href={keep(routes.settings)} onClick={close}>
                {texts.pages.settings}
              </Link>
              <button
                type="button"
                className="button"
                onClick={() => {
                  close();
                  showKeys();
                }}
              >
                {texts.frame.keys}
              </button>
              <button type="button" className="button" onClick={() => void signOut()}>
                {texts.frame.signOut}
              </button>
            </>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
