//! JSON that keeps the order of its fields and the digits of its numbers.

use serde::ser::{Error, SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::money::Amount;

/// A JSON value whose numbers are text, so that `181.56` never becomes a float.
#[derive(Clone, Debug)]
pub(crate) enum Json {
    Null,
    Flag(bool),
    Number(String),
    Text(String),
    /// A value as its JSON text, for what no writer of JSON writes.
    Raw(String),
    List(Vec<Json>),
    Object(Object),
}

/// A JSON object with its fields in the order in which Toss writes them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object(Vec<(&'static str, Json)>);

impl Object {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Appends a field.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Json>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// Replaces a field's value, or appends the field.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<Json>) {
        let value = value.into();
        match self.0.iter_mut().find(|(field, _)| *field == name) {
            Some((_, slot)) => *slot = value,
            None => self.0.push((name, value)),
        }
    }

    /// Takes a field out.
    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(field, _)| *field != name);
    }

    /// The object inside a field, when there is one.
    pub(crate) fn object_mut(&mut self, name: &str) -> Option<&mut Object> {
        self.0.iter_mut().find_map(|(field, value)| match value {
            Json::Object(object) if *field == name => Some(object),
            _ => None,
        })
    }

    /// A field's value.
    pub(crate) fn value_mut(&mut self, name: &str) -> Option<&mut Json> {
        self.0
            .iter_mut()
            .find(|(field, _)| *field == name)
            .map(|(_, value)| value)
    }

    /// The cancels in a body: those of a payment, or the one of a settlement row.
    pub(crate) fn cancels_mut(&mut self) -> Vec<&mut Object> {
        self.0
            .iter_mut()
            .filter(|(field, _)| matches!(*field, "cancels" | "cancel"))
            .flat_map(|(_, value)| value.top_objects())
            .collect()
    }

    /// Does something with every value, those inside objects and lists too.
    pub(crate) fn each_value(&mut self, work: &mut impl FnMut(&mut Json)) {
        for (_, value) in &mut self.0 {
            work(value);
            for object in value.top_objects() {
                object.each_value(work);
            }
        }
    }

    /// Whether the field exists.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| *field == name)
    }
}

impl Json {
    /// The bytes on the wire.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        // Serialising text, lists and numbers that are digits has no way to fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Every object at the top: the value itself, or the elements of a list.
    pub(crate) fn top_objects(&mut self) -> Vec<&mut Object> {
        match self {
            Self::Object(object) => vec![object],
            Self::List(list) => list
                .iter_mut()
                .filter_map(|value| match value {
                    Self::Object(object) => Some(object),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Number(text) | Self::Raw(text) => RawValue::from_string(text.clone())
                .map_err(S::Error::custom)?
                .serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(list) => {
                let mut sequence = serializer.serialize_seq(Some(list.len()))?;
                for value in list {
                    sequence.serialize_element(value)?;
                }
                sequence.end()
            }
            Self::Object(object) => {
                let mut map = serializer.serialize_map(Some(object.0.len()))?;
                for (name, value) in &object.0 {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl From<bool> for Json {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Self::Number(number.to_string())
    }
}

impl From<Amount> for Json {
    fn from(amount: Amount) -> Self {
        Self::Number(amount.json_text())
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl From<Vec<Object>> for Json {
    fn from(objects: Vec<Object>) -> Self {
        Self::List(objects.into_iter().map(Self::Object).collect())
    }
}

impl<T: Into<Json>> From<Option<T>> for Json {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
