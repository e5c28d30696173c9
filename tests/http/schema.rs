//! A schema whose resolvers misbehave on demand.
#![expect(
    clippy::unused_async,
    reason = "the macro wants asynchronous resolvers"
)]

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use async_graphql::{
    Context, Error, ErrorExtensions as _, InputValueError, InputValueResult, Object, Result,
    Scalar, ScalarType, Value,
};
use futures_util::{Stream, stream};
use toss_recon::access::{Principal, RequestId};
use toss_recon::request_notes::{Called, note_joined, note_toss_call};

use crate::support::{SECRET_CAUSE, Switches};

pub(crate) struct Query;

#[Object]
impl Query {
    async fn hello(&self) -> &'static str {
        "안녕"
    }

    async fn echo(&self, text: String) -> String {
        text
    }

    async fn sum(&self, numbers: Vec<i32>) -> i64 {
        numbers.into_iter().map(i64::from).sum()
    }

    async fn maybe(&self) -> Option<Query> {
        Some(Query)
    }

    async fn maybe_many(&self) -> Vec<Option<Query>> {
        vec![Some(Query), None, Some(Query)]
    }

    async fn again(&self) -> Query {
        Query
    }

    #[graphql(complexity = "count * child_complexity")]
    async fn many(&self, count: usize) -> Vec<Query> {
        (0..count.min(100)).map(|_| Query).collect()
    }

    async fn even(&self, number: Even) -> i32 {
        number.0
    }

    async fn me(&self, ctx: &Context<'_>) -> Result<String> {
        let principal = ctx.data::<Principal>()?;
        Ok(format!("{} {}", principal.name, principal.role))
    }

    async fn request_id(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(ctx.data::<RequestId>()?.to_string())
    }

    async fn uncoded(&self) -> Result<Option<i32>> {
        Err(std::io::Error::other(SECRET_CAUSE).into())
    }

    async fn uncoded_text(&self) -> Result<Option<i32>> {
        Err(Error::new(SECRET_CAUSE))
    }

    async fn uncoded_non_null(&self) -> Result<i32> {
        Err(Error::new(SECRET_CAUSE))
    }

    async fn coded(&self, code: String) -> Result<Option<i32>> {
        Err(Error::new(format!("as it is: {code}"))
            .extend_with(|_, e| e.set("code", code.as_str())))
    }

    async fn long_error(&self) -> Result<Option<i32>> {
        Err(Error::new("긴".repeat(1_000)).extend_with(|_, e| e.set("code", "BAD_USER_INPUT")))
    }

    async fn panics(&self) -> Option<i32> {
        broken()
    }

    async fn slow(&self, ctx: &Context<'_>, millis: u64) -> Result<u64> {
        let _given_up = GivenUp(ctx.data::<Arc<Switches>>()?);
        tokio::time::sleep(Duration::from_millis(millis)).await;
        Ok(millis)
    }

    /// Waits for Toss.
    async fn slow_toss(&self) -> bool {
        note_toss_call();
        std::future::pending().await
    }

    /// Waits for an answer of Toss that somebody else has asked for.
    async fn slow_toss_of_others(&self) -> bool {
        let called = Called::default();
        note_joined(&called);
        let others = called.noting(async { note_toss_call() });
        tokio::spawn(others).await.is_ok() && std::future::pending().await
    }

    async fn large(&self, bytes: usize) -> String {
        large_text(bytes)
    }
}

fn large_text(bytes: usize) -> String {
    "x".repeat(bytes.min(4_000_000))
}

/// Counts fields that have ended, however they did.
struct GivenUp<'a>(&'a Switches);

impl Drop for GivenUp<'_> {
    fn drop(&mut self) {
        self.0.slow_ended.fetch_add(1, Ordering::SeqCst);
    }
}

pub(crate) struct Mutation;

#[Object]
impl Mutation {
    async fn bump(&self, ctx: &Context<'_>, #[graphql(default)] millis: u64) -> Result<u32> {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        Ok(ctx
            .data::<Arc<Switches>>()?
            .mutations
            .fetch_add(1, Ordering::SeqCst)
            + 1)
    }

    async fn refused(&self) -> Result<Option<i32>> {
        Err(Error::new("not you").extend_with(|_, e| e.set("code", "FORBIDDEN")))
    }

    async fn panics(&self) -> Option<i32> {
        broken()
    }
}

/// Refuses odd numbers, but only when its field is reached.
pub(crate) struct Even(i32);

#[Scalar]
impl ScalarType for Even {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::Number(number) => match number.as_i64() {
                Some(even) if even % 2 == 0 => Ok(Self(i32::try_from(even)?)),
                _ => Err(InputValueError::custom("an odd number")),
            },
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        self.0.into()
    }
}

fn broken() -> Option<i32> {
    panic!("{SECRET_CAUSE}")
}

pub(crate) struct Subscription;

#[async_graphql::Subscription]
impl Subscription {
    async fn large(&self, bytes: usize) -> impl Stream<Item = String> {
        stream::iter([large_text(bytes)])
    }
}
