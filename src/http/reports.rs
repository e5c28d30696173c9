//! `/reports/FROM..TO.xlsx`, `.zip` and `.json`: a report, handed on as it is written. How one is made is somebody else's business:
//! here is who may have it, how many at once, and what becomes of it when its reader goes away.

mod asked;
mod pipe;
mod under_way;

use std::{fmt, io, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, VARY},
    },
    web::{Bytes, Data},
};
use futures_util::{future::BoxFuture, stream};
use tokio::{runtime::Handle, select};
use tracing::Span;

pub use self::asked::{ReportAsked, ReportFormat};
use self::{
    pipe::{Arrived, Pipe, pipe},
    under_way::{OwnReport, Reporting},
};
use super::{
    access_log::AccessLine,
    client::{self, Client},
    graphql::{Gate, preferred_language},
    request_id,
};

/// The route.
pub(super) const ROUTE: &str = "/reports/{name}";

/// Why a report was not made. The cause has been logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFailed {
    /// What is held in files meanwhile has no room.
    NoRoom,
    /// A failure of ours.
    Other,
}

type Write = dyn Fn(&ReportAsked, Box<dyn io::Write + Send>, BoxFuture<'static, ()>) -> Result<(), ReportFailed>
    + Send
    + Sync;

/// Makes reports. Cheap to clone: clones share who has one under way.
#[derive(Clone)]
pub struct Reports {
    write: Arc<Write>,
    runtime: Handle,
    under_way: Reporting,
}

impl Reports {
    /// `write` makes a report on a thread of its own, which may wait as long as it likes, and ends early when the future that it
    /// is given is ready: nobody waits for the report any more. It hands on the bytes, of which the last count once it is `Ok`.
    ///
    /// Counts in the recorder of metrics that is in force now.
    pub fn new<F>(runtime: Handle, write: F) -> Self
    where
        F: Fn(
                &ReportAsked,
                Box<dyn io::Write + Send>,
                BoxFuture<'static, ()>,
            ) -> Result<(), ReportFailed>
            + Send
            + Sync
            + 'static,
    {
        Self {
            write: Arc::new(write),
            runtime,
            under_way: Reporting::new(),
        }
    }

    /// Begins to make a report, on a thread of its own.
    fn begin(&self, asked: ReportAsked, place: Arc<OwnReport>) -> Pipe {
        let (sender, pipe) = pipe();
        let (write, span) = (Arc::clone(&self.write), Span::current());
        self.runtime.spawn_blocking(move || {
            let made = span.in_scope(|| write(&asked, sender.writer(), sender.gone()));
            // A second one may begin from here on.
            drop(place);
            sender.end(made);
        });
        pipe
    }
}

impl fmt::Debug for Reports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reports").finish_non_exhaustive()
    }
}

/// The handler.
pub(super) async fn show(
    reports: Data<Reports>,
    gate: Data<Gate>,
    request: HttpRequest,
) -> HttpResponse {
    let mut line = AccessLine::begin(request_id::of(&request));
    line.is_for("report");
    let principal = match gate.admit(&request).await {
        Ok(principal) => principal,
        Err(refused) => {
            line.ends("refused");
            return refused;
        }
    };
    line.asked_by(&principal);
    let language = preferred_language(&request);
    let name = request.match_info().get("name").unwrap_or_default();
    let asked = match asked::read(name, request.query_string(), &principal.scope) {
        Ok(asked) => asked,
        Err(wrong) => {
            line.ends("BAD_USER_INPUT");
            return Gate::refuses_input(&request, wrong.message(language));
        }
    };
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CONTENT_TYPE, asked.format.content_type()))
        .insert_header((CONTENT_DISPOSITION, asked.disposition()))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((VARY, "Authorization, Cookie"));
    if request.method() == Method::HEAD {
        line.ends("ok");
        return answer.finish();
    }
    let Some(place) = reports.under_way.begin(&principal.owner) else {
        line.ends("OVERLOADED");
        return Gate::refuses_another(&request, under_way::message(language));
    };
    let place = Arc::new(place);
    let pipe = reports.begin(asked, Arc::clone(&place));
    let mut handing = Handing {
        pipe,
        client: Client::of(&request),
        line,
        _place: place,
    };
    // What fails before there is anything to hand on has an answer of its own.
    match handing.next().await {
        Next::Piece(first) => answer.streaming(stream::unfold(
            (Some(handing), Some(first)),
            |(handing, first)| async move { hand_on(handing?, first).await },
        )),
        // No report is empty.
        Next::End | Next::Failed(ReportFailed::Other) => Gate::failed(&request),
        Next::Failed(ReportFailed::NoRoom) => {
            Gate::refuses_for_now(&request, under_way::no_room(language))
        }
        Next::Gone => Gate::is_gone(&request),
    }
}

type Handed = Option<(Result<Bytes, io::Error>, (Option<Handing>, Option<Bytes>))>;

async fn hand_on(mut handing: Handing, first: Option<Bytes>) -> Handed {
    let next = match first {
        Some(first) => Next::Piece(first),
        None => handing.next().await,
    };
    match next {
        Next::Piece(bytes) => Some((Ok(bytes), (Some(handing), None))),
        Next::End => None,
        // The connection is cut, so that nobody takes what came for the whole.
        Next::Failed(_) | Next::Gone => {
            let error = io::Error::other("the report was not finished");
            Some((Err(error), (None, None)))
        }
    }
}

/// A report on its way to whoever asked. When it is dropped, no more of it is made.
struct Handing {
    pipe: Pipe,
    client: Option<Client>,
    line: AccessLine,
    /// Until it has been handed on.
    _place: Arc<OwnReport>,
}

enum Next {
    Piece(Bytes),
    End,
    Failed(ReportFailed),
    Gone,
}

impl Handing {
    async fn next(&mut self) -> Next {
        let arrived = select! {
            biased;
            arrived = self.pipe.next() => arrived,
            () = client::gone(self.client.clone()) => return Next::Gone,
        };
        match arrived {
            Arrived::Piece(bytes) => Next::Piece(bytes),
            Arrived::End => {
                self.line.ends("ok");
                Next::End
            }
            Arrived::Failed(failed) => {
                self.line.ends("INTERNAL");
                Next::Failed(failed)
            }
        }
    }
}
