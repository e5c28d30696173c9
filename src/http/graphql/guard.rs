//! What a parsed document would cost, found in time proportional to its text. The executor's own limits write every fragment out
//! first, which takes exponential time for fragments that spread each other; here each fragment is added up once.

use std::collections::HashMap;

use async_graphql::parser::types::{
    Directive, ExecutableDocument, Selection, SelectionSet, VariableDefinition,
};
use async_graphql::{Name, Positioned};
use thiserror::Error;

use crate::http::limits::DocumentLimits;

/// The fields of introspection that are lists of the schema's own size.
const INTROSPECTION_LISTS: [&str; 8] = [
    "types",
    "fields",
    "args",
    "inputFields",
    "interfaces",
    "enumValues",
    "possibleTypes",
    "directives",
];

/// Refuses a document that asks for more than `limits` allow, or whose fragments spread each other in a circle.
/// Fragments that no operation uses count as well: validation looks at them too.
pub(super) fn check(
    document: &ExecutableDocument,
    limits: &DocumentLimits,
) -> Result<(), TooComplex> {
    if document.operations.iter().len() > limits.operations {
        return Err(TooComplex::Operations(limits.operations));
    }
    if document.fragments.len() > limits.fragments {
        return Err(TooComplex::Fragments(limits.fragments));
    }
    let mut sum = Sum {
        document,
        limits,
        fragments: HashMap::with_capacity(document.fragments.len()),
    };
    let mut total = Cost::default();
    for (_, operation) in document.operations.iter() {
        let operation = &operation.node;
        total = total.beside(sum.selection_set(&operation.selection_set.node, 0)?);
        total = total.beside(Cost::of_directives(&operation.directives));
        for variable in &operation.variable_definitions {
            let VariableDefinition { directives, .. } = &variable.node;
            total = total.beside(Cost::of_directives(directives));
        }
        total.within(limits)?;
    }
    for name in document.fragments.keys() {
        sum.fragment(name, 0)?.within(limits)?;
    }
    Ok(())
}

/// Why a document is refused before it is validated. Each says the limit.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(super) enum TooComplex {
    #[error("the document is longer than {0} bytes")]
    Text(usize),
    #[error("the document has more than {0} tokens")]
    Tokens(usize),
    #[error("the document has more than {0} brackets open at once")]
    Brackets(usize),
    #[error("the document has more than {0} operations")]
    Operations(usize),
    #[error("the document has more than {0} fragments")]
    Fragments(usize),
    #[error("the fragment `{0}` spreads itself")]
    Circle(String),
    #[error("the document selects more than {0} fields, with its fragments written out")]
    Selections(u64),
    #[error("the document's fields are nested deeper than {0}")]
    Depth(u32),
    #[error("the document's fields and fragments are nested deeper than {0}")]
    Nesting(u32),
    #[error("the document has more than {0} aliases, with its fragments written out")]
    Aliases(u64),
    #[error("the document has more than {0} directives, with its fragments written out")]
    Directives(u64),
    #[error(
        "introspection has more than {0} lists of fields, interfaces, possible types or input fields within each other"
    )]
    IntrospectionDepth(u32),
    #[error(
        "introspection asks for more than {0} lists, with the document's fragments written out"
    )]
    IntrospectionLists(u64),
    #[error("the document asks for a payment within a payment more than {0} deep")]
    Payments(u32),
    #[error("the document asks for other attempts of other attempts more than {0} deep")]
    Attempts(u32),
    #[error("the answer is larger than is served: ask for fewer rows or fields at a time")]
    Answer,
    #[error("the variables are too large to be used in so many places of the document")]
    Variables,
}

#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    selections: u64,
    depth: u32,
    nesting: u32,
    aliases: u64,
    directives: u64,
    /// Lists of introspection within each other, wherever they are.
    lists: u32,
    /// The same within `__schema` or `__type`.
    introspection_lists: u32,
    /// Whatever introspection has lists of, wherever it is.
    listed: u64,
    /// The same within `__schema` or `__type`.
    introspection_listed: u64,
    payments: u32,
    attempts: u32,
}

impl Cost {
    fn of_directives(directives: &[Positioned<Directive>]) -> Self {
        Self {
            directives: u64::try_from(directives.len()).unwrap_or(u64::MAX),
            ..Self::default()
        }
    }

    fn beside(self, other: Self) -> Self {
        Self {
            selections: self.selections.saturating_add(other.selections),
            depth: self.depth.max(other.depth),
            nesting: self.nesting.max(other.nesting),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            lists: self.lists.max(other.lists),
            introspection_lists: self.introspection_lists.max(other.introspection_lists),
            listed: self.listed.saturating_add(other.listed),
            introspection_listed: self
                .introspection_listed
                .saturating_add(other.introspection_listed),
            payments: self.payments.max(other.payments),
            attempts: self.attempts.max(other.attempts),
        }
    }

