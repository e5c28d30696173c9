//! Documents that ask for too much are refused at once; those that ask for nearly as much are served.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Answer, IntoAnswer as _, TestServer};

/// Far below what executing any of these bombs would take, far above what refusing takes on a loaded machine.
const AT_ONCE: Duration = Duration::from_millis(500);

async fn refused_at_once(server: &TestServer, request: &Value) -> Answer {
    let begun = Instant::now();
    let answer = server.ask_strictly(request).await;
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
    assert_eq!(answer.code(), Some("TOO_COMPLEX"), "{}", answer.body);
    assert!(!answer.has_data());
    answer
}

/// `levels` fragments, each spreading the next ten times.
fn fragment_bomb(levels: usize) -> String {
    let mut text = "{ ...F0 }".to_owned();
    for level in 0..levels {
        let spreads = format!("...F{} ", level + 1).repeat(10);
        write!(text, " fragment F{level} on Query {{ {spreads} }}").expect("writes to a string");
    }
    write!(text, " fragment F{levels} on Query {{ hello }}").expect("writes to a string");
    text
}

#[actix_web::test]
async fn fragment_bombs_are_refused_at_once_and_a_near_miss_is_served() {
    let server = TestServer::start();
    for levels in [4, 6, 12, 25] {
        refused_at_once(&server, &json!({ "query": fragment_bomb(levels) })).await;
    }
    for circle in [
        "{ ...A } fragment A on Query { hello ...A }",
        "{ ...A } fragment A on Query { again { ...B } } fragment B on Query { again { ...A } }",
        "{ hello } fragment A on Query { ...A }",
    ] {
        refused_at_once(&server, &json!({ "query": circle })).await;
    }
    assert_eq!(
        server.ask(&fragment_bomb(3)).await,
        json!({ "data": { "hello": "안녕" } })
    );
}

#[actix_web::test]
async fn brackets_without_end_are_refused_before_they_are_parsed() {
    let server = TestServer::start();
    let many = 20_000;
    for text in [
        "{again".repeat(5_000),
        format!("{{ echo(text: {}", "[".repeat(many)),
        format!("{{ echo(text: {}", "{a:".repeat(many)),
        format!("query($v: {}", "[".repeat(many)),
        format!("query($v: Int = {}", "[".repeat(many)),
        format!("{{ ... {}", "{ ... ".repeat(7_000)),
        format!(
            "{{ echo(text: [\"\\\"\", \"\"\"\\\"\"\" \"\"\", {}",
            "[".repeat(many)
        ),
    ] {
        refused_at_once(&server, &json!({ "query": text })).await;
    }
    assert_eq!(server.ask("{ hello }").await["data"]["hello"], "안녕");
}

#[actix_web::test]
async fn the_deepest_brackets_that_are_allowed_are_parsed() {
    let server = TestServer::start();
    let value = format!("{{ echo(text: {}{}) }}", "[".repeat(46), "]".repeat(46));
    assert_eq!(
        server.ask_strictly(&json!({ "query": value })).await.code(),
        Some("BAD_USER_INPUT")
    );
    let declared = format!(
        "query($v: {}Int{}) {{ hello }}",
        "[".repeat(47),
        "]".repeat(47)
    );
    assert_eq!(
        server
            .ask_strictly(&json!({ "query": declared }))
            .await
            .code(),
        Some("BAD_USER_INPUT")
    );
}

