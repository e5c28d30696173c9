//! Puts a null where a field failed, as the GraphQL specification wants it ("Handling Execution Errors"): a failed field is null, and
//! when it may not be null, what holds it is. async-graphql 7.2 leaves a failed field out of its object instead, whatever its type.

use std::collections::HashMap;

use async_graphql::{
    Name, PathSegment, Response, Value,
    parser::{
        parse_schema,
        types::{
            BaseType, ExecutableDocument, OperationDefinition, OperationType, Selection,
            SelectionSet, Type, TypeKind, TypeSystemDefinition,
        },
    },
};

/// The type of each field of a schema.
pub(super) struct FieldTypes {
    query: String,
    mutation: String,
    subscription: String,
    by_type: HashMap<String, HashMap<String, Type>>,
}

impl FieldTypes {
    /// Reads the types from a schema in the schema definition language. One that cannot be read has no types: then failed fields
    /// are null, and what holds them stays.
    pub(super) fn of(sdl: &str) -> Self {
        let mut types = Self {
            query: "Query".to_owned(),
            mutation: "Mutation".to_owned(),
            subscription: "Subscription".to_owned(),
            by_type: HashMap::new(),
        };
        let definitions = parse_schema(sdl).map_or_else(|_| Vec::new(), |all| all.definitions);
        for definition in definitions {
            match definition {
                TypeSystemDefinition::Schema(roots) => {
                    if let Some(query) = roots.node.query {
                        types.query = query.node.to_string();
                    }
                    if let Some(mutation) = roots.node.mutation {
                        types.mutation = mutation.node.to_string();
                    }
                    if let Some(subscription) = roots.node.subscription {
                        types.subscription = subscription.node.to_string();
                    }
                }
                TypeSystemDefinition::Type(named) => {
                    let fields = match named.node.kind {
                        TypeKind::Object(object) => object.fields,
                        TypeKind::Interface(interface) => interface.fields,
                        _ => continue,
                    };
                    let fields = fields
                        .into_iter()
                        .map(|field| (field.node.name.node.to_string(), field.node.ty.node));
                    types
                        .by_type
                        .insert(named.node.name.node.to_string(), fields.collect());
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        types
    }

    /// Corrects the data of a response to `operation` that has errors.
    pub(super) fn settle(
        &self,
        response: &mut Response,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
    ) {
        // All failed fields are filled in before any holder becomes null, which takes the fields beside it along.
        for error in &response.errors {
            fill_in(&mut response.data, &error.path);
        }
        let root = match operation.ty {
            OperationType::Mutation => &self.mutation,
            OperationType::Query => &self.query,
            OperationType::Subscription => &self.subscription,
        };
        for error in &response.errors {
            let root = Place {
                parent: root,
                sets: vec![&operation.selection_set.node],
            };
            if !error.path.is_empty()
                && self.carry_up(&mut response.data, &error.path, document, &root)
                    == Null::Forbidden
            {
                response.data = Value::Null;
            }
        }
    }

    /// Carries the null at the end of `path` upwards as far as needed. `value` is the object at `place`.
    fn carry_up(
        &self,
        value: &mut Value,
        path: &[PathSegment],
        document: &ExecutableDocument,
        place: &Place<'_>,
    ) -> Null {
        let (Value::Object(object), Some((PathSegment::Field(key), rest))) =
            (value, path.split_first())
        else {
            return Null::Allowed;
        };
        let Some(field_value) = object.get_mut(key.as_str()) else {
            return Null::Allowed;
        };
        let Some((field_type, sets)) = self.field(key, document, place) else {
            return Null::Allowed;
        };
        self.carry_through(field_value, rest, document, (field_type, &sets))
    }

    /// As [`Self::carry_up`], where `value` is of the type `of.0` and its selections are `of.1`.
    fn carry_through(
        &self,
        value: &mut Value,
        path: &[PathSegment],
        document: &ExecutableDocument,
        of: (&Type, &[&SelectionSet]),
    ) -> Null {
        let (value_type, sets) = of;
        let below = match (&mut *value, &value_type.base, path) {
            (Value::Null, ..) => Null::Forbidden,
            (
                Value::List(items),
                BaseType::List(item_type),
                [PathSegment::Index(index), rest @ ..],
            ) => items.get_mut(*index).map_or(Null::Allowed, |item| {
                self.carry_through(item, rest, document, (item_type, sets))
            }),
            (Value::Object(_), BaseType::Named(name), _) => {
                let place = Place {
                    parent: name,
                    sets: sets.to_vec(),
                };
                self.carry_up(value, path, document, &place)
            }
            _ => Null::Allowed,
        };
        match below {
            Null::Forbidden if value_type.nullable => {
                *value = Value::Null;
                Null::Allowed
            }
            other => other,
        }
    }

    /// The type of the field whose response key is `key`, and what is selected of it.
    fn field<'a>(
        &'a self,
        key: &str,
        document: &'a ExecutableDocument,
        place: &Place<'a>,
    ) -> Option<(&'a Type, Vec<&'a SelectionSet>)> {
        let mut found = None;
        let mut selected = Vec::new();
        let mut to_visit: Vec<_> = place.sets.iter().map(|set| (place.parent, *set)).collect();
        while let Some((parent, set)) = to_visit.pop() {
            for selection in &set.items {
                match &selection.node {
                    Selection::Field(field) if field.node.response_key().node == key => {
                        let fields = self.by_type.get(parent);
                        let field_type =
                            fields.and_then(|fields| fields.get(field.node.name.node.as_str()));
                        found = found.or(field_type);
                        selected.push(&field.node.selection_set.node);
                    }
                    Selection::Field(_) => {}
                    Selection::InlineFragment(inline) => {
                        let condition = inline.node.type_condition.as_ref();
                        let on = condition.map_or(parent, |on| on.node.on.node.as_str());
                        to_visit.push((on, &inline.node.selection_set.node));
                    }
                    Selection::FragmentSpread(spread) => {
                        if let Some(fragment) =
                            document.fragments.get(&spread.node.fragment_name.node)
                        {
                            let on = fragment.node.type_condition.node.on.node.as_str();
                            to_visit.push((on, &fragment.node.selection_set.node));
                        }
                    }
                }
            }
        }
        found.map(|field_type| (field_type, selected))
    }
}

/// An object in the response: its type, as far as the document tells, and what is selected of it.
struct Place<'a> {
    parent: &'a str,
    sets: Vec<&'a SelectionSet>,
}

/// Whether the value just looked at may be what it is, or is a null where none may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Null {
    Allowed,
    Forbidden,
}

/// Makes the field at the end of `path` null when it is missing. An object of which every field failed is null itself, and is put back.
fn fill_in(value: &mut Value, path: &[PathSegment]) {
    match path.split_first() {
        Some((PathSegment::Field(key), rest)) => {
            if *value == Value::Null {
                *value = Value::Object(async_graphql::indexmap::IndexMap::new());
            }
            if let Value::Object(object) = value {
                fill_in(object.entry(Name::new(key)).or_insert(Value::Null), rest);
            }
        }
        Some((PathSegment::Index(index), rest)) => {
            if let Value::List(items) = value
                && let Some(item) = items.get_mut(*index)
            {
                fill_in(item, rest);
            }
        }
        None => {}
    }
}
