//! What front-ends were promised is still there: every type, field, argument and value, with the same nullability.

use std::collections::BTreeSet;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use toss_recon::graphql::sdl;

const CONTRACT: &str = include_str!("../fixtures/contract.graphql");

#[test]
fn everything_that_was_promised_is_in_the_schema() {
    let promised = Promises::read(CONTRACT);
    let kept = Promises::read(&sdl());
    let broken: Vec<_> = promised.all.difference(&kept.all).collect();
    assert!(
        broken.is_empty(),
        "the schema breaks the contract:\n{broken:#?}"
    );
}

#[test]
fn nothing_more_must_be_given_than_was_promised() {
    let promised = Promises::read(CONTRACT);
    let asked = Promises::read(&sdl());
    let new: Vec<_> = asked.required.difference(&promised.required).collect();
    assert!(
        new.is_empty(),
        "clients that follow the contract do not give these:\n{new:#?}"
    );
}

#[test]
fn a_changed_type_argument_default_value_interface_or_directive_is_noticed() {
    let promised = Promises::read(
        "type A implements N { f(x: Int! = 3): [String!] } interface N { id: ID! } enum E { V } input I @oneOf { a: ID }",
    );
    for changed in [
        "type A implements N { f(x: Int! = 3): [String] }",
        "type A implements N { f(x: Int! = 4): [String!] }",
        "type A implements N { f(x: Int!): [String!] }",
        "type A { f(x: Int! = 3): [String!] }",
        "type A implements N { g: ID }",
    ] {
        let rest = "interface N { id: ID! } enum E { V } input I @oneOf { a: ID }";
        let kept = Promises::read(&format!("{changed} {rest}"));
        assert!(!promised.all.is_subset(&kept.all), "{changed}");
    }
    let head = "type A implements N { f(x: Int! = 3): [String!] } interface N { id: ID! }";
    for changed in [
        "enum E { W } input I @oneOf { a: ID }",
        "enum E { V } input I { a: ID }",
    ] {
        let kept = Promises::read(&format!("{head} {changed}"));
        assert!(!promised.all.is_subset(&kept.all), "{changed}");
    }
}

#[test]
fn int_is_for_seconds_page_sizes_and_counts_only_and_nothing_is_a_float() {
    // 32 bits are too few for an amount, and an id is no number.
    let numbers: Vec<String> = Promises::read(&sdl())
        .all
        .into_iter()
        .filter(|promise| promise.contains("Int") || promise.contains("Float"))
        .collect();
    assert_eq!(
        numbers,
        [
            "argument PayoutDay.events(first: Int)",
            "argument Query.auditLog(first: Int! = 50)",
            "argument Query.cancelRequests(first: Int)",
            "argument Query.cancelRequests(last: Int)",
            "argument Query.discrepancies(first: Int)",
            "argument Query.discrepancies(last: Int)",
            "argument Query.payment(maxAgeSeconds: Int! = 30)",
            "argument Query.payments(first: Int)",
            "argument Query.payments(last: Int)",
            "argument Query.settlements(first: Int)",
            "argument Query.settlements(last: Int)",
            "argument Query.transactions(first: Int)",
            "argument Query.transactions(last: Int)",
            "field CancelRequestConnection.totalCount: Int",
            "field CardDetails.installmentMonths: Int",
            "field ConfiguredCycle.businessDays: Int",
            "field Discrepancy.ageBusinessDays: Int!",
            "field DiscrepancyConnection.totalCount: Int",
            "field DiscrepancyCount.count: Int!",
            "field HitRate.forecastCount: Int!",
            "field HitRate.hitCount: Int!",
            "field LearnedLag.agreeingCount: Int!",
            "field LearnedLag.businessDays: Int!",
            "field LearnedLag.rowCount: Int!",
            "field PaymentConnection.totalCount: Int",
            "field PayoutDay.cancelCount: Int!",
            "field PayoutDay.paymentCount: Int!",
            "field ReconciliationSummary.paymentCount: Int!",
            "field ReconciliationSummary.uncheckedCount: Int!",
            "field RequestSyncPayload.days: Int!",
            "field SettlementConnection.totalCount: Int",
            "field TransactionConnection.totalCount: Int",
            "field VerdictCount.count: Int!",
            "input CreateTokenInput.expiresInDays: Int",
        ]
    );
}

/// A schema as a set of statements.
#[derive(Default)]
struct Promises {
    all: BTreeSet<String>,
    /// Arguments and input fields that a client cannot leave out.
    required: BTreeSet<String>,
}

impl Promises {
    fn read(schema: &str) -> Self {
        let mut promises = Self::default();
        for definition in parse_schema(schema).unwrap().definitions {
            if let TypeSystemDefinition::Type(definition) = definition {
                promises.add_type(&definition.node);
            }
        }
        promises
    }

    fn add_type(&mut self, definition: &TypeDefinition) {
        let name = definition.name.node.as_str();
        match &definition.kind {
            TypeKind::Scalar => self.add(format!("scalar {name}")),
            TypeKind::Object(object) => {
                self.add(format!("type {name}"));
                for interface in &object.implements {
                    self.add(format!("type {name} implements {}", interface.node));
                }
                self.add_fields(name, object.fields.iter().map(|field| &field.node));
            }
            TypeKind::Interface(interface) => {
                self.add(format!("interface {name}"));
                self.add_fields(name, interface.fields.iter().map(|field| &field.node));
            }
            TypeKind::Enum(items) => {
                for item in &items.values {
                    self.add(format!("enum {name} {}", item.node.value.node));
                }
            }
            TypeKind::InputObject(input) => {
                self.add(format!("input {name}"));
                for directive in &definition.directives {
                    self.add(format!("input {name} @{}", directive.node.name.node));
                }
                for field in &input.fields {
                    self.add_input(&format!("input {name}."), &field.node, "");
                }
            }
            TypeKind::Union(union) => {
                for member in &union.members {
                    self.add(format!("union {name} {}", member.node));
                }
            }
        }
    }

    fn add_fields<'a>(&mut self, name: &str, fields: impl Iterator<Item = &'a FieldDefinition>) {
        for field in fields {
            let field_name = &field.name.node;
            self.add(format!("field {name}.{field_name}: {}", field.ty.node));
            for argument in &field.arguments {
                self.add_input(
                    &format!("argument {name}.{field_name}("),
                    &argument.node,
                    ")",
                );
            }
        }
    }

    fn add_input(&mut self, before: &str, input: &InputValueDefinition, after: &str) {
        let default = input
            .default_value
            .as_ref()
            .map_or_else(String::new, |value| format!(" = {}", value.node));
        let text = format!(
            "{before}{}: {}{default}{after}",
            input.name.node, input.ty.node
        );
        if !input.ty.node.nullable && default.is_empty() {
            self.required.insert(text.clone());
        }
        self.add(text);
    }

    fn add(&mut self, promise: String) {
        self.all.insert(promise);
    }
}
