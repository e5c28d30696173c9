//! What tools ask a schema for, within its own limits.

use async_graphql::{Request, value};
use toss_recon::graphql::builder;

/// The introspection query of GraphQL's reference implementation, with every option.
const INTROSPECTION: &str = "query IntrospectionQuery { __schema { description queryType { name kind } mutationType { name kind } \
     subscriptionType { name kind } types { ...FullType } directives { name description isRepeatable locations \
     args(includeDeprecated: true) { ...InputValue } } } } \
     fragment FullType on __Type { kind name description specifiedByURL isOneOf fields(includeDeprecated: true) { name \
     description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason } \
     inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef } enumValues(includeDeprecated: true) \
     { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } } \
     fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated \
     deprecationReason } \
     fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name \
     ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

/// Every field of everything that belongs to one payment.
const ALL_OF_A_PAYMENT: &str = "fragment M on Money { amount currency } \
     fragment R on CancelRequest { id paymentKey status amount { ...M } reason requestedBy requestedAt resolvedAt \
     transactionKey error { code message advice field } } \
     fragment P on Payment { __typename id mId paymentKey orderId method methodLabel status statusLabel currency \
     totalAmount { ...M } balanceAmount { ...M } isPartialCancelable paidAmount { ...M } effectiveRefund { ...M } \
     voidedAmount { ...M } netAmount { ...M } fullyCanceled requestedAt approvedAt \
     history { id mId transactionKey paymentKey orderId method methodLabel status statusLabel transactionAt \
     amount { ...M } effect effectiveAmount { ...M } } \
     settlements { id mId kind paymentKey transactionKey orderId amount { ...M } interestFee { ...M } fee { ...M } \
     supplyAmount { ...M } vat { ...M } fees { type fee { ...M } } payOutAmount { ...M } approvedAt soldDate \
     paidOutDate match matchCandidates } \
     cancels { transactionKey amount { ...M } reason canceledAt origin request { ...R } refunded } asOf stale }";

#[tokio::test]
async fn the_introspection_query_is_within_the_limits() {
    let response = builder().finish().execute(INTROSPECTION).await;
    assert!(response.is_ok(), "{:?}", response.errors);
}

#[tokio::test]
async fn everything_of_one_payment_may_be_asked_for_and_of_twenty_not() {
    let schema = builder().finish();
    let one = format!("{{ p: payment(by: {{ orderId: \"o\" }}) {{ ...P }} }} {ALL_OF_A_PAYMENT}");
    let payments = (0..20)
        .map(|i| format!("p{i}: payment(by: {{ orderId: \"o\" }}) {{ ...P }}"))
        .collect::<Vec<_>>()
        .join(" ");
    let twenty = format!("{{ {payments} }} {ALL_OF_A_PAYMENT}");
    let too_complex = async |query: String| {
        let response = schema.execute(Request::new(query)).await;
        response
            .errors
            .iter()
            .any(|error| error.message == "Query is too complex.")
    };
    assert!(!too_complex(one).await);
    assert!(too_complex(twenty).await);
}

#[tokio::test]
async fn a_wrong_name_is_refused_without_proposing_another() {
    let response = builder().finish().execute("{ paymant { id } }").await;
    assert!(!response.errors.is_empty());
    assert!(
        !response.errors[0].message.contains("Did you mean"),
        "{:?}",
        response.errors
    );
}

#[tokio::test]
async fn an_input_of_one_field_says_so_to_tools() {
    let query = "{ __type(name: \"PaymentBy\") { isOneOf } }";
    let response = builder().finish().execute(query).await;
    assert_eq!(response.data, value!({ "__type": { "isOneOf": true } }));
}
