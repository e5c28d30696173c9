//! What one request may take while it is executed: how large its answer may grow, how long it goes on before others get
//! their turn, and its place among the queries that run at once.

use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Poll;

use async_graphql::async_trait::async_trait;
use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, NextValidation,
    ResolveInfo,
};
use async_graphql::{Response, ServerError, ServerResult, ValidationResult, Value};
use tokio::task::yield_now;

use super::lanes::Lanes;
use super::validated::Before;

/// The largest answer, in bytes of JSON, roughly counted.
const ANSWER_BYTES: usize = 8 * 1024 * 1024;
/// Fields that are resolved before other requests get their turn.
const FIELDS_AT_ONCE: usize = 1_024;

/// What a request may take. It belongs into the request's data, and [`Metering`] into the schema. Cheap to clone: clones
/// share it.
#[derive(Clone, Debug)]
pub struct Budget(Arc<Spent>);

#[derive(Debug)]
struct Spent {
    /// Without lanes there is always a place.
    lanes: Option<Lanes>,
    cost: AtomicUsize,
    bytes: AtomicUsize,
    /// Since others had their turn.
    fields: AtomicUsize,
    stopped: OnceLock<Stopped>,
}

impl Drop for Spent {
    fn drop(&mut self) {
        if let Some(lanes) = &self.lanes {
            lanes.give_back(*self.bytes.get_mut());
        }
    }
}

/// Why an execution was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Its answer grew too large.
    TooLarge,
    /// There was no place for it, or no room for its answer beside the others.
    NoPlace,
}

impl Budget {
    /// The budget of a query, which waits for a place in the lanes.
    pub fn of_query(lanes: &Lanes) -> Self {
        Self::new(Some(lanes.clone()))
    }

    /// The budget of a mutation, which waits for nobody.
    pub fn of_mutation() -> Self {
        Self::new(None)
    }

    fn new(lanes: Option<Lanes>) -> Self {
        Self(Arc::new(Spent {
            lanes,
            cost: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            fields: AtomicUsize::new(0),
            stopped: OnceLock::new(),
        }))
    }

    /// What the request costs by the schema's prices; 0 before it has been validated.
    pub fn cost(&self) -> usize {
        self.0.cost.load(Ordering::Relaxed)
    }

    /// The outcome of an execution that carries this budget.
    ///
    /// # Errors
    /// [`Stopped`] as soon as it takes more than it may; the execution ends with that.
    pub async fn within<T>(&self, execution: impl Future<Output = T>) -> Result<T, Stopped> {
        let mut execution = pin!(execution);
        poll_fn(|context| {
            self.0.fields.store(0, Ordering::Relaxed);
            let outcome = execution.as_mut().poll(context);
            match (self.0.stopped.get(), outcome) {
                (Some(stopped), _) => Poll::Ready(Err(*stopped)),
                (None, Poll::Ready(outcome)) => Poll::Ready(Ok(outcome)),
                (None, Poll::Pending) => Poll::Pending,
            }
        })
        .await
    }

    /// Ends the execution; [`Budget::within`] sees it when nothing else goes on.
    async fn stop<T>(&self, why: Stopped) -> T {
        let _ = self.0.stopped.set(why);
        pending().await
    }

    /// Before a field: lets others run from time to time.
    async fn begin_field(&self) {
        self.begin_fields(1).await;
    }

    /// The same, before several.
    pub(super) async fn begin_fields(&self, count: usize) {
        if self.0.stopped.get().is_some() {
            return pending().await;
        }
        while self.0.fields.fetch_add(count, Ordering::Relaxed) >= FIELDS_AT_ONCE {
            yield_now().await;
        }
    }

    /// After a field.
    pub(super) async fn add(&self, value: &Value, is_leaf: bool) {
        let bytes = match value {
            Value::Object(fields) if !is_leaf => fields
                .iter()
                .map(|(name, value)| name.len() + 4 + bytes_of_leaf(value))
                .sum(),
            // Its elements have been counted one by one.
            _ => return,
        };
        let before = self.0.bytes.fetch_add(bytes, Ordering::Relaxed);
        let has_room = self.0.lanes.as_ref().is_none_or(|lanes| lanes.add(bytes));
        if before.saturating_add(bytes) > ANSWER_BYTES {
            self.stop::<()>(Stopped::TooLarge).await;
        } else if !has_room {
            self.stop::<()>(Stopped::NoPlace).await;
        }
    }
}

