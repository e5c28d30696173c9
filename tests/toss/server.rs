//! A server that answers as it is told to, breaks off as it is told to, and remembers what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use toss_recon::toss::{BaseUrl, RetrySchedule, SecretKey, Toss, TossSettings};

/// The key that every test signs with.
pub(crate) const KEY: &str = "test_sk_D4yKeq5bgrpKRd0JYbLVGX0l";

/// The trace id that every complete answer carries.
pub(crate) const TRACE: &str = "0123456789abcdef";

/// What to do with one request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// A complete answer: status, content type, body.
    Whole(u16, &'static str, Vec<u8>),
    /// The head of an answer and the first half of its body, then the end of the connection.
    Half(u16, String),
    /// A complete answer, after which the connection stays open for the next request.
    Kept(u16, String),
    /// The address of another place.
    Redirect(String),
    /// The connection is reset once the request has been read.
    Reset,
    /// The request is read, and never answered.
    Silence,
    /// The head of an answer, then silence.
    HeadThenSilence,
    /// An answer whose body has that many bytes.
    Large(usize),
}

impl Reply {
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::Whole(status, "application/json;charset=UTF-8", body.into())
    }

    pub(crate) fn html(status: u16) -> Self {
        let page = "<html><body><h1>Bad Gateway</h1></body></html>";
        Self::Whole(status, "text/html", page.into())
    }

    pub(crate) fn error(status: u16, code: &str) -> Self {
        Self::json(
            status,
            &format!(r#"{{"code":"{code}","message":"안 됩니다."}}"#),
        )
    }
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) method: String,
    /// Path and query, escaped as they came.
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Recorded {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// The running server; it ends with the test.
pub(crate) struct Server {
    address: String,
    requests: Arc<Mutex<Vec<Recorded>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Gives the replies one after the other, and the last one for ever after.
    pub(crate) async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies: Vec<Reply> = replies.into_iter().collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound port").to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            let mut silent = Vec::new();
            let mut kept = None;
            loop {
                let mut stream = match kept.take() {
                    Some(stream) => stream,
                    None => match listener.accept().await {
                        Ok((stream, _)) => stream,
                        Err(_) => return,
                    },
                };
                let Some(request) = read_request(&mut stream).await else {
                    continue;
                };
                let turn = {
                    let mut seen = seen.lock().expect("no test panics while it looks");
                    seen.push(request);
                    seen.len() - 1
                };
                let reply = replies.get(turn).or(replies.last()).expect("a reply");
                match give(stream, reply).await {
                    After::Closed => {}
                    After::Silent(stream) => silent.push(stream),
                    After::Kept(stream) => kept = Some(stream),
                }
            }
        });
        Self {
            address,
            requests,
            task,
        }
    }

    /// What was asked so far.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.requests
            .lock()
            .expect("no test panics while it looks")
            .clone()
    }

    /// The only request that was made.
    pub(crate) fn only_request(&self) -> Recorded {
        let requests = self.requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests.into_iter().next().expect("one request")
    }

    /// A client of this server that does not wait long.
    pub(crate) fn toss(&self) -> Toss {
        Toss::new(self.settings()).expect("a client")
    }

    pub(crate) fn settings(&self) -> TossSettings {
        let mut settings = settings(&format!("http://{}", self.address));
        settings.timeout = Duration::from_millis(1_500);
        settings
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Settings with short pauses for that address.
pub(crate) fn settings(base_url: &str) -> TossSettings {
    let mut settings = TossSettings::new(
        BaseUrl::parse(base_url).expect("an address"),
        SecretKey::parse(KEY).expect("a key"),
    );
    settings.retry = RetrySchedule {
        attempts: 3,
        first_pause: Duration::from_millis(1),
    };
    settings
}

/// A client of an address where nobody listens.
pub(crate) async fn nobody() -> Toss {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound port");
    drop(listener);
    Toss::new(settings(&format!("http://{address}"))).expect("a client")
}

async fn read_request(stream: &mut TcpStream) -> Option<Recorded> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).expect("a head in ASCII");
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    let mut recorded = Recorded {
        method,
        target,
        headers,
        body: bytes.split_off(head_end + 4),
    };
    let length: usize = recorded
        .header("content-length")
        .map_or(0, |text| text.parse().expect("a length"));
    while recorded.body.len() < length {
        if stream.read_buf(&mut recorded.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(recorded)
}

/// What became of a connection.
enum After {
    Closed,
    Silent(TcpStream),
    Kept(TcpStream),
}

/// Does as the reply says.
async fn give(mut stream: TcpStream, reply: &Reply) -> After {
    match reply {
        Reply::Whole(status, content_type, body) => {
            write(&mut stream, &head(*status, content_type, body.len())).await;
            write(&mut stream, body).await;
            After::Closed
        }
        Reply::Kept(status, body) => {
            let head = head(*status, "application/json", body.len());
            let head = String::from_utf8(head).expect("a head in ASCII");
            write(
                &mut stream,
                head.replace("connection: close\r\n", "").as_bytes(),
            )
            .await;
            write(&mut stream, body.as_bytes()).await;
            After::Kept(stream)
        }
        Reply::Half(status, body) => {
            write(&mut stream, &head(*status, "application/json", body.len())).await;
            write(&mut stream, &body.as_bytes()[..body.len() / 2]).await;
            After::Closed
        }
        Reply::Redirect(location) => {
            let answer = format!(
                "HTTP/1.1 307 Elsewhere\r\nlocation: {location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            write(&mut stream, answer.as_bytes()).await;
            After::Closed
        }
        Reply::Reset => {
            stream.set_zero_linger().expect("a socket");
            After::Closed
        }
        Reply::Silence => After::Silent(stream),
        Reply::HeadThenSilence => {
            write(&mut stream, &head(200, "application/json", 1_000)).await;
            After::Silent(stream)
        }
        Reply::Large(bytes) => {
            write(&mut stream, &head(200, "application/json", *bytes)).await;
            let piece = vec![b' '; 64 * 1024];
            let mut left = *bytes;
            while left > 0 {
                let now = left.min(piece.len());
                // The client hangs up once it has had enough.
                if stream.write_all(&piece[..now]).await.is_err() {
                    break;
                }
                left -= now;
            }
            After::Closed
        }
    }
}

fn head(status: u16, content_type: &str, length: usize) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} Said\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\
         x-tosspayments-trace-id: {TRACE}\r\nconnection: close\r\n\r\n"
    )
    .into_bytes()
}

async fn write(stream: &mut TcpStream, bytes: &[u8]) {
    // A client that has gone away is some test's point, and never this server's fault.
    let _ = stream.write_all(bytes).await;
}
