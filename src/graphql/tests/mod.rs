//! Payments as clients see them, from rows in a real database, without HTTP and without Toss.

mod books;
mod nodes;
mod payments;

use async_graphql::{Context, EmptyMutation, EmptySubscription, Object, Value};
use reconciliation::PaymentKey;

use super::error::ApiError;
use super::payment::Payment;
use super::{Interpretation, Loaders};
use crate::access::{Principal, Role};
use crate::lookup::FoundPayment;
use crate::store::Store;
use books::TestBooks;

/// A root whose payments are those that are stored: nobody is asked.
struct Stored;

#[Object]
impl Stored {
    async fn payment(&self, ctx: &Context<'_>, key: String) -> Result<Payment, ApiError> {
        let key = PaymentKey::parse(&key).unwrap();
        let store = super::context::part::<Store>(ctx)?;
        let stored = store
            .payments(std::slice::from_ref(&key))
            .await?
            .remove(&key)
            .unwrap();
        Ok(Payment::of(FoundPayment {
            stored,
            stale: false,
        }))
    }
}

/// What a query answers over these books.
async fn answer(books: &TestBooks, interpretation: Interpretation, query: &str) -> Value {
    let schema = async_graphql::Schema::build(Stored, EmptyMutation, EmptySubscription)
        .data(books.store.clone())
        .finish();
    let loaders = Loaders::new(books.store.clone(), interpretation);
    let response = schema
        .execute(async_graphql::Request::new(query).data(loaders))
        .await;
    assert!(response.errors.is_empty(), "{query}: {:?}", response.errors);
    response.data
}

/// What `node` answers to a viewer over these books.
async fn node(books: &TestBooks, id: &str, selection: &str) -> Value {
    let schema = super::builder()
        .data(books.store.clone())
        .data(Interpretation::default())
        .finish();
    let request = async_graphql::Request::new(format!(
        "{{ node(id: \"{id}\") {{ __typename {selection} }} }}"
    ));
    let request = super::with_request_data(&schema, request).data(Principal {
        name: "viewer".to_owned(),
        role: Role::Viewer,
    });
    let response = schema.execute(request).await;
    assert!(response.errors.is_empty(), "{id}: {:?}", response.errors);
    response.data
}

/// Compares values, whatever the order of their fields.
fn assert_same(found: &Value, expected: &serde_json::Value) {
    let found = serde_json::to_value(found).unwrap();
    assert_eq!(&found, expected);
}
