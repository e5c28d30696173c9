//! Payments as clients see them, from rows in a real database, without HTTP and without Toss.

mod books;
mod nodes;
mod payments;
mod verdicts;

use async_graphql::{Context, EmptyMutation, EmptySubscription, Object, Response, Value};
use reconciliation::{BusinessCalendar, PartialCancelRows, PaymentKey};

use self::books::TestBooks;
use super::books::Books;
use super::error::ApiError;
use super::payment::Payment;
use super::scoped::Held;
use super::{Interpretation, Loaders};
use crate::access::{Principal, Role, Scope};
use crate::clock::Clock;
use crate::merchants::Merchants;
use crate::reconcile::Reconciler;
use crate::store::Store;

/// A root whose payments are those that are stored: nobody is asked.
struct Stored;

#[Object]
impl Stored {
    async fn payment(&self, ctx: &Context<'_>, key: String) -> Result<Payment, ApiError> {
        let key = PaymentKey::parse(&key).unwrap();
        let store = ctx.data_unchecked::<Store>();
        let stored = store
            .payments(std::slice::from_ref(&key))
            .await?
            .remove(&key)
            .unwrap();
        Ok(Payment::from(Books::as_stored(stored)))
    }
}

/// What a query answers over these books.
async fn answer(books: &TestBooks, interpretation: Interpretation, query: &str) -> Value {
    let schema = async_graphql::Schema::build(Stored, EmptyMutation, EmptySubscription)
        .data(books.store.clone())
        .finish();
    let loaders = Loaders::new(books.store.clone(), reconciler(books), interpretation);
    let response = schema
        .execute(async_graphql::Request::new(query).data(loaders))
        .await;
    assert!(response.errors.is_empty(), "{query}: {:?}", response.errors);
    response.data
}

/// What `node` answers to a viewer over these books.
async fn node(books: &TestBooks, id: &str, selection: &str) -> Value {
    let query = format!("{{ node(id: \"{id}\") {{ __typename {selection} }} }}");
    let response = asked(books, &query).await;
    assert!(response.errors.is_empty(), "{id}: {:?}", response.errors);
    response.data
}

/// What a viewer is answered to a query of the real schema over these books.
async fn asked(books: &TestBooks, query: &str) -> Response {
    let schema = super::builder()
        .data(Held::new(books.store.clone()))
        .data(Held::new(reconciler(books)))
        .data(Interpretation::default())
        .finish();
    let request = async_graphql::Request::new(query);
    let request = super::with_request_data(&schema, request).data(Principal {
        name: "viewer".to_owned(),
        owner: "viewer".to_owned(),
        role: Role::Viewer,
        scope: Scope::ALL,
        token_id: "tester".to_owned(),
    });
    schema.execute(request).await
}

/// Reconciles these books as of noon on 2026-03-20 in Seoul. Nothing is configured of their merchant.
fn reconciler(books: &TestBooks) -> Reconciler {
    let now = "2026-03-20T12:00:00+09:00".parse().unwrap();
    Reconciler::new(
        books.store.clone(),
        &Merchants::new(Vec::new()),
        Clock::from_fn(move || now),
        BusinessCalendar::korean().unwrap(),
        PartialCancelRows::default(),
    )
}

/// Compares values, whatever the order of their fields.
fn assert_same(found: &Value, expected: &serde_json::Value) {
    let found = serde_json::to_value(found).unwrap();
    assert_eq!(&found, expected);
}
