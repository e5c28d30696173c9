//! Toss as a test gives it: bodies and rows word for word, in shapes that the stand-in does not make.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What it answers with.
#[derive(Default)]
pub(crate) struct Given {
    /// The body of each payment, under its key.
    pub(crate) payments: Vec<(String, String)>,
    /// What a cancel of a payment makes of its body.
    pub(crate) canceled: Vec<(String, String)>,
    pub(crate) transactions: Vec<Value>,
    pub(crate) settlements: Vec<Value>,
}

/// Serves until it is dropped.
pub(crate) struct GivenToss {
    pub(crate) base_url: String,
    given: Arc<Mutex<Given>>,
    serving: JoinHandle<()>,
}

impl GivenToss {
    pub(crate) async fn start(given: Given) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let given = Arc::new(Mutex::new(given));
        let shared = Arc::clone(&given);
        let serving = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(serve(connection, Arc::clone(&shared)));
            }
        });
        Self {
            base_url,
            given,
            serving,
        }
    }

    /// Has it answer otherwise from now on.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Given)) {
        change(&mut self.given.lock().unwrap());
    }
}

impl Drop for GivenToss {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Answers one request and closes.
async fn serve(mut connection: TcpStream, given: Arc<Mutex<Given>>) {
    let mut request = Vec::new();
    let mut buffer = [0; 4_096];
    while !is_whole(&request) {
        match connection.read(&mut buffer).await {
            Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
            _ => return,
        }
    }
    let text = String::from_utf8(request).unwrap();
    let target = text.split(' ').nth(1).unwrap().to_owned();
    let answer = given.lock().unwrap().answer(&text, &target);
    let (status, body) = match answer {
        Some(body) => ("200 OK", body),
        None => (
            "404 Not Found",
            r#"{"code":"NOT_FOUND_PAYMENT","message":"존재하지 않는 결제 입니다."}"#.to_owned(),
        ),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // Whoever asked may have gone.
    let _ = connection.write_all((head + &body).as_bytes()).await;
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().unwrap())
    });
    body.len() >= length.unwrap_or(0)
}

impl Given {
    fn answer(&mut self, request: &str, target: &str) -> Option<String> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let parameter = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let value = pairs.find(|(key, _)| *key == name).map(|(_, value)| value);
            value.unwrap_or_default().replace("%3A", ":")
        };
        let (from, to) = (parameter("startDate"), parameter("endDate"));
        if path == "/v1/transactions" {
            let listed = |row: &&Value| {
                let at = row["transactionAt"].as_str().unwrap();
                let at = at.get(..from.len()).unwrap();
                from.as_str() <= at && at <= to.as_str()
            };
            let rows: Vec<&Value> = self.transactions.iter().filter(listed).collect();
            return Some(serde_json::to_string(&rows).unwrap());
        }
        if path == "/v1/settlements" {
            let day = |row: &&Value| row["soldDate"].as_str().is_some_and(|day| day == from);
            let rows: Vec<&Value> = self.settlements.iter().filter(day).collect();
            return Some(serde_json::to_string(&rows).unwrap());
        }
        let mut steps = path.strip_prefix("/v1/payments/")?.split('/');
        let key = steps.next()?;
        if request.starts_with("POST") {
            let (_, body) = self.canceled.iter().find(|(of, _)| of == key)?;
            let body = body.clone();
            let payment = self.payments.iter_mut().find(|(of, _)| of == key)?;
            payment.1.clone_from(&body);
            return Some(body);
        }
        let (_, body) = self.payments.iter().find(|(of, _)| of == key)?;
        Some(body.clone())
    }
}