/// What a value takes within the object that holds it. Objects have been counted when they were made.
fn bytes_of_leaf(value: &Value) -> usize {
    match value {
        Value::Null | Value::Boolean(_) => 5,
        Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Enum(name) => name.len() + 2,
        Value::Binary(bytes) => bytes.len(),
        Value::List(values) => 2 + values.iter().map(bytes_of_leaf).sum::<usize>(),
        Value::Object(_) => 2,
    }
}

/// Keeps requests that carry a [`Budget`] within it. To be added to a schema.
#[derive(Clone, Copy, Debug)]
pub struct Metering;

impl ExtensionFactory for Metering {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for Metering {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let before = ctx.data_opt::<Before>();
        let result = if let Some(found) = before.and_then(Before::found) {
            found
        } else {
            let found = next.run(ctx).await?;
            if let Some(before) = before {
                before.remember(found);
            }
            found
        };
        if let Some(budget) = ctx.data_opt::<Budget>() {
            budget.0.cost.store(result.complexity, Ordering::Relaxed);
        }
        Ok(result)
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let budget = ctx.data_opt::<Budget>();
        let _place = match budget.and_then(|budget| Some((budget, budget.0.lanes.as_ref()?))) {
            Some((budget, lanes)) => match lanes.place(budget.cost()).await {
                Ok(place) => Some(place),
                Err(_) => return budget.stop(Stopped::NoPlace).await,
            },
            None => None,
        };
        next.run(ctx, operation_name).await
    }

    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let Some(budget) = ctx.data_opt::<Budget>() else {
            return next.run(ctx, info).await;
        };
        budget.begin_field().await;
        let is_leaf = info.field.selection_set.node.items.is_empty();
        let value = next.run(ctx, info).await?;
        if let Some(value) = &value {
            budget.add(value, is_leaf).await;
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Object, Request, Schema};
    use futures_util::FutureExt as _;

    use super::*;

    struct Numbers;

    #[Object]
    impl Numbers {
        async fn one(&self) -> i32 {
            1
        }

        #[graphql(complexity = "count * child_complexity")]
        async fn many(&self, count: usize) -> Vec<Numbers> {
            (0..count).map(|_| Numbers).collect()
        }
    }

    fn executed(
        query: &str,
        budget: &Budget,
    ) -> impl Future<Output = Result<Response, Stopped>> + use<> {
        let schema = Schema::build(Numbers, EmptyMutation, EmptySubscription)
            .extension(Metering)
            .finish();
        let (request, budget) = (Request::new(query).data(budget.clone()), budget.clone());
        async move { budget.within(schema.execute(request)).await }
    }

    #[test]
    fn many_fields_let_others_have_their_turn_and_few_need_not() {
        let budget = Budget::of_query(&Lanes::default());
        let few = executed("{ many(count: 100) { one } }", &budget);
        assert!(few.now_or_never().unwrap().is_ok());
        assert_eq!(budget.cost(), 100);
        let many = executed("{ many(count: 1500) { one } }", &budget);
        assert!(many.now_or_never().is_none());
    }

    #[tokio::test]
    async fn an_answer_of_many_small_parts_is_stopped_while_it_is_made() {
        let rows = |name: &str| {
            let budget = Budget::of_mutation();
            let query =
                format!("{{ many(count: 200) {{ many(count: 200) {{ {name}: __typename }} }} }}");
            executed(&query, &budget)
        };
        let name = "n".repeat(230);
        assert_eq!(rows(&name).await.unwrap_err(), Stopped::TooLarge);
        assert!(rows("n").await.is_ok());
    }

    #[tokio::test]
    async fn a_mutation_waits_for_no_place_and_a_query_does() {
        let lanes = Lanes::default();
        let _running = lanes.place(usize::MAX).await.unwrap();
        let heavy = "{ many(count: 2000) { one } }";
        let query = executed(heavy, &Budget::of_query(&lanes));
        let mutation = executed(heavy, &Budget::of_mutation());
        assert!(mutation.await.is_ok());
        let patience = std::time::Duration::from_millis(50);
        assert!(tokio::time::timeout(patience, query).await.is_err());
    }
}
