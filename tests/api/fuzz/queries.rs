//! Operations made at random out of the schema: mostly right, with a mistake now and then.

use std::collections::HashMap;
use std::fmt::Write as _;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeKind, TypeSystemDefinition,
};
use rand::{Rng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::{Value, json};

/// Fields within each other.
const DEPTH: u32 = 5;

/// Values that name something.
pub(super) struct Good {
    ids: Vec<String>,
    texts: Vec<String>,
}

impl Good {
    /// Out of an answer.
    pub(super) fn of(found: &Value) -> Self {
        let mut good = Self {
            ids: Vec::new(),
            texts: Vec::new(),
        };
        good.take(found);
        good
    }

    fn take(&mut self, found: &Value) {
        match found {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value.as_str() {
                        Some(text) if name == "id" => self.ids.push(text.to_owned()),
                        Some(text) => self.texts.push(text.to_owned()),
                        None => self.take(value),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.take(item)),
            _ => {}
        }
    }
}

/// Makes operations.
pub(super) struct Queries {
    types: HashMap<String, TypeKind>,
    good: Good,
}

/// An operation that is being made.
struct Making<'q, 'r> {
    queries: &'q Queries,
    random: &'r mut StdRng,
    declared: String,
    variables: serde_json::Map<String, Value>,
    fragments: String,
    names: usize,
}

impl Queries {
    pub(super) fn of(sdl: &str, good: Good) -> Self {
        let definitions = parse_schema(sdl).unwrap().definitions;
        let types = definitions.into_iter().filter_map(|one| match one {
            TypeSystemDefinition::Type(named) => {
                Some((named.node.name.node.to_string(), named.node.kind))
            }
            _ => None,
        });
        Self {
            types: types.collect(),
            good,
        }
    }

    /// The body of a request.
    pub(super) fn body(&self, random: &mut StdRng) -> Value {
        let (word, root) = match random.random_range(0..20) {
            0 => ("subscription", "Subscription"),
            1..4 => ("mutation", "Mutation"),
            _ => ("query", "Query"),
        };
        let mut making = Making {
            queries: self,
            random,
            declared: String::new(),
            variables: serde_json::Map::new(),
            fragments: String::new(),
            names: 0,
        };
        let selection = making.selection(root, 0);
        let declared = match making.declared.as_str() {
            "" => String::new(),
            declared => format!("({declared})"),
        };
        let fragments = &making.fragments;
        json!({ "query": format!("{word} Fuzz{declared} {selection} {fragments}"), "variables": making.variables })
    }

    fn fields(&self, name: &str) -> Vec<&FieldDefinition> {
        let fields = match &self.types[name] {
            TypeKind::Object(object) => &object.fields,
            TypeKind::Interface(interface) => &interface.fields,
            _ => return Vec::new(),
        };
        fields.iter().map(|field| &field.node).collect()
    }

    /// Types with fields, and so with selections.
    fn is_composite(&self, name: &str) -> bool {
        let kind = self.types.get(name);
        matches!(
            kind,
            Some(TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_))
        )
    }
}

impl Making<'_, '_> {
    fn one_in(&mut self, number: u32) -> bool {
        self.random.random_ratio(1, number)
    }

    fn name(&mut self) -> usize {
        self.names += 1;
        self.names
    }

    fn selection(&mut self, of: &str, depth: u32) -> String {
        let queries = self.queries;
        let mut text = "{ ".to_owned();
        let fields = queries.fields(of);
        let most = if depth == 0 { 2 } else { 5 };
        for _ in 0..self.random.random_range(1..=most) {
            let Some(field) = fields.choose(self.random) else {
                break;
            };
            let one = self.field(field, depth);
            let _ = match self.random.random_range(0..12) {
                0 => write!(text, "... on {of} {{ {one} }} "),
                1 if self.fragments.len() < 10_000 => {
                    let name = self.name();
                    let _ = write!(self.fragments, "fragment F{name} on {of} {{ {one} }} ");
                    write!(text, "...F{name} ")
                }
                _ => write!(text, "{one} "),
            };
        }
        text + "__typename }"
    }

    fn field(&mut self, field: &FieldDefinition, depth: u32) -> String {
        let mut text = String::new();
        // Fields of the same name with other arguments would be in each other's way.
        if !field.arguments.is_empty() || self.one_in(6) {
            let _ = write!(text, "a{}: ", self.name());
        }
        text += &field.name.node;
        if self.one_in(200) {
            text.push('x');
        }
        let mut arguments = Vec::new();
        for argument in &field.arguments {
            let argument = &argument.node;
            let required = !argument.ty.node.nullable && argument.default_value.is_none();
            if required || self.one_in(2) {
                let value = self.argument(argument);
                arguments.push(format!("{}: {value}", argument.name.node));
            }
        }
        if !arguments.is_empty() {
            let _ = write!(text, "({})", arguments.join(", "));
        }
        match self.random.random_range(0..30) {
            0 => text += " @include(if: true)",
            1 => text += " @skip(if: true)",
            2 if self.one_in(5) => text += " @unknown",
            _ => {}
        }
        let of = named(&field.ty.node);
        if self.queries.is_composite(of) && !self.one_in(200) {
            text.push(' ');
            if depth + 1 < DEPTH {
                text += &self.selection(of, depth + 1);
            } else {
                text += "{ __typename }";
            }
        }
        text
    }

