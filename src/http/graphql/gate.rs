//! Who is let in, by the token that a request carries.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header::AUTHORIZATION},
};
use tracing::error;

use super::{negotiation::MediaType, refusal::Refusal, respond};
use crate::access::{Access, Denied, Principal, RequestId, Standing};
use crate::graphql::ErrorCode;
use crate::http::{
    door::{Door, DoorSettings},
    limits::TURNED_AWAY_AFTER,
    request_id, sessions,
};

/// Lets in whoever sends a token in force. Cheap to clone.
#[derive(Clone)]
pub(in crate::http) struct Gate {
    access: Access,
    door: Door,
}

impl Gate {
    pub(super) fn new(access: Access, door: DoorSettings) -> Self {
        Self {
            access,
            door: Door::new(door),
        }
    }

    /// The same, behind another door. What was counted is forgotten.
    pub(super) fn behind(self, door: DoorSettings) -> Self {
        Self::new(self.access, door)
    }

    /// Lets a request for something else than GraphQL in as one for GraphQL would be, or gives the answer to it.
    pub(in crate::http) async fn admit(
        &self,
        request: &HttpRequest,
    ) -> Result<Arc<Principal>, HttpResponse> {
        let request_id = request_id::of(request);
        let admitted = self.principal(request, request_id).await;
        admitted.map_err(|refusal| respond::refused(refusal, MediaType::Json, request_id))
    }

    /// The answer to whoever was let in, and may not see this.
    pub(in crate::http) fn forbids(request: &HttpRequest, message: &'static str) -> HttpResponse {
        let refusal = Refusal::forbidden(message);
        respond::refused(refusal, MediaType::Json, request_id::of(request))
    }

    /// The answer to whoever was let in, and asks for what cannot be.
    pub(in crate::http) fn refuses_input(request: &HttpRequest, message: String) -> HttpResponse {
        let refusal = Refusal::malformed(StatusCode::BAD_REQUEST, message);
        respond::refused(refusal, MediaType::Json, request_id::of(request))
    }

    /// The answer to whoever has one such answer under way already.
    pub(in crate::http) fn refuses_another(
        request: &HttpRequest,
        message: &'static str,
    ) -> HttpResponse {
        let refusal = Refusal::has_another(message);
        respond::refused(refusal, MediaType::Json, request_id::of(request))
    }

    /// The answer where there is no room for what is asked for.
    pub(in crate::http) fn refuses_for_now(
        request: &HttpRequest,
        message: &'static str,
    ) -> HttpResponse {
        let refusal = Refusal::no_room(message);
        respond::refused(refusal, MediaType::Json, request_id::of(request))
    }

    /// The answer when it was a failure of ours, which has been logged.
    pub(in crate::http) fn failed(request: &HttpRequest) -> HttpResponse {
        let refusal = Refusal::internal(StatusCode::INTERNAL_SERVER_ERROR);
        respond::refused(refusal, MediaType::Json, request_id::of(request))
    }

    /// The answer that nobody is there to read.
    pub(in crate::http) fn is_gone(request: &HttpRequest) -> HttpResponse {
        respond::refused(Refusal::gone(), MediaType::Json, request_id::of(request))
    }

    /// Counts a wrong token of this address. For how long the address is turned away, after a pause, when it has sent too
    /// many.
    pub(in crate::http) async fn turns_away(&self, request: &HttpRequest) -> Option<Duration> {
        let wait = self.door.is_strange(request).err()?;
        actix_web::rt::time::sleep(TURNED_AWAY_AFTER).await;
        Some(wait)
    }

    /// What checks tokens and keeps sessions.
    pub(in crate::http) const fn access(&self) -> &Access {
        &self.access
    }

    /// Whoever sent the request, unless they ask too often. An address that keeps sending wrong tokens, or none, is turned away
    /// until it sends a right one.
    pub(super) async fn principal(
        &self,
        request: &HttpRequest,
        request_id: RequestId,
    ) -> Result<Arc<Principal>, Refusal> {
        match self.known(request, request_id).await {
            Ok(principal) => match self.door.asks(&principal) {
                Ok(()) => Ok(principal),
                Err(wait) => Err(Refusal::asks_too_often(wait)),
            },
            Err(refusal) if refusal.code == ErrorCode::Unauthenticated => {
                let wait = self.turns_away(request).await;
                Err(wait.map_or(refusal, Refusal::too_many_strangers))
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// By what the principal of a request was let in.
    pub(super) fn standing(
        &self,
        request: &HttpRequest,
        principal: &Principal,
    ) -> Result<Standing, Refusal> {
        if request.headers().contains_key(AUTHORIZATION) {
            return Ok(Standing::of_token(principal));
        }
        let cookie = session_of(&self.access, request)?;
        Standing::of_session(cookie).ok_or_else(Refusal::unauthenticated)
    }

    async fn known(
        &self,
        request: &HttpRequest,
        request_id: RequestId,
    ) -> Result<Arc<Principal>, Refusal> {
        let asked = match bearer_token(request) {
            Some(token) => self.access.authenticate(token).await,
            None => {
                self.access
                    .of_session(session_of(&self.access, request)?)
                    .await
            }
        };
        asked.map_err(|denied| match denied {
            Denied::Unauthenticated => Refusal::unauthenticated(),
            Denied::Unavailable(cause) => {
                let cause: &dyn std::error::Error = &cause;
                error!(%request_id, cause, "nobody can be authenticated");
                Refusal::internal(StatusCode::SERVICE_UNAVAILABLE)
            }
        })
    }
}

/// The session whose cookie the request carries, where no token comes with it: somebody else's page could have had it sent, but
/// not with the header.
fn session_of<'r>(access: &Access, request: &'r HttpRequest) -> Result<&'r str, Refusal> {
    let found = sessions::cookie(request, access.public_url())
        .filter(|_| !request.headers().contains_key(AUTHORIZATION));
    let (_, value) = found.ok_or_else(Refusal::unauthenticated)?;
    if !sessions::is_of_our_page(request) {
        return Err(Refusal::not_of_our_page());
    }
    Ok(value)
}

/// The token of `Authorization: Bearer TOKEN`; the scheme's case does not matter (RFC 9110 section 11.1).
fn bearer_token(request: &HttpRequest) -> Option<&str> {
    let mut values = request.headers().get_all(AUTHORIZATION);
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("Bearer")
        .then(|| token.trim_ascii())
}
