// Joins language, theme, session and routes. The only file that knows all pages.

import "./look/tokens.css";
import "./look/base.css";
import "./look/kit.css";
import "./look/rows.css";
import "./look/states.css";
import "./look/filters.css";
import "./look/find.css";
import "./look/frame.css";
import "./look/frame-narrow.css";
import "./look/toast.css";
import "./look/print.css";

import { lazy, StrictMode, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { I18nProvider } from "react-aria-components";
import { createRoot } from "react-dom/client";
import { Provider } from "urql";
import { Link, Route, Router, Switch } from "wouter";
import { Frame } from "./frame/frame";
import { Dialogue } from "./kit/dialogue";
import { Empty } from "./kit/states";
import { chosenTheme, showTheme } from "./kit/theme";
import { Title } from "./kit/title";
import { Toast } from "./kit/toast";
import { BASE, routes } from "./routes";
import { askAgain, client } from "./server/client";
import { session, signIn, tokenOfAddress } from "./server/session";
import { SignInForm, SignInPage } from "./sign-in/page";
import { Speaking, useSpoken } from "./texts/language";
import ToCheckPage from "./to-check/page";

const CancelsPage = lazy(() => import("./cancels/page"));
const PaymentsPage = lazy(() => import("./payments/page"));
const SettlementsPage = lazy(() => import("./settlements/page"));
const TransactionsPage = lazy(() => import("./transactions/page"));
const PayoutsPage = lazy(() => import("./payouts/page"));
const PeriodPage = lazy(() => import("./period/page"));
const CoveragePage = lazy(() => import("./coverage/page"));
const ReportsPage = lazy(() => import("./reports/page"));
const SettingsPage = lazy(() => import("./settings/page"));
const PaymentPage = lazy(() => import("./payment/page"));

function NotFound() {
  const { texts } = useSpoken();
  return (
    <div className="card">
      <Title name={texts.pages.notFound} hidden />
      <Empty title={texts.pages.notFound}>
        <Link className="button" href={routes.toCheck}>
          {texts.states.home}
        </Link>
      </Empty>
    </div>
  );
}

/** The page, and the sign-in before it or over it. */
function Pages() {
  const { texts, language } = useSpoken();
  const standing = useSyncExternalStore(session.subscribe, session.standing);
  if (standing === "out") return <SignInPage />;
  return (
    <I18nProvider locale={language === "ko" ? "ko-KR" : "en-US"}>
      <Frame>
        <Suspense fallback={null}>
          <Switch>
            <Route path={routes.toCheck} component={ToCheckPage} />
            <Route path={routes.payments} component={PaymentsPage} />
            <Route path={routes.payment} component={PaymentPage} />
            <Route path={routes.transactions} component={TransactionsPage} />
            <Route path={routes.settlements} component={SettlementsPage} />
            <Route path={routes.payouts} component={PayoutsPage} />
            <Route path={routes.period} component={PeriodPage} />
            <Route path={routes.cancels} component={CancelsPage} />
            <Route path={routes.coverage} component={CoveragePage} />
            <Route path={routes.reports} component={ReportsPage} />
            <Route path={routes.settings} component={SettingsPage} />
            <Route component={NotFound} />
          </Switch>
        </Suspense>
      </Frame>
      <Toast />
      <Dialogue title={texts.signIn.title} isOpen={standing === "ended"} dismissable={false} onClose={() => {}}>
        <SignInForm intro={texts.signIn.ended} />
      </Dialogue>
    </I18nProvider>
  );
}

/** Signs in by a demo's own address before anything is asked. */
function Console() {
  const [token] = useState(tokenOfAddress);
  const [isReady, setIsReady] = useState(token === undefined);
  useEffect(() => {
    if (token === undefined) return;
    void signIn(token).then((outcome) => {
      if (outcome.is === "in") askAgain();
      setIsReady(true);
    });
  }, [token]);
  return isReady ? <Pages /> : null;
}

showTheme(chosenTheme());

/** After an upgrade a chunk of the old page is gone: the page is loaded anew, once, unless somebody is in a dialogue. */
addEventListener("vite:preloadError", (event) => {
  if (document.querySelector("[role=dialog]") || sessionStorage.getItem("reloaded") === location.href) return;
  event.preventDefault();
  sessionStorage.setItem("reloaded", location.href);
  location.reload();
});

const place = document.getElementById("console");
if (place) {
  createRoot(place).render(
    <StrictMode>
      <Provider value={client}>
        <Speaking>
          <Router base={BASE}>
            <Console />
          </Router>
        </Speaking>
      </Provider>
    </StrictMode>,
  );
}
