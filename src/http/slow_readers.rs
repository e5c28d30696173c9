//! Clients that take their answers too slowly. What is large is handed over in pieces, and whoever takes too few of them in a
//! while is cut off: actix itself waits for ever.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use actix_web::{
    Error,
    body::{BodySize, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    rt::{self, time::sleep},
    web::Bytes,
};
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::info;

use super::client::Client;
use super::limits::{CHUNK_BYTES, READER_BYTES, READER_TIME};
use super::request_id;
use crate::access::RequestId;

/// Has the client's pace watched while it takes the answer.
pub(super) async fn watch<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let client = Client::of(request.request());
    let response = next.call(request).await?;
    let request_id = request_id::of(response.request());
    Ok(response.map_body(|_, body| Watched::new(body, client, request_id)))
}

/// An answer's body, in pieces.
struct Watched<B> {
    body: Pin<Box<B>>,
    /// What the body gave and the connection has not taken.
    rest: Bytes,
    client: Option<Client>,
    request_id: RequestId,
    taken: Arc<Taken>,
    /// Ends the watch.
    watch: Option<DropGuard>,
}

/// How much a client has taken.
#[derive(Default)]
struct Taken {
    bytes: AtomicUsize,
    /// It waits for us.
    waits: AtomicBool,
}

impl<B> Watched<B> {
    fn new(body: B, client: Option<Client>, request_id: RequestId) -> Self {
        Self {
            body: Box::pin(body),
            rest: Bytes::new(),
            client,
            request_id,
            taken: Arc::default(),
            watch: None,
        }
    }

    fn hand_over(&mut self, most: usize) -> Bytes {
        let piece = self.rest.split_to(self.rest.len().min(most));
        let before = self.taken.bytes.fetch_add(piece.len(), Ordering::Relaxed);
        // What is small has gone before anybody could be slow.
        if before > 0
            && self.watch.is_none()
            && let Some(client) = self.client.take()
        {
            let (ends, taken) = (CancellationToken::new(), Arc::clone(&self.taken));
            rt::spawn(cut_off_slow(client, self.request_id, taken, ends.clone()));
            self.watch = Some(ends.drop_guard());
        }
        piece
    }
}

impl<B: MessageBody> MessageBody for Watched<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.as_ref().size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if self.rest.is_empty() {
            self.taken.waits.store(true, Ordering::Relaxed);
            let next = ready!(self.body.as_mut().poll_next(cx));
            self.taken.waits.store(false, Ordering::Relaxed);
            match next {
                Some(Ok(bytes)) => self.rest = bytes,
                other => return Poll::Ready(other),
            }
        }
        Poll::Ready(Some(Ok(self.hand_over(CHUNK_BYTES))))
    }
}

/// Cuts the client off once it has taken too little in a while in which there was always more to take.
async fn cut_off_slow(
    client: Client,
    request_id: RequestId,
    taken: Arc<Taken>,
    ends: CancellationToken,
) {
    let watching = async {
        loop {
            let before = taken.bytes.load(Ordering::Relaxed);
            sleep(READER_TIME).await;
            let since = taken.bytes.load(Ordering::Relaxed) - before;
            if since < READER_BYTES && !taken.waits.load(Ordering::Relaxed) {
                // What the system keeps for it counts as taken.
                info!(
                    %request_id,
                    taken_bytes = since,
                    least_bytes = READER_BYTES,
                    seconds = READER_TIME.as_secs(),
                    "a client was cut off: in the last seconds it has taken less of its answer than it must"
                );
                client.cut_off();
                return;
            }
        }
    };
    ends.run_until_cancelled(watching).await;
}
