//! What tools ask a schema for, within its own limits.

use async_graphql::{Request, ServerError, value};
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

/// Every field of everything that belongs to one payment. It fits into a page of 100.
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
     cancels { transactionKey amount { ...M } reason canceledAt origin request { ...R } refunded } \
     reconciliation { verdict discrepancies { ...D } } \
     payouts { transactionKey kind amount { ...M } soldDate paidOutDate basis } asOf stale } \
     fragment D on Discrepancy { id class mId paymentKey transactionKey explanation expected { ...M } observed { ...M } \
     delta { ...M } detectedAt }";

async fn is_too_complex(query: &str) -> bool {
    let response = builder().finish().execute(Request::new(query)).await;
    let is_told = |error: &ServerError| error.message == "Query is too complex.";
    response.errors.iter().any(is_told)
}

#[tokio::test]
async fn the_introspection_query_is_within_the_limits() {
    let response = builder().finish().execute(INTROSPECTION).await;
    assert!(response.is_ok(), "{:?}", response.errors);
}

#[tokio::test]
async fn everything_of_one_payment_may_be_asked_for_and_of_twenty_not() {
    let one = format!("{{ p: payment(by: {{ orderId: \"o\" }}) {{ ...P }} }} {ALL_OF_A_PAYMENT}");
    let payments = (0..20)
        .map(|i| format!("p{i}: payment(by: {{ orderId: \"o\" }}) {{ ...P }}"))
        .collect::<Vec<_>>()
        .join(" ");
    let twenty = format!("{{ {payments} }} {ALL_OF_A_PAYMENT}");
    assert!(!is_too_complex(&one).await);
    assert!(is_too_complex(&twenty).await);
}

#[tokio::test]
async fn everything_of_a_page_of_100_payments_may_be_asked_for_and_of_two_such_pages_not() {
    let page = "payments(first: 100) { nodes { ...P } pageInfo { hasNextPage endCursor } }";
    let one = format!("{{ {page} }} {ALL_OF_A_PAYMENT}");
    let two = format!("{{ a: {page} b: {page} }} {ALL_OF_A_PAYMENT}");
    assert!(!is_too_complex(&one).await);
    assert!(is_too_complex(&two).await);
}

#[tokio::test]
async fn other_attempts_within_each_other_may_be_asked_for_of_a_payment_and_not_of_a_page() {
    let attempts = "otherAttempts { otherAttempts { orderId history { id } } }";
    let one = format!("{{ payment(by: {{ orderId: \"o\" }}) {{ {attempts} }} }}");
    let page = format!("{{ payments(first: 200) {{ nodes {{ {attempts} }} }} }}");
    assert!(!is_too_complex(&one).await);
    assert!(is_too_complex(&page).await);
    // A page with the attempts at each order.
    let attempts = "otherAttempts { paymentKey status totalAmount { amount currency } }";
    let page = format!("{{ payments(first: 100) {{ nodes {{ orderId {attempts} }} }} }}");
    assert!(!is_too_complex(&page).await);
}

#[tokio::test]
async fn a_screen_for_a_month_may_be_asked_for_at_once() {
    let query = "{ \
         reconciliation(range: { from: \"2026-03-01\", to: \"2026-03-31\" }) { mId currency paymentCount \
         paidAmount { ...M } effectiveRefund { ...M } voidedAmount { ...M } netAmount { ...M } settledAmount { ...M } \
         fee { ...M } payOutAmount { ...M } unsettledAmount { ...M } verdicts { verdict count } } \
         payoutDays(range: { from: \"2026-03-01\", to: \"2026-03-31\" }) { mId currency paidOutDate paymentCount \
         cancelCount grossAmount { ...M } cancelAmount { ...M } fee { ...M } payOutAmount { ...M } basis } \
         discrepancies(first: 100) { nodes { ...D payment { orderId status } } pageInfo { hasNextPage } } \
         settlementCycle { mId method configured { cycle businessDays } \
         learned { cycle lag { businessDays rowCount agreeingCount } hitRate { forecastCount hitCount } } } } \
         fragment M on Money { amount currency } \
         fragment D on Discrepancy { id class mId paymentKey transactionKey explanation expected { ...M } \
         observed { ...M } delta { ...M } detectedAt }";
    let response = builder().finish().execute(Request::new(query)).await;
    // Nobody is asking, which is found out only after the query was let through.
    assert_eq!(crate::support::codes(&response), ["UNAUTHENTICATED"; 4]);
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
