//! Objects of which everything is at hand. Their fields are resolved one after the other, in the order in which they were asked
//! for: the executor makes a task of each field and of each element of a list, which takes several times as long as the
//! field itself.

use std::borrow::Cow;

use async_graphql::indexmap::IndexMap;
use async_graphql::indexmap::map::Entry;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::resolve_container;
use async_graphql::{
    ContextSelectionSet, Name, ObjectType, OutputType, Positioned, ServerResult, Value,
};

use super::budget::Budget;

/// An object that may be resolved in this way.
pub(super) struct AtHand<T> {
    object: T,
    is_at_hand: bool,
}

impl<T> AtHand<T> {
    /// An object of which everything that was selected is at hand, or not: then its fields are resolved at once.
    pub(super) const fn when(is_at_hand: bool, object: T) -> Self {
        Self { object, is_at_hand }
    }
}

impl<T: ObjectType> OutputType for AtHand<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        if self.is_at_hand {
            // The executor counts what a field of its own gives.
            fields_of(ctx, &self.object).await
        } else {
            resolve_container(ctx, &self.object).await
        }
    }
}

/// A list of such objects.
pub(super) struct ListAtHand<T>(pub(super) Vec<T>);

impl<T: ObjectType> OutputType for ListAtHand<T> {
    fn type_name() -> Cow<'static, str> {
        <Vec<T> as OutputType>::type_name()
    }

    fn qualified_type_name() -> String {
        <Vec<T> as OutputType>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Vec<T> as OutputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let mut values = Vec::with_capacity(self.0.len());
        for (place, element) in self.0.iter().enumerate() {
            let ctx = ctx.with_index(place);
            let value = object(&ctx, element).await;
            values.push(value.map_err(|error| ctx.set_error_path(error))?);
        }
        Ok(Value::List(values))
    }
}

/// The selected fields of an object, counted among those of the answer.
pub(super) async fn object<T: ObjectType>(
    ctx: &ContextSelectionSet<'_>,
    object: &T,
) -> ServerResult<Value> {
    let value = fields_of(ctx, object).await?;
    if let Some(budget) = ctx.data_opt::<Budget>() {
        budget.add(&value, false).await;
    }
    Ok(value)
}

/// The selected fields of an object, each awaited before the next.
async fn fields_of<T: ObjectType>(
    ctx: &ContextSelectionSet<'_>,
    object: &T,
) -> ServerResult<Value> {
    let type_name = T::type_name();
    let mut selected = Vec::with_capacity(ctx.item.node.items.len());
    if !select(ctx, &ctx.item.node, &type_name, &mut selected) {
        return resolve_container(ctx, object).await;
    }
    if let Some(budget) = ctx.data_opt::<Budget>() {
        budget.begin_fields(selected.len()).await;
    }
    let mut fields: IndexMap<Name, Value> = IndexMap::with_capacity(selected.len());
    for field in selected {
        let value = if field.node.name.node == "__typename" {
            Value::String(type_name.clone().into_owned())
        } else {
            match object.resolve_field(&ctx.with_field(field)).await {
                Ok(value) => value.unwrap_or_default(),
                // The field stays out, as the executor does it.
                Err(error) => {
                    ctx.add_error(error);
                    continue;
                }
            }
        };
        match fields.entry(field.node.response_key().node.clone()) {
            Entry::Vacant(new) => {
                new.insert(value);
            }
            Entry::Occupied(mut known) => merge(known.get_mut(), value),
        }
    }
    if fields.is_empty() {
        return Ok(Value::Null);
    }
    Ok(Value::Object(fields))
}

/// Gathers the fields that a selection names of an object of that type, through its fragments. `false` where a fragment is on an
/// interface: the executor knows who implements it.
fn select<'a>(
    ctx: &ContextSelectionSet<'a>,
    set: &'a SelectionSet,
    type_name: &str,
    selected: &mut Vec<&'a Positioned<Field>>,
) -> bool {
    set.items.iter().all(|selection| {
        let (condition, set) = match &selection.node {
            Selection::Field(field) => {
                selected.push(field);
                return true;
            }
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                (condition, &fragment.node.selection_set)
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                let Some(fragment) = ctx.query_env.fragments.get(name) else {
                    return false;
                };
                (
                    Some(&fragment.node.type_condition),
                    &fragment.node.selection_set,
                )
            }
        };
        let is_on_it = condition.is_none_or(|condition| condition.node.on.node == type_name);
        is_on_it && select(ctx, &set.node, type_name, selected)
    })
}

