//! stub
use async_graphql::*;
pub struct Query;
#[Object]
impl Query {
    async fn a(&self) -> bool {
        true
    }
}
pub struct Mutation;
#[Object]
impl Mutation {
    async fn a(&self) -> bool {
        true
    }
}
pub struct Interpretation {
    pub partial_cancel_rows: crate::config::PartialCancelRows,
}
pub struct Parts {
    pub store: crate::store::Store,
    pub lookup: crate::lookup::Lookup,
    pub canceller: crate::cancel::Canceller,
    pub interpretation: Interpretation,
}
pub fn schema(_p: Parts) -> Schema<Query, Mutation, EmptySubscription> {
    todo!()
}
pub fn sdl() -> String {
    String::new()
}
