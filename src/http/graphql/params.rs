//! The parameters of a GraphQL request, from a JSON body or from a query string: typed, and refused when they are anything else.

use std::{borrow::Cow, collections::BTreeMap};

use actix_web::{http::StatusCode, web::Query};
use async_graphql::{Value, Variables};
use serde::Deserialize;

use super::refusal::Refusal;

/// What one request asks for.
#[derive(Debug)]
pub(super) struct Params<'a> {
    /// The document's text.
    pub(super) query: Option<Cow<'a, str>>,
    /// The id of a document, instead of its text or beside it.
    pub(super) document_id: Option<String>,
    pub(super) operation_name: Option<Cow<'a, str>>,
    pub(super) variables: Variables,
    /// Whether the answer is to say what it cost.
    pub(super) wants_cost: bool,
    /// At most how many bytes of JSON the variables were.
    pub(super) variables_bytes: usize,
}

impl<'a> Params<'a> {
    /// Reads the body of a POST. A list of requests is refused: each is sent by itself.
    pub(super) fn from_body(body: &'a [u8]) -> Result<Self, Refusal> {
        match body.trim_ascii_start().first() {
            None => return Err(invalid("The body is empty: send {\"query\": \"…\"}")),
            Some(b'[') => {
                return Err(invalid(
                    "Batches are not served: send each operation by itself",
                ));
            }
            Some(_) => {}
        }
        let body_params: BodyParams<'a> = serde_json::from_slice(body)
            .map_err(|error| invalid(format!("The body is no GraphQL request: {error}")))?;
        let query = body_params.query.map(|query| query.0);
        let text_bytes = query.as_ref().map_or(0, |query| query.len());
        let hash = || persisted_hash(body_params.extensions.as_ref());
        Ok(Self {
            variables_bytes: body.len().saturating_sub(text_bytes),
            query,
            document_id: body_params.document_id.or_else(hash),
            operation_name: body_params.operation_name.map(|name| name.0),
            variables: body_params.variables.unwrap_or_default(),
            wants_cost: wants_cost(body_params.extensions.as_ref()),
        })
    }
}

impl Params<'static> {
    /// Reads the query string of a GET. An empty parameter counts as absent, because a query string has no null.
    pub(super) fn from_query_string(query_string: &str) -> Result<Self, Refusal> {
        let Query(url_params) = Query::<UrlParams>::from_query(query_string)
            .map_err(|error| invalid(format!("The query string is no GraphQL request: {error}")))?;
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let json = |name: &str, error: serde_json::Error| {
            invalid(format!("The parameter `{name}` is no JSON object: {error}"))
        };
        let variables_text = given(url_params.variables);
        let variables = match &variables_text {
            Some(text) => serde_json::from_str::<Option<Variables>>(text)
                .map_err(|error| json("variables", error))?
                .unwrap_or_default(),
            None => Variables::default(),
        };
        let extensions = match given(url_params.extensions) {
            Some(text) => serde_json::from_str::<Option<JsonObject>>(&text)
                .map_err(|error| json("extensions", error))?,
            None => None,
        };
        Ok(Self {
            query: given(url_params.query).map(Cow::Owned),
            document_id: given(url_params.document_id)
                .or_else(|| persisted_hash(extensions.as_ref())),
            operation_name: given(url_params.operation_name).map(Cow::Owned),
            variables,
            wants_cost: wants_cost(extensions.as_ref()),
            variables_bytes: variables_text.map_or(0, |text| text.len()),
        })
    }
}

/// The extensions of a request. One that is not known is let be.
type JsonObject = BTreeMap<String, Value>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a JSON object")]
struct BodyParams<'a> {
    #[serde(borrow, default)]
    query: Option<Text<'a>>,
    #[serde(borrow, default)]
    operation_name: Option<Text<'a>>,
    #[serde(default)]
    document_id: Option<String>,
    #[serde(default)]
    variables: Option<Variables>,
    #[serde(default)]
    extensions: Option<JsonObject>,
}

/// Borrowed from the body when it has no escapes. (serde borrows a bare `Cow`, but not one in an `Option`.)
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UrlParams {
    query: Option<String>,
    operation_name: Option<String>,
    document_id: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

/// `{"cost": true}` among the extensions asks for what the request costs.
fn wants_cost(extensions: Option<&JsonObject>) -> bool {
    let cost = extensions.and_then(|extensions| extensions.get("cost"));
    cost == Some(&Value::Boolean(true))
}

/// The id by which clients of persisted queries name a document: `{"persistedQuery": {"sha256Hash": "…"}}` among the extensions.
fn persisted_hash(extensions: Option<&JsonObject>) -> Option<String> {
    let Value::Object(persisted) = extensions?.get("persistedQuery")? else {
        return None;
    };
    match persisted.get("sha256Hash") {
        Some(Value::String(hash)) => Some(hash.clone()),
        _ => None,
    }
}

fn invalid(message: impl Into<Cow<'static, str>>) -> Refusal {
    Refusal::malformed(StatusCode::BAD_REQUEST, message)
}

pub(super) fn missing_query() -> Refusal {
    invalid("The parameter `query` is missing")
}
