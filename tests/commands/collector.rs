//! A collector of spans, as small as it can be, and a wire on which what goes to Toss is read along.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use prost::Message as _;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::{TcpListener, TcpStream};

/// What a span says.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) name: String,
    pub(crate) kind: i32,
    pub(crate) trace: String,
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) says: HashMap<String, String>,
}

/// Takes spans by OTLP over HTTP, and answers every request with 200.
pub(crate) struct Collector {
    pub(crate) address: String,
    bodies: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Collector {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&bodies);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(take(stream, Arc::clone(&kept)));
            }
        });
        Self { address, bodies }
    }

    /// Everything that was sent, byte for byte.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.bodies.lock().unwrap().concat()
    }

    /// The spans that were sent, and what every one of them says of the program.
    pub(crate) fn spans(&self) -> (Vec<Told>, HashMap<String, String>) {
        let (mut spans, mut of_program) = (Vec::new(), HashMap::new());
        for body in self.bodies.lock().unwrap().iter() {
            let sent = ExportTraceServiceRequest::decode(body.as_slice()).unwrap();
            for resource in sent.resource_spans {
                let attributes = resource.resource.unwrap().attributes;
                of_program.extend(attributes.into_iter().map(text_of));
                for span in resource
                    .scope_spans
                    .into_iter()
                    .flat_map(|scope| scope.spans)
                {
                    assert!(span.events.is_empty(), "{span:?}");
                    spans.push(Told {
                        name: span.name,
                        kind: span.kind,
                        trace: hex(&span.trace_id),
                        id: hex(&span.span_id),
                        parent: hex(&span.parent_span_id),
                        says: span.attributes.into_iter().map(text_of).collect(),
                    });
                }
            }
        }
        (spans, of_program)
    }
}

fn text_of(attribute: opentelemetry_proto::tonic::common::v1::KeyValue) -> (String, String) {
    let text = match attribute.value.and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    (attribute.key, text)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads the requests of one connection.
async fn take(mut stream: TcpStream, kept: Arc<Mutex<Vec<Vec<u8>>>>) {
    let mut bytes = Vec::new();
    while let Some((head, length)) = head(&mut stream, &mut bytes).await {
        assert!(head.starts_with("post /v1/traces "), "{head}");
        while bytes.len() < length {
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                return;
            }
        }
        kept.lock().unwrap().push(bytes.drain(..length).collect());
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        if stream.write_all(answer).await.is_err() {
            return;
        }
    }
}

/// The next request's head in small letters, and how many bytes its body has.
async fn head(
    stream: &mut (impl AsyncRead + Unpin),
    bytes: &mut Vec<u8>,
) -> Option<(String, usize)> {
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head: Vec<u8> = bytes.drain(..end + 4).collect();
            let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
            let (_, length) = head.split_once("content-length: ")?;
            let length = length.lines().next()?.parse().ok()?;
            return Some((head, length));
        }
        if stream.read_buf(bytes).await.unwrap_or(0) == 0 {
            return None;
        }
    }
}

/// Leads to another address, and keeps what is sent there.
pub(crate) struct Wire {
    pub(crate) address: String,
    sent: Arc<Mutex<Vec<u8>>>,
}

impl Wire {
    pub(crate) async fn to(address: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            sent: Arc::default(),
        };
        let (there, sent) = (address.replace("http://", ""), Arc::clone(&wire.sent));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(read_along(stream, there.clone(), Arc::clone(&sent)));
            }
        });
        wire
    }

    /// The values of a header, in the order in which they were sent.
    pub(crate) fn values(&self, header: &str) -> Vec<String> {
        let sent = String::from_utf8_lossy(&self.sent.lock().unwrap()).into_owned();
        let begins = format!("{header}: ");
        let lines = sent.split("\r\n");
        lines
            .filter_map(|line| line.strip_prefix(&begins))
            .map(str::to_owned)
            .collect()
    }
}

async fn read_along(stream: TcpStream, there: String, sent: Arc<Mutex<Vec<u8>>>) {
    let toss = TcpStream::connect(there).await.unwrap();
    let (mut from, mut to) = stream.into_split();
    let (mut answers, mut asked) = toss.into_split();
    tokio::spawn(async move { copy(&mut answers, &mut to).await });
    let mut bytes = Vec::new();
    while from.read_buf(&mut bytes).await.unwrap_or(0) > 0 {
        sent.lock().unwrap().extend_from_slice(&bytes);
        if asked.write_all(&bytes).await.is_err() {
            return;
        }
        bytes.clear();
    }
}
