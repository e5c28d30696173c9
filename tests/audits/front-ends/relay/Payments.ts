// What a front-end with Relay writes: pages along a connection, a fragment, a mutation with its errors, a subscription.
import { graphql } from 'relay-runtime';

export const payment = graphql`
  fragment Payments_payment on Payment {
    id
    orderId
    status
    asOf
    stale
    balanceAmount {
      amount
      currency
    }
  }
`;

export const list = graphql`
  fragment Payments_list on Query
  @refetchable(queryName: "PaymentsPageQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 50 }, after: { type: "String" }) {
    payments(first: $first, after: $after) @connection(key: "Payments_payments") {
      edges {
        node {
          ...Payments_payment
        }
      }
    }
  }
`;

export const query = graphql`
  query PaymentsQuery {
    ...Payments_list
  }
`;

export const byId = graphql`
  query PaymentsNodeQuery($id: ID!) {
    node(id: $id) {
      ...Payments_payment @alias
    }
  }
`;

export const cancel = graphql`
  mutation PaymentsCancelMutation($input: CancelPaymentInput!) {
    cancelPayment(input: $input) {
      payment {
        ...Payments_payment
      }
      error {
        code
        message
        advice
      }
    }
  }
`;

export const changed = graphql`
  subscription PaymentsChangedSubscription($paymentKey: String!) {
    paymentChanged(paymentKey: $paymentKey) {
      ...Payments_payment
    }
  }
`;
