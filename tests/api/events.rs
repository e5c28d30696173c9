//! Server-sent events, as a client reads them.

use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use crate::support::Shop;

/// How long an event is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A subscription that is open.
pub(crate) struct Events {
    answer: Response,
    text: String,
}

/// What comes of a subscription.
#[derive(Debug, PartialEq)]
pub(crate) enum Event {
    Next(Value),
    Complete,
    /// The answer ended, with or without a `complete` before.
    End,
}

impl Events {
    /// Sends what asks for events, which must be answered by some.
    pub(crate) async fn open(request: RequestBuilder) -> Self {
        let answer = request
            .header("accept", "text/event-stream")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        let media_type = answer.headers()["content-type"].to_str().unwrap();
        assert_eq!(media_type, "text/event-stream; charset=utf-8");
        Self {
            answer,
            text: String::new(),
        }
    }

    /// The next event, or the end.
    pub(crate) async fn next(&mut self) -> Event {
        self.within(PATIENCE).await.expect("an event in time")
    }

    /// The data of the next event, which must be without errors.
    pub(crate) async fn data(&mut self) -> Value {
        match self.next().await {
            Event::Next(mut body) if body.get("errors").is_none() => body["data"].take(),
            other => panic!("an event without errors was expected: {other:?}"),
        }
    }

    /// Reads until an event's data fits, and gives it.
    pub(crate) async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let data = self.data().await;
            if fits(&data) {
                return data;
            }
        }
    }

    /// The next event, if one comes in so long.
    pub(crate) async fn within(&mut self, patience: Duration) -> Option<Event> {
        tokio::time::timeout(patience, self.read()).await.ok()
    }

    async fn read(&mut self) -> Event {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let Some((name, data)) = event.split_once("\ndata: ") else {
                    assert_eq!(event, ":", "a comment");
                    continue;
                };
                return match name {
                    "event: next" => Event::Next(serde_json::from_str(data).unwrap()),
                    "event: complete" if data.is_empty() => Event::Complete,
                    _ => panic!("{event}"),
                };
            }
            match self.answer.chunk().await {
                Ok(Some(bytes)) => self.text += std::str::from_utf8(&bytes).unwrap(),
                Ok(None) | Err(_) => return Event::End,
            }
        }
    }
}

impl Shop {
    /// Subscribes with a token at this server.
    pub(crate) async fn subscribe(&self, token: &str, query: &str) -> Events {
        Events::open(self.subscribing(token, query)).await
    }

    pub(crate) fn subscribing(&self, token: &str, query: &str) -> RequestBuilder {
        let request = self.client().post(self.url("/graphql"));
        request.bearer_auth(token).json(&json!({ "query": query }))
    }
}
