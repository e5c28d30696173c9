//! An address of the merchant's own, in a test: it keeps what it is told, and answers as it is bidden. A test binary takes it
//! in with `#[path = "../support/receiver.rs"] mod receiver;`.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::AbortOnDropHandle;

/// What signs, as settings spell it.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    headers: HashMap<String, String>,
    body: String,
}

impl Told {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> &str {
        &self.body
    }

    /// Whether it is signed with [`SECRET`], reckoned here anew.
    pub(crate) fn is_signed(&self) -> bool {
        let key = STANDARD
            .decode(SECRET.trim_start_matches("whsec_"))
            .unwrap();
        let (id, at) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        let mut block = [0_u8; 64];
        block[..key.len()].copy_from_slice(&key);
        let keyed = |with: u8, message: &[u8]| {
            let padded = block.map(|byte| byte ^ with);
            Sha256::new()
                .chain_update(padded)
                .chain_update(message)
                .finalize()
        };
        let inner = keyed(0x36, format!("{id}.{at}.{}", self.body).as_bytes());
        let expected = format!("v1,{}", STANDARD.encode(keyed(0x5c, &inner)));
        !id.is_empty() && self.header("webhook-signature") == expected
    }
}

/// The address. It ends when dropped.
pub(crate) struct Receiver {
    pub(crate) url: String,
    told: Arc<Mutex<Vec<Told>>>,
    answers: Arc<Mutex<VecDeque<String>>>,
    _accepting: AbortOnDropHandle<()>,
}

impl Receiver {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/told", listener.local_addr().unwrap());
        let (told, answers) = (Arc::default(), Arc::default());
        let (keep, next) = (Arc::clone(&told), Arc::clone(&answers));
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&keep), Arc::clone(&next)));
            }
        });
        Self {
            url,
            told,
            answers,
            _accepting: AbortOnDropHandle::new(accepting),
        }
    }

    /// What it was told so far.
    pub(crate) fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }

    /// Answers the next requests with these status lines and headers, and later ones with 204.
    pub(crate) fn answers(&self, heads: &[&str]) {
        let heads = heads.iter().map(|&head| head.to_owned());
        self.answers.lock().unwrap().extend(heads);
    }
}

async fn serve(stream: TcpStream, keep: Arc<Mutex<Vec<Told>>>, next: Arc<Mutex<VecDeque<String>>>) {
    let mut stream = BufReader::new(stream);
    let mut headers = HashMap::new();
    let mut line = String::new();
    while stream.read_line(&mut line).await.is_ok_and(|read| read > 2) {
        if let Some((name, value)) = line.trim_end().split_once(": ") {
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        line.clear();
    }
    let length = headers
        .get("content-length")
        .and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    if stream.read_exact(&mut body).await.is_err() || headers.is_empty() {
        return;
    }
    let body = String::from_utf8(body).unwrap();
    keep.lock().unwrap().push(Told { headers, body });
    let head = next.lock().unwrap().pop_front();
    let head = head.unwrap_or_else(|| "204 No Content".to_owned());
    let answer = format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let _ = stream.write_all(answer.as_bytes()).await;
}