    /// A literal, or a variable with it.
    fn argument(&mut self, argument: &InputValueDefinition) -> String {
        let wanted = &argument.ty.node;
        let value = self.value(wanted, 0);
        if self.one_in(3) {
            let name = format!("v{}", self.name());
            let _ = write!(self.declared, "${name}: {wanted} ");
            self.variables.insert(name.clone(), value);
            return format!("${name}");
        }
        self.literal(&value, named(wanted))
    }

    /// As the language spells it: names of enums without quotes.
    fn literal(&self, value: &Value, of: &str) -> String {
        match value {
            Value::Array(items) => {
                let items = items.iter().map(|item| self.literal(item, of));
                format!("[{}]", items.collect::<Vec<_>>().join(", "))
            }
            Value::Object(fields) => {
                let types = match self.queries.types.get(of) {
                    Some(TypeKind::InputObject(input)) => input.fields.as_slice(),
                    _ => &[],
                };
                let fields = fields.iter().map(|(name, value)| {
                    let known = types.iter().find(|field| field.node.name.node == *name);
                    let of = known.map_or("String", |field| named(&field.node.ty.node));
                    format!("{name}: {}", self.literal(value, of))
                });
                format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
            }
            Value::String(text)
                if matches!(self.queries.types.get(of), Some(TypeKind::Enum(_))) =>
            {
                text.clone()
            }
            other => other.to_string(),
        }
    }

    fn value(&mut self, wanted: &Type, depth: u32) -> Value {
        if (wanted.nullable && self.one_in(8)) || self.one_in(150) {
            return Value::Null;
        }
        match &wanted.base {
            BaseType::List(item) => {
                let items = self.random.random_range(0..4);
                Value::Array((0..items).map(|_| self.value(item, depth)).collect())
            }
            BaseType::Named(name) => self.named_value(name, depth),
        }
    }

    fn named_value(&mut self, name: &str, depth: u32) -> Value {
        let queries = self.queries;
        match queries.types.get(name) {
            Some(TypeKind::Enum(values)) => {
                let value = values.values.choose(self.random);
                value.map_or(Value::Null, |value| json!(value.node.value.node.as_str()))
            }
            Some(TypeKind::InputObject(input)) => {
                let mut object = serde_json::Map::new();
                let one_of = input.fields.iter().all(|field| field.node.ty.node.nullable)
                    && name == "PaymentBy";
                let chosen = self.random.random_range(0..input.fields.len());
                for (place, field) in input.fields.iter().enumerate() {
                    let field = &field.node;
                    let wanted = if one_of {
                        place == chosen || self.one_in(20)
                    } else {
                        !field.ty.node.nullable || (depth < 3 && self.one_in(2))
                    };
                    if wanted {
                        let value = self.value(&field.ty.node, depth + 1);
                        object.insert(field.name.node.to_string(), value);
                    }
                }
                Value::Object(object)
            }
            _ => self.scalar(name),
        }
    }

    fn scalar(&mut self, name: &str) -> Value {
        const NUMBERS: [i64; 9] = [0, 1, 2, 50, 200, 201, -1, 2_147_483_647, -2_147_483_648];
        const DAYS: [&str; 8] = [
            "2026-03-01",
            "2026-03-19",
            "2026-02-18",
            "2026-02-30",
            "0001-01-01",
            "9999-12-31",
            "2026-3-1",
            "",
        ];
        const AMOUNTS: [&str; 8] = [
            "0",
            "100",
            "-5",
            "12.34",
            "1e9",
            "99999999999999999999",
            "0.001",
            "won",
        ];
        const TEXTS: [&str; 12] = [
            "",
            "%",
            "_",
            "' OR 1=1 --",
            "\"; DROP TABLE payments; --",
            "\\",
            "주문",
            "\u{202e}rtl",
            "a\u{0}b",
            "tdemoshop01",
            "KRW",
            "fuzz-0002",
        ];
        if self.one_in(25) {
            return [json!({}), json!([1]), json!(1.5), json!(true)]
                .choose(self.random)
                .cloned()
                .unwrap_or_default();
        }
        let good = &self.queries.good;
        let text = |random: &mut StdRng, texts: &[&str]| {
            json!(texts.choose(random).copied().unwrap_or_default())
        };
        match name {
            "Int" => json!(NUMBERS.choose(self.random)),
            "Boolean" => json!(self.random.random::<bool>()),
            "ID" if self.random.random_bool(0.8) => json!(good.ids.choose(self.random)),
            "LocalDate" => text(self.random, &DAYS),
            "Decimal" => text(self.random, &AMOUNTS),
            _ if self.random.random_bool(0.5) => json!(good.texts.choose(self.random)),
            _ if self.one_in(40) => json!("x".repeat(3_000)),
            _ => text(self.random, &TEXTS),
        }
    }
}

/// What a type is of, whatever lists it is in.
fn named(of: &Type) -> &str {
    match &of.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => named(item),
    }
}
