//! Money as clients read and write it.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, InputObject, Object, OutputType, Positioned, ServerResult, Value,
};
use reconciliation::{Currency, MoneyError};

use super::at_hand;
use super::cancel_request::CancelError;
use super::error::ApiError;
use super::scalars::Decimal;
use crate::store;

/// An amount of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Money(pub(super) reconciliation::Money);

impl OutputType for Money {
    fn type_name() -> Cow<'static, str> {
        Shown::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Shown::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        at_hand::object(ctx, &Shown(self.0)).await
    }
}

/// The amount with its fields.
struct Shown(reconciliation::Money);

/// An exact amount of one currency. Amounts of different currencies are never added.
#[Object(name = "Money")]
impl Shown {
    /// The amount in the currency's own unit, with exactly the currency's decimals. May be negative where the field
    /// says so.
    async fn amount(&self) -> Decimal {
        Decimal::Amount(self.0)
    }

    /// An ISO 4217 code such as `KRW`, `USD` or `JPY`; or `MUSD`, Toss's name for millionths of a US dollar, whose
    /// amounts are written in dollars with six decimals.
    async fn currency(&self) -> &'static str {
        self.0.currency().code()
    }
}

impl From<reconciliation::Money> for Money {
    fn from(money: reconciliation::Money) -> Self {
        Self(money)
    }
}

/// An amount of one currency.
#[derive(Debug, InputObject)]
pub(super) struct MoneyInput {
    /// In the currency's own unit, not negative, with no more decimals than the currency has.
    amount: Decimal,
    /// The payment's currency, as `Payment.currency` gives it.
    currency: String,
}

impl MoneyInput {
    /// The amount, or what the admin is told of it. `field` is the input field that it was given in.
    pub(super) fn read(&self, field: &'static str) -> Result<reconciliation::Money, CancelError> {
        let money = self
            .parse()
            .map_err(|error| CancelError::invalid_input(field, error.to_string()))?;
        if money.minor() < 0 {
            let message = format!("{money} is negative: give the amount without a sign");
            return Err(CancelError::invalid_input(field, message));
        }
        Ok(money)
    }

    fn parse(&self) -> Result<reconciliation::Money, MoneyError> {
        let currency: Currency = self.currency.parse()?;
        match &self.amount {
            Decimal::Given(text) => reconciliation::Money::parse(text, currency),
            Decimal::Amount(money) => {
                reconciliation::Money::parse(&money.to_decimal_text(), currency)
            }
        }
    }
}

/// Amounts of one currency. What is left out bounds nothing.
#[derive(Debug, InputObject)]
pub(super) struct AmountRange {
    /// The smallest, in the currency's own unit.
    from: Option<Decimal>,
    /// The largest, in the currency's own unit.
    to: Option<Decimal>,
    /// The currency, as `Payment.currency` gives it.
    currency: String,
}

impl AmountRange {
    /// The range in minor units. `field` is the filter's.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for what is no amount of that currency, and for a range that ends before it begins.
    pub(super) fn read(self, field: &str) -> Result<store::AmountRange, ApiError> {
        let wrong =
            |why: &dyn std::fmt::Display| ApiError::bad_user_input(format!("{field}: {why}"));
        let bound = |amount: Option<Decimal>| {
            let input = amount.map(|amount| MoneyInput {
                amount,
                currency: self.currency.clone(),
            });
            let money = input.map(|input| input.parse()).transpose();
            money.map_err(|error| wrong(&error))
        };
        let (from, to) = (bound(self.from)?, bound(self.to)?);
        let (from, to) = (
            from.map(reconciliation::Money::minor),
            to.map(reconciliation::Money::minor),
        );
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            return Err(wrong(&"from must not be more than to"));
        }
        let currency: Result<Currency, MoneyError> = self.currency.parse();
        Ok(store::AmountRange {
            currency: currency.map_err(|error| wrong(&error))?,
            from,
            to,
        })
    }
}

#[cfg(test)]
mod tests {
    use reconciliation::Money;

    use super::*;

    fn given(amount: &str, currency: &str) -> MoneyInput {
        MoneyInput {
            amount: Decimal::Given(amount.to_owned()),
            currency: currency.to_owned(),
        }
    }

    #[test]
    fn an_amount_that_fits_its_currency_is_read() {
        for (amount, currency, minor) in [
            ("15000", Currency::KRW, 15_000),
            ("0", Currency::KRW, 0),
            ("15000.00", Currency::KRW, 15_000),
            ("181.56", Currency::USD, 18_156),
            ("0.000001", Currency::MUSD, 1),
        ] {
            let money = given(amount, currency.code()).read("amount").unwrap();
            assert_eq!(money, Money::from_minor(minor, currency));
        }
    }

    #[test]
    fn an_amount_that_fits_no_money_is_refused_as_data_that_names_the_field() {
        for (amount, currency) in [
            ("100.5", "KRW"),
            ("181.567", "USD"),
            ("-1", "KRW"),
            ("1000000000000000000000000000000", "KRW"),
            ("9007199254740992", "KRW"),
            ("1", "XXX1"),
            ("1", "krw"),
            ("1", ""),
        ] {
            let error = given(amount, currency).read("taxFreeAmount").unwrap_err();
            assert!(
                error.is_invalid_input_of("taxFreeAmount"),
                "{amount} {currency}: {error:?}"
            );
        }
    }
}
