//! Pages of a list, asked for by their cursors.

use std::time::Duration;

use crate::served::Served;

/// Where the page after this one begins; `None` when that one is not full.
pub(crate) async fn next_cursor(
    served: &Served,
    list: &str,
    filter: &str,
    after: &str,
) -> Option<String> {
    let query = format!(
        "{{ {list}(filter: {{ {filter} }}, first: 100, after: {after}) {{ pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    let (answer, _) = served.ask(&query).await;
    let page = &answer["data"][list]["pageInfo"];
    (page["hasNextPage"] == true).then(|| page["endCursor"].to_string())
}

/// How long a page takes.
pub(crate) async fn page(
    served: &Served,
    list: &str,
    fields: &str,
    filter: &str,
    after: &str,
) -> Duration {
    let query = format!(
        "{{ {list}(filter: {{ {filter} }}, first: 100, after: {after}) {{ nodes {{ {fields} }} }} }}"
    );
    let (answer, took) = served.ask(&query).await;
    assert!(
        answer["data"][list]["nodes"]
            .as_array()
            .is_some_and(|nodes| !nodes.is_empty()),
        "{answer}"
    );
    took
}
