//! The real program killed around an approval: either it stands in the record or it does not, and nothing is sent that the
//! record does not tell of.

use reconciliation::CancelRequestStatus as Status;
use serde_json::{Value, json};

use crate::books::shown_id;
use crate::scene::{Scene, admin, has_died, kill, scenes_on_both_databases};

scenes_on_both_databases!(
    killed_before_an_approval_is_committed_the_request_waits_on_and_can_be_approved,
    killed_after_it_is_committed_and_before_anything_is_sent_the_approval_is_carried_out,
);

const KEY: &str = "key-approved";

/// Everything is above the threshold, and a request waits: the program that recorded it has been killed.
async fn waits(scene: &mut Scene) -> String {
    scene.program = scene.program.with("CANCEL_APPROVAL_ABOVE", "0 KRW");
    let lee = admin(&scene.store, "lee").await;
    let child = scene.started().await;
    let asked = scene.order(KEY).await.unwrap();
    assert_eq!(asked["request"]["status"], "AWAITING_APPROVAL");
    kill(child).await;
    lee
}

async fn approve(scene: &Scene, admin: &str) -> Option<Value> {
    let request = scene.recorded().await.unwrap();
    let query = "mutation ($id: ID!) { approveCancelRequest(id: $id) { request { status } error { code } } }";
    let variables = json!({ "id": shown_id(&request) });
    let answer = scene.program.post(admin, query, variables).await?;
    Some(answer["data"]["approveCancelRequest"].clone())
}

async fn killed_before_an_approval_is_committed_the_request_waits_on_and_can_be_approved(
    mut scene: Scene,
) {
    let lee = waits(&mut scene).await;
    let child = scene.armed("cancel-change-not-committed=return").await;
    assert_eq!(approve(&scene, &lee).await, None, "it was to die first");
    has_died(child).await;
    let waiting = scene.recorded().await.unwrap();
    assert_eq!(
        (waiting.status, waiting.approval),
        (Status::AwaitingApproval, None)
    );
    let _running = scene.started().await;
    let approved = approve(&scene, &lee).await.unwrap();
    assert_eq!(approved["request"]["status"], "SUCCEEDED", "{approved:#}");
    assert_eq!((scene.sendings(), scene.executed()), (1, 1));
    let (status, request) = scene.settles(KEY).await;
    assert_eq!(status, Status::Succeeded);
    assert_eq!(request.approval.unwrap().by, "lee");
}

async fn killed_after_it_is_committed_and_before_anything_is_sent_the_approval_is_carried_out(
    mut scene: Scene,
) {
    let lee = waits(&mut scene).await;
    let child = scene.armed("approval-committed=return").await;
    assert_eq!(approve(&scene, &lee).await, None, "it was to die first");
    has_died(child).await;
    let approved = scene.recorded().await.unwrap();
    assert_eq!(approved.status, Status::Requested);
    assert_eq!(approved.approval.unwrap().by, "lee");
    let (status, request) = scene.ends_well(KEY).await;
    assert_eq!(
        (status, scene.sendings(), scene.executed()),
        (Status::Succeeded, 1, 1)
    );
    assert_eq!(request.approval.unwrap().by, "lee");
}