#[actix_web::test]
async fn floods_are_refused_and_near_misses_are_served() {
    let server = TestServer::start();
    let aliases = |count: usize| numbered(count, |i| format!("a{i}: hello"));
    let nested = |depth: usize| {
        format!(
            "{}hello{}",
            "again { ".repeat(depth - 1),
            " }".repeat(depth - 1)
        )
    };
    let directives = |count: usize| format!("hello {}", "@include(if: true) ".repeat(count));
    for (fits, exceeds) in [
        (aliases(60), aliases(61)),
        (nested(15), nested(16)),
        ("hello ".repeat(5_000), "hello ".repeat(5_001)),
        (directives(1), directives(101)),
        (
            format!("hello #{}", "x".repeat(65_000)),
            format!("hello #{}", "x".repeat(66_000)),
        ),
        (
            "many(count: 100) { many(count: 99) { hello } }".to_owned(),
            "many(count: 100) { many(count: 101) { hello } }".to_owned(),
        ),
    ] {
        let shown = fits.chars().take(60).collect::<String>();
        let served = server.ask(&format!("{{ {fits}\n}}")).await;
        assert_eq!(served.get("errors"), None, "{shown}");
        refused_at_once(&server, &json!({ "query": format!("{{ {exceeds}\n}}") })).await;
    }
}

#[actix_web::test]
async fn large_variables_may_not_be_used_in_many_places() {
    let server = TestServer::start();
    let numbers = vec![1; 100_000];
    let request = |uses: usize| {
        let fields = "sum(numbers: $n) ".repeat(uses);
        json!({ "query": format!("query($n: [Int!]!) {{ {fields} }}"), "variables": { "n": numbers } })
    };
    assert_eq!(
        server.ask_strictly(&request(3)).await.body,
        json!({ "data": { "sum": 100_000 } })
    );
    refused_at_once(&server, &request(1_000)).await;
}

#[actix_web::test]
async fn many_wrong_fields_make_a_short_answer() {
    let server = TestServer::start();
    let fields = numbered(700, |i| format!("wrong{i}(argument: {i})"));
    let answer = server
        .ask_strictly(&json!({ "query": format!("{{ {fields} }}") }))
        .await;
    let fields = numbered(4_000, |i| format!("wrong{i}"));
    let second = server
        .ask_strictly(&json!({ "query": format!("{{ {fields} }}") }))
        .await;
    for answer in [answer, second] {
        assert!(answer.body.to_string().len() < 4_000);
    }
}

#[actix_web::test]
async fn the_standard_introspection_query_is_served() {
    let server = TestServer::start();
    let body = server.ask(INTROSPECTION).await;
    assert_eq!(body.get("errors"), None, "{body}");
    assert_eq!(body["data"]["__schema"]["queryType"]["name"], "Query");
}

fn numbered(count: usize, field: impl Fn(usize) -> String) -> String {
    (0..count).map(field).collect::<Vec<_>>().join(" ")
}

/// As `getIntrospectionQuery` of graphql-js 16 writes it with every option on.
const INTROSPECTION: &str = "
query IntrospectionQuery {
  __schema {
    description
    queryType { name kind }
    mutationType { name kind }
    subscriptionType { name kind }
    types { ...FullType }
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } }
  }
}
fragment FullType on __Type {
  kind name description specifiedByURL isOneOf
  fields(includeDeprecated: true) {
    name description
    args(includeDeprecated: true) { ...InputValue }
    type { ...TypeRef }
    isDeprecated deprecationReason
  }
  inputFields(includeDeprecated: true) { ...InputValue }
  interfaces { ...TypeRef }
  enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue {
  name description
  type { ...TypeRef }
  defaultValue isDeprecated deprecationReason
}
fragment TypeRef on __Type {
  kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
  ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }
}";

#[actix_web::test]
async fn a_misspelt_name_is_told_with_the_right_one_to_who_has_a_token() {
    let server = TestServer::start();
    let message = |answer: &Answer| {
        let message = answer.body["errors"][0]["message"].as_str();
        message.expect("a message").to_owned()
    };
    for (query, meant) in [
        ("{ helo }", "Did you mean \"hello\"?"),
        (
            "{ echo(txt: \"a\", text: \"b\") }",
            "Did you mean \"text\"?",
        ),
    ] {
        let query = json!({ "query": query });
        let told = message(&server.ask_strictly(&query).await);
        assert!(told.contains(meant), "{told}");
        let stranger = server.bare(Method::POST).json(&query);
        let told = message(&stranger.send().await.into_answer().await);
        assert!(!told.contains("mean") && !told.contains("hel"), "{told}");
    }
}
