//! What the demo prints: where it is, what to ask, and what will be seen.

/// What a person needs to use the demo.
pub(super) struct Guide<'a> {
    /// Where the server is.
    pub(super) address: &'a str,
    /// Where the simulated Toss is.
    pub(super) toss: &'a str,
    /// The tokens: of an admin, of the admin who approves, and of a viewer.
    pub(super) admin: &'a str,
    pub(super) approver: &'a str,
    pub(super) viewer: &'a str,
}

impl Guide<'_> {
    /// What to do with it, and what will be seen.
    pub(super) fn text(&self) -> String {
        let Guide {
            address,
            toss,
            admin,
            approver,
            viewer,
        } = self;
        format!(
            r#"
toss-recon demo: a simulated shop that has lived through a month of payments. Ctrl-C ends it; nothing is kept.

  open          http://{address}/console/#sign-in={admin}
  GraphiQL      http://{address}/graphql
  viewer token  {viewer}
  admin token   {admin}
  second admin  {approver}

The first address is the console, signed in as an admin: what does not add up, and what became of each payment.

GraphiQL asks for a token: a viewer may query, an admin may also cancel. Paste this query:

query {{
  neverPaid: payment(by: {{orderId: "order-never-paid"}}) {{ ...Money }}
  partlyCancelled: payment(by: {{orderId: "order-partial-cancels"}}) {{ ...Money }}
}}
fragment Money on Payment {{
  status
  history {{ transactionAt status amount {{ amount }} effect }}
  settlements {{ kind amount {{ amount }} payOutAmount {{ amount }} soldDate paidOutDate }}
  effectiveRefund {{ amount currency }}
}}

It shows a virtual account of 22,400 won that nobody paid: Toss lists CANCELED 22400, but its effect is VOIDED and
0 was refunded. Beside it, a card payment of 15,000 won that was cancelled in part twice: three settlement rows, each
with its own sold date and paid-out date, and 8,000 won refunded.

Every other case is there too: {{ discrepancies(first: 100) {{ nodes {{ class explanation payment {{ orderId }} }} }} }} lists all
that can be wrong, and {{ cancelRequests {{ nodes {{ paymentKey status }} }} }} a cancel that was carried out, one whose outcome nobody
knows, and one that waits until the second admin approves it. A second shop has a test key, for which Toss settles nothing.

The same from a terminal, for the first of them:

curl -s http://{address}/graphql \
  -H 'Authorization: Bearer {viewer}' -H 'Content-Type: application/json' \
  -d '{{"query":"{{ payment(by: {{orderId: \"order-never-paid\"}}) {{ status effectiveRefund {{ amount }} history {{ status effect amount {{ amount }} }} }} }}"}}'

The simulated Toss itself answers at {toss}
"#
        )
    }
}
