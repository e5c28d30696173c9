//! People sign in with a browser.

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

use crate::support::{Shop, code, on_both_databases, until};

on_both_databases!(
    whoever_signs_in_asks_with_a_cookie_until_they_sign_out,
    another_sites_page_can_do_nothing_with_the_cookie,
    a_session_ends_with_its_token_and_by_itself,
    an_address_that_signs_in_with_many_wrong_tokens_is_turned_away,
);

const VIEWER: &str = "{ viewer { name role } }";

impl Shop {
    pub(crate) fn session(&self, method: Method) -> RequestBuilder {
        self.client().request(method, self.url("/session"))
    }

    /// The cookie of whoever signs in with this token.
    pub(crate) async fn signed_in(&self, token: &str) -> String {
        let answer = self
            .session(Method::POST)
            .json(&json!({ "token": token }))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        let cookie = set_cookie(&answer);
        assert!(
            cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"),
            "{cookie}"
        );
        let (cookie, _) = cookie.split_once(';').unwrap();
        assert!(cookie.starts_with("toss-recon="), "{cookie}");
        cookie.to_owned()
    }

    fn with_cookie(&self, cookie: &str) -> RequestBuilder {
        self.client()
            .post(self.url("/graphql"))
            .header("cookie", cookie)
            .json(&json!({ "query": VIEWER }))
    }

    /// The answer to a page of ours.
    async fn ask_with_cookie(&self, cookie: &str) -> Value {
        let request = self.with_cookie(cookie).header("x-toss-recon", "console");
        request.send().await.unwrap().json().await.unwrap()
    }

    /// Waits until a session has ended, which other processes may learn some seconds later.
    async fn until_signed_out(&self, cookie: &str) {
        until(async || {
            let answer = self.ask_with_cookie(cookie).await;
            answer
                .get("errors")
                .map(|_| assert_eq!(code(&answer), "UNAUTHENTICATED"))
        })
        .await;
    }
}

fn set_cookie(answer: &Response) -> String {
    answer.headers()["set-cookie"].to_str().unwrap().to_owned()
}

async fn whoever_signs_in_asks_with_a_cookie_until_they_sign_out(shop: Shop) {
    let cookie = shop.signed_in(&shop.viewer).await;
    let other = shop.signed_in(&shop.viewer).await;
    let of_admin = shop.signed_in(&shop.admin).await;
    assert_ne!(cookie, other);
    let viewer = json!({ "data": { "viewer": { "name": "test-viewer", "role": "VIEWER" } } });
    assert_eq!(shop.ask_with_cookie(&cookie).await, viewer);
    // Every process knows it: it is in the database, and only as a hash.
    let store = shop.store().await;
    assert!(!format!("{:?}", store.list_tokens().await).contains(&cookie));
    store.close().await.unwrap();

    let out = shop.session(Method::DELETE).header("cookie", &cookie);
    let answer = out.header("x-toss-recon", "console").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert!(set_cookie(&answer).contains("Max-Age=0"));
    assert_eq!(
        code(&shop.ask_with_cookie(&cookie).await),
        "UNAUTHENTICATED"
    );
    assert_eq!(
        shop.ask_with_cookie(&other).await,
        viewer,
        "only one was signed out"
    );

    let again = shop.signed_in(&shop.viewer).await;
    let everywhere = shop
        .client()
        .delete(shop.url("/session?everywhere=true"))
        .header("cookie", &other)
        .header("x-toss-recon", "console");
    assert_eq!(
        everywhere.send().await.unwrap().status(),
        StatusCode::NO_CONTENT
    );
    for ended in [&other, &again] {
        assert_eq!(code(&shop.ask_with_cookie(ended).await), "UNAUTHENTICATED");
    }
    let admin = &shop.ask_with_cookie(&of_admin).await["data"]["viewer"];
    assert_eq!(admin["role"], "ADMIN", "somebody else stays signed in");

    let schema = shop.client().get(shop.url("/schema.graphql"));
    let allowed = schema
        .header("cookie", &of_admin)
        .header("x-toss-recon", "console")
        .send()
        .await
        .unwrap();
    assert_eq!(allowed.text().await.unwrap(), toss_recon::graphql::sdl());
    let nobody = shop
        .client()
        .get(shop.url("/schema.graphql"))
        .send()
        .await
        .unwrap();
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);
}