/// Puts together what one name was asked for more than once.
fn merge(known: &mut Value, more: Value) {
    match (known, more) {
        (Value::Object(known), Value::Object(more)) => {
            for (name, value) in more {
                if let Some(known) = known.get_mut(&name) {
                    merge(known, value);
                } else {
                    known.insert(name, value);
                }
            }
        }
        (Value::List(known), Value::List(more)) => {
            for (known, value) in known.iter_mut().zip(more) {
                merge(known, value);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Object, Response, Schema};

    use super::super::budget::{Metering, Stopped};
    use super::*;

    struct Root;
    struct Row(usize);
    struct Below(usize);

    #[Object]
    impl Root {
        async fn rows(&self, count: usize) -> ListAtHand<Row> {
            ListAtHand((0..count).map(Row).collect())
        }

        async fn row(&self, at_hand: bool) -> AtHand<Row> {
            AtHand::when(at_hand, Row(7))
        }
    }

    #[Object]
    impl Row {
        async fn number(&self) -> usize {
            self.0
        }

        #[expect(
            clippy::unused_async,
            reason = "resolvers are asynchronous by their trait"
        )]
        async fn odd(&self) -> Result<Option<bool>, &'static str> {
            match self.0 {
                2 => Err("two is odd enough"),
                number => Ok(Some(number % 2 == 1)),
            }
        }

        async fn below(&self) -> ListAtHand<Below> {
            ListAtHand(vec![Below(self.0 + 1)])
        }
    }

    #[Object]
    impl Below {
        async fn number(&self) -> usize {
            self.0
        }

        async fn odd(&self) -> bool {
            self.0 % 2 == 1
        }
    }

    async fn executed(query: &str) -> Result<Response, Stopped> {
        let schema = Schema::build(Root, EmptyMutation, EmptySubscription)
            .extension(Metering)
            .finish();
        let budget = Budget::of_mutation();
        let request = async_graphql::Request::new(query).data(budget.clone());
        budget.within(schema.execute(request)).await
    }

    async fn answer(query: &str) -> String {
        let response = executed(query).await.unwrap();
        assert!(response.errors.is_empty(), "{query}: {:?}", response.errors);
        serde_json::to_string(&response.data).unwrap()
    }

    #[tokio::test]
    async fn fields_come_in_the_order_in_which_they_were_asked_for() {
        assert_eq!(
            answer("{ rows(count: 1) { odd b: number __typename a: number } }").await,
            r#"{"rows":[{"odd":false,"b":0,"__typename":"Row","a":0}]}"#
        );
    }

    #[tokio::test]
    async fn what_is_asked_for_twice_and_in_fragments_is_told_once() {
        let query = "{ rows(count: 1) { below { number } ...More ... on Row { number below { odd } } ... { odd } } }
            fragment More on Row { number }";
        let told = r#"{"rows":[{"below":[{"number":1,"odd":true}],"number":0,"odd":false}]}"#;
        assert_eq!(answer(query).await, told);
    }

    #[tokio::test]
    async fn it_answers_as_the_executor_does() {
        for selection in [
            "number",
            "__typename below { x: number }",
            "... { number } number",
        ] {
            let ask = async |at_hand| {
                answer(&format!("{{ row(atHand: {at_hand}) {{ {selection} }} }}")).await
            };
            assert_eq!(ask(true).await, ask(false).await, "{selection}");
        }
    }

    #[tokio::test]
    async fn a_field_that_fails_is_told_with_its_place_and_takes_no_other_along() {
        let response = executed("{ rows(count: 3) { number odd } }").await.unwrap();
        let errors = serde_json::to_value(&response.errors).unwrap();
        assert_eq!(errors[0]["path"], serde_json::json!(["rows", 2, "odd"]));
        let data = serde_json::to_value(&response.data).unwrap();
        assert_eq!(data["rows"][1]["odd"], true);
        assert_eq!(data["rows"][2]["number"], 2);
    }

    #[tokio::test]
    async fn an_answer_that_grows_too_large_is_stopped_while_it_is_made() {
        let rows = |name: &str| {
            let query = format!("{{ rows(count: 40000) {{ {name}: number }} }}");
            async move { executed(&query).await.map(|_| ()) }
        };
        let name = "n".repeat(230);
        assert_eq!(rows(&name).await.unwrap_err(), Stopped::TooLarge);
        assert!(rows("n").await.is_ok());
    }
}