    /// The cost of a field of that name around a selection of this cost.
    fn around(mut self, name: &str) -> Self {
        match name {
            // As in MaxIntrospectionDepthRule of GraphQL's reference implementation.
            "fields" | "interfaces" | "possibleTypes" | "inputFields" => {
                self.lists = self.lists.saturating_add(1);
            }
            "__schema" | "__type" => {
                self.introspection_lists = self.introspection_lists.max(self.lists);
                self.introspection_listed = self.introspection_listed.saturating_add(self.listed);
                self.listed = 0;
            }
            "payment" => self.payments = self.payments.saturating_add(1),
            "otherAttempts" => self.attempts = self.attempts.saturating_add(1),
            _ => {}
        }
        if INTROSPECTION_LISTS.contains(&name) {
            self.listed = self.listed.saturating_add(1);
        }
        self
    }

    fn within(self, limits: &DocumentLimits) -> Result<(), TooComplex> {
        if self.selections > limits.selections {
            Err(TooComplex::Selections(limits.selections))
        } else if self.depth > limits.depth {
            Err(TooComplex::Depth(limits.depth))
        } else if self.nesting > limits.nesting {
            Err(TooComplex::Nesting(limits.nesting))
        } else if self.aliases > limits.aliases {
            Err(TooComplex::Aliases(limits.aliases))
        } else if self.directives > limits.directives {
            Err(TooComplex::Directives(limits.directives))
        } else if self.introspection_lists > limits.introspection_lists {
            Err(TooComplex::IntrospectionDepth(limits.introspection_lists))
        } else if self.introspection_listed > limits.introspection_listed {
            Err(TooComplex::IntrospectionLists(limits.introspection_listed))
        } else if self.payments > limits.payments {
            Err(TooComplex::Payments(limits.payments))
        } else if self.attempts > limits.attempts {
            Err(TooComplex::Attempts(limits.attempts))
        } else {
            Ok(())
        }
    }
}

/// What is known of a fragment while the sum is being made.
#[derive(Clone, Copy)]
enum Known {
    Begun,
    Costs(Cost),
}

struct Sum<'a> {
    document: &'a ExecutableDocument,
    limits: &'a DocumentLimits,
    fragments: HashMap<&'a str, Known>,
}

impl<'a> Sum<'a> {
    /// `level` is how many selections the set is within. It only bounds this function's own recursion.
    fn selection_set(&mut self, set: &'a SelectionSet, level: u32) -> Result<Cost, TooComplex> {
        if level > self.limits.nesting {
            return Err(TooComplex::Nesting(self.limits.nesting));
        }
        let mut total = Cost::default();
        for selection in &set.items {
            total = total.beside(self.selection(&selection.node, level)?);
        }
        Ok(total)
    }

    fn selection(&mut self, selection: &'a Selection, level: u32) -> Result<Cost, TooComplex> {
        let mut cost = match selection {
            Selection::Field(field) => {
                let mut cost = self.selection_set(&field.node.selection_set.node, level + 1)?;
                cost.depth = cost.depth.saturating_add(1);
                cost.aliases = cost
                    .aliases
                    .saturating_add(u64::from(field.node.alias.is_some()));
                cost.around(&field.node.name.node)
            }
            Selection::FragmentSpread(spread) => {
                self.fragment(&spread.node.fragment_name.node, level + 1)?
            }
            Selection::InlineFragment(inline) => {
                self.selection_set(&inline.node.selection_set.node, level + 1)?
            }
        };
        cost.selections = cost.selections.saturating_add(1);
        cost.nesting = cost.nesting.saturating_add(1);
        Ok(cost.beside(Cost::of_directives(selection.directives())))
    }

    fn fragment(&mut self, name: &'a Name, level: u32) -> Result<Cost, TooComplex> {
        match self.fragments.get(name.as_str()) {
            Some(Known::Costs(cost)) => return Ok(*cost),
            Some(Known::Begun) => return Err(TooComplex::Circle(name.to_string())),
            None => {}
        }
        // Validation names a fragment that is not defined.
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Cost::default());
        };
        self.fragments.insert(name.as_str(), Known::Begun);
        let cost = self
            .selection_set(&fragment.node.selection_set.node, level)?
            .beside(Cost::of_directives(&fragment.node.directives));
        self.fragments.insert(name.as_str(), Known::Costs(cost));
        Ok(cost)
    }
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
