//! What the tests of the schema share: who asks, and what is told of an error.

use async_graphql::{Request, Response, Value};
use toss_recon::access::{Principal, Role, Scope};

pub(crate) fn asked_by(role: Role, query: &str) -> Request {
    Request::new(query).data(Principal {
        name: "tester".to_owned(),
        owner: "tester".to_owned(),
        role,
        scope: Scope::ALL,
        token_id: "tester".to_owned(),
    })
}

/// The codes of the errors, in the order in which they are reported.
pub(crate) fn codes(response: &Response) -> Vec<String> {
    response
        .errors
        .iter()
        .map(|error| {
            let code = error.extensions.as_ref().and_then(|all| all.get("code"));
            match code {
                Some(Value::String(code)) => code.clone(),
                other => format!("{other:?}: {}", error.message),
            }
        })
        .collect()
}