async fn another_sites_page_can_do_nothing_with_the_cookie(shop: Shop) {
    let sign_in = |origin: &str, body: &str, content_type: &str| {
        let request = shop
            .session(Method::POST)
            .header("content-type", content_type);
        let request = if origin.is_empty() {
            request
        } else {
            request.header("origin", origin)
        };
        request.body(body.to_owned()).send()
    };
    let right = json!({ "token": shop.viewer }).to_string();
    let own = shop.url("");
    for (origin, body, content_type, expected) in [
        (
            "",
            right.as_str(),
            "application/json",
            StatusCode::NO_CONTENT,
        ),
        (
            own.as_str(),
            &right,
            "application/json; charset=utf-8",
            StatusCode::NO_CONTENT,
        ),
        (
            "https://evil.example",
            &right,
            "application/json",
            StatusCode::FORBIDDEN,
        ),
        ("null", &right, "application/json", StatusCode::FORBIDDEN),
        ("", &right, "text/plain", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("", "{}", "application/json", StatusCode::BAD_REQUEST),
        (
            "",
            "{\"token\":\"trc_wrong\"}",
            "application/json",
            StatusCode::UNAUTHORIZED,
        ),
    ] {
        let answer = sign_in(origin, body, content_type).await.unwrap();
        assert_eq!(answer.status(), expected, "{origin} {content_type}");
        assert_eq!(
            answer.headers().contains_key("set-cookie"),
            expected == StatusCode::NO_CONTENT
        );
    }
    let elsewhere = shop.session(Method::POST).header("host", "books.example");
    let elsewhere = elsewhere
        .json(&json!({ "token": shop.viewer }))
        .send()
        .await
        .unwrap();
    assert_eq!(
        elsewhere.status(),
        StatusCode::FORBIDDEN,
        "PUBLIC_URL is not set"
    );

    let cookie = shop.signed_in(&shop.viewer).await;
    let bare = shop.with_cookie(&cookie).send().await.unwrap();
    assert_eq!(bare.status(), StatusCode::FORBIDDEN);
    assert_eq!(code(&bare.json().await.unwrap()), "FORBIDDEN");
    let out = shop
        .session(Method::DELETE)
        .header("cookie", &cookie)
        .send()
        .await
        .unwrap();
    assert_eq!(out.status(), StatusCode::FORBIDDEN);
    // A token that comes with it decides: no page of another site has one.
    let with_token = shop
        .with_cookie(&cookie)
        .bearer_auth(&shop.admin)
        .send()
        .await
        .unwrap();
    let answer: Value = with_token.json().await.unwrap();
    assert_eq!(answer["data"]["viewer"]["name"], "test-admin");
}

async fn a_session_ends_with_its_token_and_by_itself(shop: Shop) {
    let made = shop
        .post(
            &shop.admin,
            "mutation { createToken(input: {name: \"leaver\", role: VIEWER}) { secret } }",
            Value::Null,
        )
        .await;
    let cookie = shop
        .signed_in(made["data"]["createToken"]["secret"].as_str().unwrap())
        .await;
    assert_eq!(
        shop.ask_with_cookie(&cookie).await["data"]["viewer"]["name"],
        "leaver"
    );
    shop.post(
        &shop.admin,
        "mutation { revokeToken(name: \"leaver\") { name } }",
        Value::Null,
    )
    .await;
    shop.until_signed_out(&cookie).await;

    let idle = shop.signed_in(&shop.viewer).await;
    shop.pass(chrono::Duration::hours(8));
    shop.until_signed_out(&idle).await;
}

async fn an_address_that_signs_in_with_many_wrong_tokens_is_turned_away(shop: Shop) {
    let wrong = async || {
        let token = json!({ "token": "trc_of_nobody" });
        let asked = shop.session(Method::POST).json(&token).send();
        asked.await.unwrap()
    };
    for _ in 0..49 {
        assert_eq!(wrong().await.status(), StatusCode::UNAUTHORIZED);
    }
    let turned_away = wrong().await;
    assert_eq!(turned_away.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = turned_away.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    shop.signed_in(&shop.viewer).await;
}
